import { DEFAULT_PREFERENCES, GPR_COUNT, type HdmvPreferences, initialPsr, PSR, PSR_COUNT } from "./registers.ts"

/** A command of a movie object. */
export type ProgramPlace = { readonly movieObjectId: number; readonly line: number }

/** `at` playlist: its playlist goes on when it is resumed; command: the line behind the call. */
export type SuspendedProgram = ProgramPlace & { readonly at: "playlist" | "command" }

/** Where the machine stands: plain values only, never changed in place. It can be copied by holding it, saved as JSON, and tried on a copy. */
export type HdmvState = {
  /** PSR 0 to 127, unsigned 32 bits; PSR 4 is the title, 6 to 8 the place in it. */
  readonly psr: readonly number[]
  /** The general registers that are not 0: number and value, in ascending order. */
  readonly gpr: readonly (readonly [register: number, value: number])[]
  /** The movie object that waits for the end of the playlist that it plays; null: nothing plays. */
  readonly playing: ProgramPlace | null
  /** What a call or a menu call left, to be resumed. */
  readonly suspended: SuspendedProgram | null
  readonly timer: NavigationTimer | null
  /** A button's program holds the picture. */
  readonly still: boolean
}

/** PSR 9: at `endTicks` of the clock the movie object runs. */
export type NavigationTimer = { readonly endTicks: number; readonly movieObjectId: number }

/** The machine as it is switched on. */
export function initialState(preferences: HdmvPreferences = DEFAULT_PREFERENCES): HdmvState {
  return { psr: initialPsr(preferences), gpr: [], playing: null, suspended: null, timer: null, still: false }
}

/** 65535 in first playback, 0 in the top menu. */
export const currentTitle = (state: HdmvState): number => state.psr[PSR.title] ?? 0

/** One general register. */
export const readGpr = (state: HdmvState, register: number): number => state.gpr.find(([number]) => number === register)?.[1] ?? 0

/** A state that was saved as JSON; null where the value is none. What it says of the disc is checked when it is used. */
export function readState(value: unknown): HdmvState | null {
  if (!isRecord(value)) return null
  const { psr, gpr, playing, suspended, timer, still } = value
  if (!Array.isArray(psr) || psr.length !== PSR_COUNT || !psr.every(isWord)) return null
  if (!Array.isArray(gpr) || gpr.length > GPR_COUNT || !gpr.every(isRegister)) return null
  if (playing !== null && !isPlace(playing)) return null
  if (suspended !== null && !(isPlace(suspended) && ["playlist", "command"].includes(String(suspended["at"])))) return null
  if (timer !== null && !(isRecord(timer) && Number.isFinite(timer["endTicks"]) && isWord(timer["movieObjectId"]))) return null
  if (typeof still !== "boolean") return null
  return value as HdmvState
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null
const isWord = (value: unknown): boolean => typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff
const isRegister = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isWord) && value[0] < GPR_COUNT
const isPlace = (value: unknown): value is Record<string, unknown> =>
  isRecord(value) && isWord(value["movieObjectId"]) && isWord(value["line"])
