import type { Place, Warnings } from "../base/index.ts"

/** The kinds of damage a demuxer steps over; `docs/errors.md` has a line for each. */
export type DamageCode =
  /** No pack or packet begins where one must: bytes are skipped up to the next that does. */
  | "mpeg-lost-sync"
  /** A PES packet or a section whose header or length makes no sense. */
  | "mpeg-bad-packet"
  /** A continuity counter jumped or the transport error bit is set: packets are missing. */
  | "mpeg-packets-missing"
  /** An audio, sub-picture or graphics unit whose own header makes no sense or that was never completed. */
  | "mpeg-bad-unit"
  /** A unit grew past every bound of its codec. */
  | "mpeg-unit-too-large"

/** Counts damage; the first of each kind is a warning with its place, since a bad disc has the same a million times. */
export class Damage {
  readonly #warnings: Warnings
  readonly #path: string
  readonly #counts = new Map<DamageCode, number>()

  /** `path` is what places name: a VOB, a clip. */
  constructor(warnings: Warnings, path: string) {
    this.#warnings = warnings
    this.#path = path
  }

  /** How often each kind was met so far. */
  get counts(): ReadonlyMap<DamageCode, number> {
    return this.#counts
  }

  note(code: DamageCode, message: string, offset: number | null, field?: string): void {
    const before = this.#counts.get(code) ?? 0
    this.#counts.set(code, before + 1)
    if (before > 0) return
    const place: Place = { path: this.#path, ...(offset === null ? {} : { offset }), ...(field === undefined ? {} : { field }) }
    this.#warnings.add(code, `${message}; it was stepped over (further ones are only counted)`, place)
  }
}
