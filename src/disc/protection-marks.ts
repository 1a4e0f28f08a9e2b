import type { ProtectionMark } from "./disc-info.ts"

/** What is known of a disc's protection: what the structure files show at once; what packets show joins when titles are looked into. */
export class ProtectionMarks {
  readonly #list: ProtectionMark[]

  constructor(marks: readonly ProtectionMark[]) {
    this.#list = [...marks]
  }

  /** Grows with `add`: `DiscInfo.protection` is this list. */
  get list(): readonly ProtectionMark[] {
    return this.#list
  }

  /** Said once, however many packets say it. */
  add(mark: ProtectionMark): void {
    if (!this.#list.some(({ kind, detail }) => kind === mark.kind && detail === mark.detail)) this.#list.push(mark)
  }
}
