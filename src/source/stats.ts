/** What reading cost so far, for `opentray info --stats`. */
export type SourceStats = {
  /** Reads that callers asked for. */
  readonly reads: number
  /** Bytes that came from the file, device or server. */
  readonly bytes: number
  /** Times the file, device or server was asked. Over HTTP: requests, with those repeated. */
  readonly roundTrips: number
  /** Reads that were answered wholly from the cache. */
  readonly cacheHits: number
}

/** A source or folder that counts. */
export type Counted = { readonly stats: SourceStats }

/** `null` when `input` does not count what it does. */
export function statsOf(input: object): SourceStats | null {
  return "stats" in input ? (input as Counted).stats : null
}
