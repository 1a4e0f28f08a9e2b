import { DiscError, type DiscErrorCode, type Place } from "../base/index.ts"

/** What the server said the file is; later replies must say the same. */
export type FileIdentity = {
  /** In bytes. */
  readonly size: number
  readonly etag: string | null
  readonly lastModified: string | null
}

/** The part of the file that a reply holds: bytes `start` to `end` (not included). */
export type HttpRange = { readonly start: number; readonly end: number; readonly identity: FileIdentity }

/** A failure that another attempt may mend. `after`: the wait in milliseconds that the server asks for. */
export class PassingFailure extends Error {
  readonly error: DiscError
  readonly after: number | null

  constructor(error: DiscError, after: number | null = null) {
    super(error.message, { cause: error })
    this.error = error
    this.after = after
  }
}

const NO_RANGES = "the server gives no byte ranges, so a disc on it cannot be opened; download the file, or put it on a server that does"
const CHANGED = "the file on the server was changed while it was open; open it again"

/** Statuses that come and go: timeouts, too many requests, a server starting up. RFC 9110 15.5 and 15.6, RFC 6585. */
const PASSING_STATUSES: readonly number[] = [408, 425, 429, 500, 502, 503, 504]

const FAILED_STATUSES: Readonly<Record<number, readonly [DiscErrorCode, string]>> = {
  401: ["not-permitted", "the server wants a name and password; put them into the URL: https://name:password@host/..."],
  403: ["not-permitted", "the server does not allow it"],
  404: ["not-found", "there is no such file on the server"],
  410: ["not-found", "the file is not on the server any more"],
}

/** The header that makes a server answer with the whole file when it is another one now, RFC 9110 13.1.5. Weak tags are not allowed in it. */
export function ifRangeOf(file: FileIdentity): string | null {
  return file.etag?.startsWith('"') ? file.etag : file.lastModified
}

/**
 * What part of the file the reply to a request from `start` holds, checked against what the file was when it was opened.
 * @throws DiscError `no-ranges`, `source-changed`, `not-found`, `not-permitted`, `read-failed`, or a PassingFailure
 */
export function readReply(response: Response, start: number, file: FileIdentity | null, name: string): HttpRange {
  const place: Place = { path: name, offset: start }
  const range = parseContentRange(response.headers.get("content-range"))
  if (response.status === 416) {
    if (file !== null) throw new DiscError("source-changed", CHANGED, place)
    if (start > 0 || range?.size !== 0) throw new DiscError("no-ranges", NO_RANGES, place)
    return { start, end: start, identity: identityOf(response, 0) }
  }
  if (response.status !== 206) throw statusError(response, file, place)
  if (range === null || range.start === null || range.size === null) {
    throw new DiscError(
      "no-ranges",
      "the server does not say which part of the file it sends, or (to a page of another site) does not let it be seen",
      place,
    )
  }
  const encoding = response.headers.get("content-encoding") ?? "identity"
  if (encoding !== "identity")
    throw new DiscError("no-ranges", `the server sends the file packed (${encoding}); its ranges are useless`, place)
  const identity = identityOf(response, range.size)
  if (file !== null && differs(file, identity)) throw new DiscError("source-changed", CHANGED, place)
  if (range.start !== start || range.end <= start || range.end > range.size) {
    const said = `bytes ${range.start} to ${range.end} of ${range.size}`
    throw new PassingFailure(new DiscError("read-failed", `the server was asked for bytes from ${start} on and sent ${said}`, place))
  }
  return { start, end: range.end, identity }
}

function statusError(response: Response, file: FileIdentity | null, place: Place): DiscError | PassingFailure {
  const { status } = response
  if (status === 412) return new DiscError("source-changed", CHANGED, place)
  if (status === 200) {
    const changed = file !== null && differs(file, identityOf(response, lengthOf(response) ?? file.size))
    return changed ? new DiscError("source-changed", CHANGED, place) : new DiscError("no-ranges", NO_RANGES, place)
  }
  const [code, text] = FAILED_STATUSES[status] ?? (["read-failed", "the server could not give the file"] as const)
  const error = new DiscError(code, `${text} (HTTP status ${status})`, place)
  return PASSING_STATUSES.includes(status) ? new PassingFailure(error, retryAfter(response)) : error
}

function identityOf(response: Response, size: number): FileIdentity {
  return { size, etag: response.headers.get("etag"), lastModified: response.headers.get("last-modified") }
}

/** A header that is missing on one side tells nothing. */
function differs(before: FileIdentity, now: FileIdentity): boolean {
  if (before.size !== now.size) return true
  if (before.etag !== null && now.etag !== null) return opaque(before.etag) !== opaque(now.etag)
  return before.lastModified !== null && now.lastModified !== null && before.lastModified !== now.lastModified
}

/** Servers mark a tag as weak when they send the file through a filter; for one file it is still the same tag. */
function opaque(etag: string): string {
  return etag.replace(/^W\//, "")
}

function lengthOf(response: Response): number | null {
  const text = response.headers.get("content-length")
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

function retryAfter(response: Response): number | null {
  const text = response.headers.get("retry-after")
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : null
}

/** Content-Range, RFC 9110 14.4: "bytes 0-9/100", "bytes 0-9/*", "bytes *" + "/100". */
function parseContentRange(text: string | null): { start: number | null; end: number; size: number | null } | null {
  const match = /^bytes\s+(?:(\d{1,15})-(\d{1,15})|\*)\/(?:(\d{1,15})|\*)$/i.exec(text?.trim() ?? "")
  if (match === null) return null
  const [, first, last, size] = match
  return {
    start: first === undefined ? null : Number(first),
    end: last === undefined ? 0 : Number(last) + 1,
    size: size === undefined ? null : Number(size),
  }
}
