import { DiscError, ticks, type Warnings } from "../base/index.ts"
import type { BlurayDisc, PlayList, SubPlayItem } from "../disc/bluray/index.ts"
import { decodeTextSubtitle, dialogLines, type Font, openFont, renderDialog, type TextSubtitle } from "../graphics/textst/index.ts"
import type { Segment } from "../mpeg/segment.ts"
import { NO_PICTURE } from "./plane-overlays.ts"
import type { WholeCue, WholeSubtitle } from "./title-media.ts"
import { readWholeStream } from "./whole-stream.ts"

/** The decoder's own buffer holds less than one of text. */
const MAX_CLIP_BYTES = 4 * 1024 * 1024
/** Different clips of one subtitle over a playlist's items; on discs there is one. */
const MAX_CLIPS = 64

type TextStream = {
  readonly bluray: BlurayDisc
  /** What warnings name. */
  readonly path: string
  readonly playList: PlayList
  readonly segments: readonly Segment[]
  /** The subtitle's number on the disc, from 1. */
  readonly number: number
  readonly warnings: Warnings
  readonly signal: AbortSignal
}

/** Where a text lies: a sub path of the playlist, and the place of its clip in it. */
type Place = { readonly subPathId: number; readonly subClipEntryId: number; readonly pid: number; readonly characterCode: number }
type Cue = WholeCue & { readonly draw: () => ReturnType<WholeSubtitle["draw"]> }

/**
 * A text subtitle (sub path type 4), its clips and fonts read whole. What cannot be read is left out with a warning; null: nothing of it can be shown.
 * @throws DiscError `aborted`
 */
export async function readTextSubtitle(stream: TextStream): Promise<WholeSubtitle | null> {
  const cues: Cue[] = []
  for (const place of placesOf(stream)) {
    for (const item of stream.playList.subPaths[place.subPathId]?.items ?? []) {
      try {
        cues.push(...(await readItem(stream, place, item)))
      } catch (error) {
        if (!(error instanceof DiscError) || error.code === "aborted") throw error
        stream.warnings.add("text-subtitle-unreadable", `subtitle ${stream.number} is not shown: ${error.message}`, error.place)
      }
    }
  }
  cues.sort((a, b) => a.start - b.start)
  const draw = (cue: number) => cues[cue]?.draw() ?? { picture: NO_PICTURE, forcedPicture: null }
  return cues.length === 0 ? null : { plane: "pg", cues, draw }
}

function placesOf({ playList, number }: TextStream): readonly Place[] {
  const places = new Map<string, Place>()
  for (const { streams } of playList.playItems) {
    const stream = streams.pg[number - 1]
    if (stream?.entry.type !== "sub-clip" || stream.attributes.kind !== "text" || places.size >= MAX_CLIPS) continue
    const { subPathId, subClipEntryId, pid } = stream.entry
    places.set(`${subPathId}/${subClipEntryId}`, { subPathId, subClipEntryId, pid, characterCode: stream.attributes.characterCode })
  }
  return [...places.values()]
}

async function readItem(stream: TextStream, place: Place, item: SubPlayItem): Promise<readonly Cue[]> {
  const { bluray, segments, warnings, signal } = stream
  const clip = item.clips[place.subClipEntryId]?.clipInformationFileName
  const segment = segments[item.syncPlayItemId]
  if (clip === undefined || segment === undefined) {
    throw new DiscError("damaged", "its sub path names a clip or a play item that is not there", { path: stream.path, field: "SubPath" })
  }
  const { clipInfo } = await bluray.clipInformation(clip, { signal })
  const whole = { clip, pid: place.pid, codec: "hdmv_text_subtitle", maxBytes: MAX_CLIP_BYTES, what: "text" } as const
  const units = await readWholeStream(bluray, whole, warnings, signal)
  const text = decodeTextSubtitle(
    units.map(({ data }) => data),
    place.characterCode,
    warnings,
    clip,
  )
  if (text === null) throw new DiscError("damaged", "the clip has no style for text", { path: clip })
  const fonts = await readFonts(stream, clipInfo.fontFileIds)
  if (fonts.every((font) => font === null)) {
    throw new DiscError("unsupported", "the disc has no font for it that can be used; choose another subtitle", { path: clip })
  }
  return cuesOf(text, item, segment, { fonts, warnings, path: clip })
}

/** Text runs on the clock that its sub play item shares with the play item beside which it begins. */
function cuesOf(text: TextSubtitle, item: SubPlayItem, segment: Segment, options: Parameters<typeof renderDialog>[2]): readonly Cue[] {
  const [inTime, outTime] = [item.inTime45k * 2, item.outTime45k * 2]
  const offset = segment.start + item.syncStartPts45k * 2 - segment.inTime - inTime
  return text.dialogs
    .filter(({ startPts, endPts }) => endPts > inTime && startPts < outTime)
    .map((dialog) => ({
      start: ticks(Math.max(dialog.startPts, inTime) + offset),
      end: ticks(Math.min(dialog.endPts, outTime) + offset),
      lines: dialogLines(dialog),
      forced: dialog.regions.some(({ forcedOn }) => forcedOn),
      draw: () => renderDialog(text.style, dialog, options),
    }))
}

/** In the order of the clip's table, which text counts by: one that cannot be used keeps its place. */
async function readFonts({ bluray, warnings, signal }: TextStream, ids: readonly string[]): Promise<readonly (Font | null)[]> {
  const fonts: (Font | null)[] = []
  for (const id of ids) {
    try {
      fonts.push(openFont(await bluray.font(id, { signal }), `${id}.otf`))
    } catch (error) {
      if (!(error instanceof DiscError) || error.code === "aborted") throw error
      warnings.add("text-subtitle-font", `a font cannot be used: ${error.message}`, error.place)
      fonts.push(null)
    }
  }
  return fonts
}
