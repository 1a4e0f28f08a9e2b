import { DiscError, type Place } from "./disc-error.ts"

/** An oddity that was lived with. `code` is kebab-case and documented in `docs/errors.md`. */
export type Warning = { readonly code: string; readonly message: string; readonly place: Place }

/** Where parsers put oddities. Bounded, so that a hostile disc cannot fill memory with them. */
export class Warnings implements Iterable<Warning> {
  readonly #strict: boolean
  readonly #list: Warning[] = []

  /** `strict` turns each warning into a thrown `damaged`. */
  constructor(options: { strict?: boolean } = {}) {
    this.#strict = options.strict ?? false
  }

  add(code: string, message: string, place: Place = {}): void {
    if (this.#strict) throw new DiscError("damaged", message, place)
    if (this.#list.length >= MAX_WARNINGS) return
    this.#list.push({ code, message, place })
  }

  get list(): readonly Warning[] {
    return this.#list
  }

  [Symbol.iterator](): Iterator<Warning> {
    return this.#list[Symbol.iterator]()
  }
}

/** More than anyone will read. */
const MAX_WARNINGS = 1000
