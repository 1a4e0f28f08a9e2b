/** The door without any Node API: runs in a browser tab or a worker. */
export * from "./base/index.ts"
export type { Disc } from "./plugin/disc.ts"
export type * from "./plugin/items.ts"
export type * from "./plugin/session.ts"
