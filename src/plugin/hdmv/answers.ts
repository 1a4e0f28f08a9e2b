import type { Answer } from "../session.ts"

export const NOTHING: Answer = { outcome: "nothing", flush: false }
export const DONE: Answer = { outcome: "done", flush: false }
export const FLUSHED: Answer = { outcome: "done", flush: true }
