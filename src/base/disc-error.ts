/** The closed list of what can go wrong. `docs/errors.md` has one line for each: who raises it and what a user can do. */
export const DISC_ERROR_CODES = [
  /** The input is no disc that opentray knows. */
  "not-a-disc",
  /** A structure breaks its specification and no backup copy helps. */
  "damaged",
  /** The content is scrambled; opentray does not decrypt. */
  "protected",
  /** Valid, but a case that opentray does not handle. */
  "unsupported",
  /** The bytes could not be read: I/O error, network error, bad sector. */
  "read-failed",
  /** The source changed while it was open. */
  "source-changed",
  /** The server gives no byte ranges. */
  "no-ranges",
  /** A path, title, chapter, stream or address that is not there. */
  "not-found",
  /** The disc or the host forbids it now. */
  "not-permitted",
  /** A bound of `base/limits.ts` was reached. */
  "limit",
  /** The caller gave up (AbortSignal, close). */
  "aborted",
  /** Something this needs is not installed, for example the converter. */
  "unavailable",
  /** The caller's arguments make no sense. */
  "bad-argument",
] as const

/** The closed list of error codes; docs/errors.md says who raises each, and what recovers. */
export type DiscErrorCode = (typeof DISC_ERROR_CODES)[number]

/** Where on the disc something is: a path or source name, a byte offset in it, the field's specification name. */
export type Place = {
  readonly path?: string
  readonly offset?: number
  readonly field?: string
}

/** The one error class. `message` is a whole sentence: place, what is wrong, what the user can do. */
export class DiscError extends Error {
  override readonly name = "DiscError"
  readonly code: DiscErrorCode
  readonly place: Place

  constructor(code: DiscErrorCode, message: string, place: Place = {}, options?: { cause?: unknown }) {
    super(describePlace(place) + message, options)
    this.code = code
    this.place = place
  }
}

function describePlace(place: Place): string {
  const parts: string[] = []
  if (place.path !== undefined) parts.push(place.path)
  if (place.offset !== undefined) parts.push(`at byte ${place.offset}`)
  if (place.field !== undefined) parts.push(`(${place.field})`)
  return parts.length === 0 ? "" : `${parts.join(" ")}: `
}
