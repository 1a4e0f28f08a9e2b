import { type BlurayDisc, chapters45k, type PlayItem, type PlayList, playItemStarts45k, type StnStream } from "../../disc/bluray/index.ts"
import { letters, NO_CHAPTER, PG_SHOWN, PSR, TITLE_FIRST_PLAYBACK, TITLE_TOP_MENU } from "./registers.ts"

/** What the machine asks of a disc. */
export type HdmvDisc = Pick<BlurayDisc, "layout" | "index" | "movieObjects" | "title">

/** A place in a playlist. `time45k` is on the play item's clock. `mark`: it is that mark's. */
export type PlayPosition = { readonly playItemId: number; readonly time45k: number; readonly mark?: number }

/** Where a play item begins; null: there is none. */
export function itemPosition(playList: PlayList, playItemId: number): PlayPosition | null {
  const item = playList.playItems[playItemId]
  return item === undefined ? null : { playItemId, time45k: item.inTime45k }
}

/** Where mark `number` (from 0, link points counted) is; null: there is none. */
export function markPosition(playList: PlayList, number: number): PlayPosition | null {
  const mark = playList.marks[number]
  if (mark === undefined || playList.playItems[mark.playItemId] === undefined) return null
  return { playItemId: mark.playItemId, time45k: mark.time45k, mark: number }
}

/** PSR 5 to 8 for a place; where it is another play item, the streams that it does not have are replaced. */
export function writePosition(disc: HdmvDisc, psr: Uint32Array, playList: PlayList, position: PlayPosition, isNewItem: boolean): void {
  psr[PSR.playItem] = position.playItemId
  psr[PSR.time] = position.time45k
  psr[PSR.chapter] = isInteractive(disc, psr[PSR.title] ?? 0) ? NO_CHAPTER : chapterAt(playList, position)
  const item = playList.playItems[position.playItemId]
  if (isNewItem && item !== undefined) replaceMissingStreams(psr, item)
}

/** Interactive titles have no chapters. */
function isInteractive(disc: HdmvDisc, title: number): boolean {
  const object = indexObject(disc, title)
  return object !== null && object.objectType !== "none" && object.playbackType === "interactive"
}

/** What index.bdmv has for a title number (0 top menu, 65535 first playback). */
export function indexObject(disc: HdmvDisc, title: number) {
  const index = disc.index
  if (title === TITLE_TOP_MENU) return index?.topMenu ?? null
  if (title === TITLE_FIRST_PLAYBACK) return index?.firstPlayback ?? null
  return index?.titles[title - 1] ?? null
}

function chapterAt(playList: PlayList, { playItemId, time45k }: PlayPosition): number {
  const chapters = chapters45k(playList)
  if (chapters.length === 0) return NO_CHAPTER
  const at = (playItemStarts45k(playList)[playItemId] ?? 0) + time45k - (playList.playItems[playItemId]?.inTime45k ?? 0)
  return Math.max(1, chapters.findLastIndex(({ start45k }) => start45k <= at) + 1)
}

/**
 * Audio and subtitle of the viewer's language where the item does not have the chosen ones, and its first menu. Subtitles that come so are
 * shown only when the audio is in another language (libbluray `_update_clip_psrs`). An angle that the item does not have is its first.
 */
function replaceMissingStreams(psr: Uint32Array, { streams, angles }: PlayItem): void {
  const audio = psr[PSR.audioStream] ?? 0
  if (streams.audio.length > 0 && (audio === 0 || audio > streams.audio.length)) {
    psr[PSR.audioStream] = (streamOfLanguage(streams.audio, psr[PSR.audioLanguage]) ?? 0) + 1
  }
  const pg = psr[PSR.pgStream] ?? 0
  const number = pg & 0xfff
  if (streams.pg.length > 0 && (number === 0 || number > streams.pg.length)) {
    const wanted = psr[PSR.subtitleLanguage]
    const found = streamOfLanguage(streams.pg, wanted)
    const spoken = languageOf(streams.audio[(psr[PSR.audioStream] ?? 0) - 1])
    const isShown = found !== null && spoken !== wanted
    psr[PSR.pgStream] = ((pg & 0x7fff_f000) | ((found ?? 0) + 1) | (isShown ? PG_SHOWN : 0)) >>> 0
  }
  const ig = psr[PSR.igStream] ?? 0
  if (streams.ig.length > 0 && (ig === 0 || ig > streams.ig.length)) psr[PSR.igStream] = 1
  const angle = psr[PSR.angle] ?? 0
  if (angle === 0 || angle > angles.length) psr[PSR.angle] = 1
}

function streamOfLanguage(streams: readonly StnStream[], language: number | undefined): number | null {
  const index = streams.findIndex((stream) => languageOf(stream) === language)
  return index === -1 ? null : index
}

/** As in PSR 16 and 17; null: the stream names none. */
function languageOf(stream: StnStream | undefined): number | null {
  const attributes = stream?.attributes
  if (attributes === undefined || !("languageCode" in attributes) || attributes.languageCode === null) return null
  return letters(attributes.languageCode, 3)
}
