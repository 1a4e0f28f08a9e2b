import { type HdmvDisc, type PlayPosition, writePosition } from "./position.ts"
import { PG_SHOWN, PIP_PG_SHOWN, PSR, SECONDARY_AUDIO_HEARD, SECONDARY_VIDEO_SHOWN } from "./registers.ts"
import type { HdmvState } from "./state.ts"

/** What the registers say is to be played; numbers from 1 in the play item's lists, and they may name streams that it does not have. */
export type ChosenStreams = {
  readonly audio: number
  readonly pg: number
  readonly pgShown: boolean
  readonly pipPg: number
  readonly pipPgShown: boolean
  readonly ig: number
  readonly angle: number
  readonly secondaryVideo: number
  readonly secondaryVideoShown: boolean
  readonly secondaryVideoSize: number
  readonly secondaryAudio: number
  readonly secondaryAudioHeard: boolean
}

export function chosenStreams({ psr }: HdmvState): ChosenStreams {
  const [ig = 0, audio = 0, pg = 0, angle = 0] = psr
  const secondary = psr[PSR.secondaryStreams] ?? 0
  return {
    audio,
    pg: pg & 0xfff,
    pgShown: (pg & PG_SHOWN) !== 0,
    pipPg: (pg >>> 16) & 0xfff,
    pipPgShown: (pg & PIP_PG_SHOWN) !== 0,
    ig,
    angle,
    secondaryVideo: (secondary >>> 8) & 0xff,
    secondaryVideoShown: (secondary & SECONDARY_VIDEO_SHOWN) !== 0,
    secondaryVideoSize: (secondary >>> 24) & 0xf,
    secondaryAudio: secondary & 0xff,
    secondaryAudioHeard: (secondary & SECONDARY_AUDIO_HEARD) !== 0,
  }
}

/** The state after the viewer has chosen streams. */
export function withStreams(state: HdmvState, chosen: Partial<Pick<ChosenStreams, "audio" | "pg" | "pgShown" | "angle">>): HdmvState {
  const psr = [...state.psr]
  const now = chosenStreams(state)
  const { audio = now.audio, pg = now.pg, pgShown = now.pgShown, angle = now.angle } = chosen
  psr[PSR.audioStream] = audio & 0xfff
  psr[PSR.pgStream] = (((psr[PSR.pgStream] ?? 0) & 0x7fff_f000) | (pg & 0xfff) | (pgShown ? PG_SHOWN : 0)) >>> 0
  psr[PSR.angle] = angle & 0xff
  return { ...state, psr }
}

/** The state when playback has come to a place of the playing playlist. */
export function withPosition(disc: HdmvDisc, state: HdmvState, position: PlayPosition): HdmvState {
  const playList = disc.title(state.psr[PSR.playlist] ?? 0)?.playList
  if (playList === undefined || state.playing === null) return state
  const psr = Uint32Array.from(state.psr)
  writePosition(disc, psr, playList, position, position.playItemId !== state.psr[PSR.playItem])
  return { ...state, psr: Array.from(psr) }
}

/** PSR 10 where no button is selected. */
const NO_BUTTON = 0xffff

/** The state when the menu shows a page and a button of it is selected; null: none. */
export function withMenuSelection(state: HdmvState, page: number, button: number | null): HdmvState {
  const psr = [...state.psr]
  psr[PSR.page] = page
  psr[PSR.selectedButton] = button ?? NO_BUTTON
  return { ...state, psr }
}

/** The menu's selected button; null: none. */
export function selectedButton({ psr }: HdmvState): number | null {
  const button = psr[PSR.selectedButton] ?? NO_BUTTON
  return button === NO_BUTTON ? null : button
}
