import { type AudioControl, type DvdDisc, type Pgc, type StreamAttributes, titleSetOf } from "../../disc/dvd/index.ts"
import { currentPgc, titleNumber } from "./chains.ts"
import { type DvdState, NO_AUDIO_STREAM, NO_SUBPICTURE_STREAM, SPRM, SUBPICTURE_DISPLAY } from "./state.ts"

/** How a picture is put on the screen: normal 4:3 or full 16:9, letterboxed, cut at the sides. */
export type DisplayMode = "wide" | "letterbox" | "pan-scan"

/** Which streams of the packs are to be played. */
export type DvdStreams = {
  /** Number of the audio stream in the packs (0 to 7); null: none. */
  readonly audio: number | null
  /** Number of the sub-picture stream in the packs (0 to 31) for each display mode; null: none. */
  readonly subpicture: Readonly<Record<DisplayMode, number | null>>
  /** false: only what the stream forces on the screen is shown. */
  readonly subpictureShown: boolean
}

const MODES: readonly DisplayMode[] = ["wide", "letterbox", "pan-scan"]

/**
 * The streams of the chain the state is in. In menus it is always stream 0. In titles SPRM 1 and 2 name them; where they name none, it is the
 * first one in the player's language, and where there is no such stream, the first there is.
 */
export function activeStreams(dvd: DvdDisc, state: DvdState): DvdStreams {
  const pgc = currentPgc(dvd, state)
  const isTitle = state.domain === "title"
  const isWide = streamAttributes(dvd, state)?.video.displayAspectRatio === "16:9"
  const subpicture = isTitle ? subpictureNumber(dvd, state, pgc) : 0
  const streams = MODES.map((mode) => [mode, subpictureStream(pgc, subpicture, isWide ? mode : "4:3") ?? (isTitle ? null : 0)])
  return {
    audio: audioStream(pgc, isTitle ? audioNumber(dvd, state, pgc) : 0) ?? (isTitle ? null : 0),
    subpicture: Object.fromEntries(streams) as DvdStreams["subpicture"],
    subpictureShown: !isTitle || ((state.sprm[SPRM.subpictureStream] ?? 0) & SUBPICTURE_DISPLAY) !== 0,
  }
}

function audioNumber(dvd: DvdDisc, state: DvdState, pgc: Pgc | null): number {
  const wanted = state.sprm[SPRM.audioStream] ?? 0
  if (wanted !== NO_AUDIO_STREAM) return wanted
  const attributes = titleSetOf(dvd, state.titleSet)?.mat.titleStreams.audio ?? []
  return inLanguage(attributes, pgc?.audioControl ?? [], state.sprm[SPRM.audioLanguage])
}

function subpictureNumber(dvd: DvdDisc, state: DvdState, pgc: Pgc | null): number {
  const wanted = (state.sprm[SPRM.subpictureStream] ?? 0) & ~SUBPICTURE_DISPLAY
  if (wanted !== NO_SUBPICTURE_STREAM) return wanted
  const attributes = titleSetOf(dvd, state.titleSet)?.mat.titleStreams.subpictures ?? []
  return inLanguage(attributes, pgc?.subpictureControl ?? [], state.sprm[SPRM.subpictureLanguage])
}

/** Number of the first stream that is there in the player's language; -1: none. */
function inLanguage(attributes: readonly { readonly language: string | null }[], controls: readonly unknown[], code = 0): number {
  const language = String.fromCharCode(code >> 8, code & 0xff)
  return attributes.findIndex((stream, number) => stream.language === language && (controls[number] ?? null) !== null)
}

function audioStream(pgc: Pgc | null, wanted: number): number | null {
  const controls = pgc?.audioControl ?? []
  const control: AudioControl | null = controls[wanted] ?? controls.find((entry) => entry !== null) ?? null
  return control?.streamNumber ?? null
}

function subpictureStream(pgc: Pgc | null, wanted: number, mode: DisplayMode | "4:3"): number | null {
  const controls = pgc?.subpictureControl ?? []
  const control = controls[wanted] ?? controls.find((entry) => entry !== null) ?? null
  if (control === null) return null
  switch (mode) {
    case "4:3":
      return control.fourByThree
    case "wide":
      return control.wide
    case "letterbox":
      return control.letterbox
    default:
      return control.panScan
  }
}

/** What the VOBs of the state's domain hold; null: its title set is not there. */
export function streamAttributes(dvd: DvdDisc, { domain, titleSet }: Pick<DvdState, "domain" | "titleSet">): StreamAttributes | null {
  if (domain === "first-play" || domain === "vmgm") return dvd.vmg.mat.menuStreams
  const mat = titleSetOf(dvd, titleSet)?.mat
  return (domain === "title" ? mat?.titleStreams : mat?.menuStreams) ?? null
}

/** Current angle and number of angles; 1 of 1 outside titles. */
export function angles(dvd: DvdDisc, state: DvdState): { readonly angle: number; readonly count: number } {
  const [title = 0, titleOfSet = 0] = [state.sprm[SPRM.title], state.sprm[SPRM.titleOfSet]]
  const pointer = dvd.vmg.ttSrpt?.titles[title - 1]
  const isCurrent = state.domain === "title" && title > 0 && titleNumber(dvd, state.titleSet, titleOfSet) === title
  if (!isCurrent || pointer === undefined) return { angle: 1, count: 1 }
  return { angle: state.sprm[SPRM.angle] ?? 1, count: pointer.nrOfAngles }
}
