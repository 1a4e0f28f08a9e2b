import type { DvdEnvironment } from "./environment.ts"

/** First play, the disc's menus, a title set's menus, a title set's titles. */
export type DvdDomain = "first-play" | "vmgm" | "vtsm" | "title"

/**
 * Where the machine stands: plain values only, never changed in place. It can be copied by holding it, saved as JSON, and tried on a copy.
 * Numbers of title sets, chains, programs and cells count from 1.
 */
export type DvdState = {
  readonly domain: DvdDomain
  /** 0: no title set has been entered. In the disc's menus it is the one that was left. */
  readonly titleSet: number
  /** 0 in first play. */
  readonly pgcn: number
  readonly program: number
  /** 0: the chain's cells have not begun. */
  readonly cell: number
  /** Sectors from the cell's first to the VOBU to play from or to resume at. */
  readonly block: number
  readonly phase: DvdPhase
  /** 16 general registers; of a counter the value is not here but in `counters`. */
  readonly gprm: readonly number[]
  /** By register: the clock's ticks at which the counter was 0; null: no counter. */
  readonly counters: readonly (number | null)[]
  /** 24 system registers; SPRM 9 is in `timer`. */
  readonly sprm: readonly number[]
  readonly timer: NavigationTimer | null
  readonly resume: ResumeInformation | null
  /** Programs still to be drawn in a random or shuffled chain; null: the chain is sequential. */
  readonly draws: { readonly left: number; readonly played: readonly number[] } | null
}

export type DvdPhase =
  | { readonly name: "cell" }
  /** What was read is over and its picture holds; `seconds` null: until a key. `ends`: what is over. */
  | { readonly name: "still"; readonly seconds: number | null; readonly ends: "vobu" | "cell" | "chain" }
  | { readonly name: "stopped" }

/** SPRM 9 and 10. It runs in titles and stands in menus. */
export type NavigationTimer =
  | { readonly running: true; readonly endTicks: number }
  | { readonly running: false; readonly leftTicks: number }

/** What a menu call leaves behind: the place in a title, and SPRM 4 to 8. */
export type ResumeInformation = {
  readonly titleSet: number
  readonly pgcn: number
  /** 0: before the first cell. */
  readonly cell: number
  readonly block: number
  readonly sprm: readonly number[]
}

/** System registers by number. */
export const SPRM = {
  menuLanguage: 0,
  audioStream: 1,
  subpictureStream: 2,
  angle: 3,
  title: 4,
  titleOfSet: 5,
  titlePgcn: 6,
  part: 7,
  button: 8,
  timer: 9,
  timerPgcn: 10,
  karaokeMixing: 11,
  country: 12,
  parentalLevel: 13,
  video: 14,
  audio: 15,
  audioLanguage: 16,
  audioLanguageExtension: 17,
  subpictureLanguage: 18,
  subpictureLanguageExtension: 19,
  region: 20,
} as const

/** In SPRM 1. */
export const NO_AUDIO_STREAM = 15
/** In SPRM 2. */
export const NO_SUBPICTURE_STREAM = 62
/** In SPRM 2: show all of it, not only what is forced. */
export const SUBPICTURE_DISPLAY = 0x40
/** In SPRM 8 the button's number stands in the upper six bits. */
export const BUTTON_UNIT = 1024
/** In SPRM 13: parental management is off. */
export const NO_PARENTAL_LEVEL = 15

const GPRM_COUNT = 16
const SPRM_COUNT = 24
/** SPRM 15: karaoke with all mixing, MPEG, AC-3, DTS, SDDS and LPCM sound can be played. */
const ALL_AUDIO = 0x7cfc

/** What a player's owner has chosen before the disc starts. */
export type DvdPreferences = {
  /** ISO 639-1, two letters. */
  readonly menuLanguage: string
  readonly audioLanguage: string
  readonly subpictureLanguage: string
  /** ISO 3166, two letters. */
  readonly country: string
  /** 1 (children) to 8; null: everything may be seen. */
  readonly parentalLevel: number | null
  /** 1 to 8. */
  readonly region: number
  readonly displayAspect: "4:3" | "16:9"
  /** How a 16:9 picture is shown on a 4:3 screen; says nothing on a 16:9 one. */
  readonly wideOnNarrow: "letterbox" | "pan-scan"
}

export const DEFAULT_PREFERENCES: DvdPreferences = {
  menuLanguage: "en",
  audioLanguage: "en",
  subpictureLanguage: "en",
  country: "US",
  parentalLevel: null,
  region: 1,
  displayAspect: "16:9",
  wideOnNarrow: "letterbox",
}

/** The machine as it is switched on. Default values of the registers: libdvdnav `vm_reset`, but for the video bits (see `videoConfiguration`). */
export function initialState(preferences: DvdPreferences = DEFAULT_PREFERENCES): DvdState {
  const sprm = Array<number>(SPRM_COUNT).fill(0)
  sprm[SPRM.menuLanguage] = letters(preferences.menuLanguage.toLowerCase())
  sprm[SPRM.audioStream] = NO_AUDIO_STREAM
  sprm[SPRM.subpictureStream] = NO_SUBPICTURE_STREAM
  sprm[SPRM.angle] = 1
  sprm[SPRM.title] = 1
  sprm[SPRM.titleOfSet] = 1
  sprm[SPRM.part] = 1
  sprm[SPRM.button] = BUTTON_UNIT
  sprm[SPRM.country] = letters(preferences.country.toUpperCase())
  sprm[SPRM.parentalLevel] = preferences.parentalLevel ?? NO_PARENTAL_LEVEL
  sprm[SPRM.video] = videoConfiguration(preferences)
  sprm[SPRM.audio] = ALL_AUDIO
  sprm[SPRM.audioLanguage] = letters(preferences.audioLanguage.toLowerCase())
  sprm[SPRM.subpictureLanguage] = letters(preferences.subpictureLanguage.toLowerCase())
  sprm[SPRM.region] = 1 << (preferences.region - 1)
  return {
    domain: "first-play",
    titleSet: 0,
    pgcn: 0,
    program: 1,
    cell: 0,
    block: 0,
    phase: { name: "stopped" },
    gprm: Array<number>(GPRM_COUNT).fill(0),
    counters: Array<number | null>(GPRM_COUNT).fill(null),
    sprm,
    timer: null,
    resume: null,
    draws: null,
  }
}

/** SPRM 14: bits 11 and 10 the screen's aspect (0 4:3, 3 16:9), bits 9 and 8 the display mode (0 normal or wide, 1 pan-scan, 2 letterbox). */
function videoConfiguration({ displayAspect, wideOnNarrow }: DvdPreferences): number {
  if (displayAspect === "16:9") return 3 << 10
  return (wideOnNarrow === "pan-scan" ? 1 : 2) << 8
}

/** Two letters as the register holds them. */
const letters = (code: string): number => ((code.charCodeAt(0) & 0xff) << 8) | (code.charCodeAt(1) & 0xff)

/** The highlighted button's number, from SPRM 8. */
export const buttonNumber = (state: DvdState): number => (state.sprm[SPRM.button] ?? 0) >> 10

/** GPRM `register` now: counters have gone on. */
export function readGprm(state: DvdState, environment: DvdEnvironment, register: number): number {
  const start = state.counters[register]
  return start === null || start === undefined ? (state.gprm[register] ?? 0) : secondsSince(start, environment) & 0xffff
}

/** SPRM `register` now: the navigation timer has gone on; 0 past the last register. */
export function readSprm(state: DvdState, environment: DvdEnvironment, register: number): number {
  if (register !== SPRM.timer) return state.sprm[register] ?? 0
  if (state.timer === null) return 0
  const ticks = state.timer.running ? state.timer.endTicks - environment.now() : state.timer.leftTicks
  return Math.max(0, Math.ceil(ticks / 90_000))
}

/** Whole seconds of the clock since `ticks`. */
const secondsSince = (ticks: number, environment: DvdEnvironment): number => Math.floor((environment.now() - ticks) / 90_000)
