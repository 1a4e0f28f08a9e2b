import type { Ticks, Warnings } from "../base/index.ts"
import type { WarningItem } from "./items.ts"

/** A disc's warnings on their way to one session's puller: each is told once, whoever looks first. */
export class WarningTeller {
  readonly #warnings: Warnings
  #told: number

  /** What the disc has warned of before is told to nobody. */
  constructor(warnings: Warnings) {
    this.#warnings = warnings
    this.#told = warnings.list.length
  }

  /** What is new. */
  take(at: Ticks): readonly WarningItem[] {
    const { list } = this.#warnings
    if (list.length === this.#told) return []
    const found = list.slice(this.#told).map((warning): WarningItem => ({ type: "warning", at, warning }))
    this.#told = list.length
    return found
  }
}
