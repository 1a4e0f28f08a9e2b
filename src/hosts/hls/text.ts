import { TICKS_PER_SECOND } from "../../base/index.ts"
import type { TextCue } from "../../plugin/index.ts"
import { MEDIA_START } from "./segment-writer.ts"

/** A WebVTT segment with all cues that are shown in it; those that reach over its ends are in the neighbours too (RFC 8216 3.5). */
export function writeTextSegment(cues: readonly TextCue[], from: number, to: number): string {
  const shown = cues.filter(({ start, end }) => start < to && end > from)
  const blocks = shown.map(({ start, end, lines }) => `${clock(start)} --> ${clock(end)}\n${lines.map(escaped).join("\n")}\n`)
  return `WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:${MEDIA_START}\n\n${blocks.join("\n")}`
}

function clock(ticks: number): string {
  const milliseconds = Math.round((Math.max(0, ticks) * 1000) / TICKS_PER_SECOND)
  const part = (size: number, digits: number, of: number) => String(Math.floor(milliseconds / size) % of).padStart(digits, "0")
  return `${part(3_600_000, 2, 100)}:${part(60_000, 2, 60)}:${part(1000, 2, 60)}.${part(1, 3, 1000)}`
}

/** Cue text has markup of its own. */
const escaped = (line: string): string => line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
