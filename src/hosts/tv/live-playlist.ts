/** A piece of a segment that is given out before the segment is whole. */
export type LivePart = { readonly durationTicks: number; readonly isIndependent: boolean; readonly bytes: Uint8Array }

export type LiveSegment = {
  /** Media sequence number. */
  readonly number: number
  readonly parts: readonly LivePart[]
  readonly isWhole: boolean
}

/** In seconds. Eight pictures at 24 a second are longer, seven at 25 just fit 85 % of it, as RFC 8216bis 4.4.3.7 wants of all but the last. */
export const PART_TARGET_SECONDS = 0.3
/** Key pictures come twice a second; a segment takes two groups. Whole seconds, above every segment's length (4.4.3.1). */
export const TARGET_SECONDS = 2
/** How far behind the newest part a device plays: three parts (4.4.3.8). */
export const PART_HOLD_BACK_SECONDS = 3 * PART_TARGET_SECONDS
/** The same for one that does not know parts: three target durations. */
export const HOLD_BACK_SECONDS = 3 * TARGET_SECONDS
/** Parts older than this are of no use (4.4.4.9: no more than three target durations). */
const PARTS_IN_SEGMENTS = 3

export const segmentName = (segment: number): string => `segment-${segment}.ts`
export const partName = (segment: number, part: number): string => `part-${segment}-${part}.ts`

/** The media playlist of a low-latency live stream (RFC 8216bis). `segments` may end with one that is not whole. */
export function livePlaylist(segments: readonly LiveSegment[], isEnded: boolean): string {
  const first = segments[0]?.number ?? 0
  const last = segments.at(-1)
  const lines = [
    "#EXTM3U",
    "#EXT-X-VERSION:9",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    `#EXT-X-TARGETDURATION:${TARGET_SECONDS}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${PART_HOLD_BACK_SECONDS.toFixed(1)},HOLD-BACK=${HOLD_BACK_SECONDS.toFixed(1)}`,
    `#EXT-X-PART-INF:PART-TARGET=${PART_TARGET_SECONDS}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    ...segments.flatMap((segment, index) => segmentLines(segment, segments.length - index <= PARTS_IN_SEGMENTS)),
  ]
  if (isEnded) lines.push("#EXT-X-ENDLIST")
  else if (last !== undefined) {
    const next = last.isWhole ? partName(last.number + 1, 0) : partName(last.number, last.parts.length)
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${next}"`)
  }
  return `${lines.join("\n")}\n`
}

function segmentLines({ number, parts, isWhole }: LiveSegment, withParts: boolean): readonly string[] {
  const lines = withParts
    ? parts.map(({ durationTicks, isIndependent }, part) => {
        const independent = isIndependent ? ",INDEPENDENT=YES" : ""
        return `#EXT-X-PART:DURATION=${seconds(durationTicks)},URI="${partName(number, part)}"${independent}`
      })
    : []
  if (!isWhole) return lines
  const duration = parts.reduce((sum, { durationTicks }) => sum + durationTicks, 0)
  return [...lines, `#EXTINF:${seconds(duration)},`, segmentName(number)]
}

const seconds = (durationTicks: number): string => (durationTicks / 90_000).toFixed(5)
