/** What `TimeSeekRange.dlna.org` asks for, in seconds of the resource (DLNA Guidelines part 1-1, 7.5.4.3.2.24). */
export type TimeSeek = { readonly start: number; readonly end: number | null }

/** Longer ones are no times. */
const MAX_LENGTH = 100
/** `12.5` or `0:00:12.5`, as RFC 2326 3.6 writes normal play time. */
const TIME = String.raw`(\d{1,6}(?:\.\d{1,9})?|\d{1,4}:[0-5]?\d:[0-5]?\d(?:\.\d{1,9})?)`
const HEADER = new RegExp(`^\\s*npt\\s*=\\s*${TIME}\\s*-\\s*${TIME}?\\s*$`, "i")

/** Null: not of the header's form, or its end does not lie behind its start. */
export function parseTimeSeek(header: string): TimeSeek | null {
  const match = header.length > MAX_LENGTH ? null : HEADER.exec(header)
  if (match === null) return null
  const [start, end] = match.slice(1).map((text) => (text === undefined ? null : secondsOf(text)))
  if (start === null || start === undefined || (typeof end === "number" && end <= start)) return null
  return { start, end: end ?? null }
}

const secondsOf = (text: string): number => text.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0)

/** What the answer says was sent: always to the end, since nothing is converted up to the frame. */
export const formatTimeSeek = (start: number, duration: number): string =>
  `npt=${start.toFixed(3)}-${duration.toFixed(3)}/${duration.toFixed(3)}`
