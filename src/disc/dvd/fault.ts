import { DiscError } from "../../base/index.ts"

/**
 * What is wrong in one IFO, found while the rest of it was read: the caller looks at the backup copy, and what is wrong in both becomes warnings.
 * Bounded, so that a hostile file cannot fill memory with them.
 */
export class Faults {
  readonly list: DiscError[] = []

  /** What `parse` gives, or null with its error noted. Errors that are not about the disc go on. */
  attempt<T>(parse: () => T): T | null {
    try {
      return parse()
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      this.add(error)
      return null
    }
  }

  add(error: DiscError): void {
    if (this.list.length < MAX_FAULTS) this.list.push(error)
  }
}

/** Enough to tell what is broken; each chain of a broken table may add one. */
const MAX_FAULTS = 100
