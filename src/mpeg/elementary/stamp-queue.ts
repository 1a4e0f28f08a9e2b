/** The time stamps of one PES packet and where its payload begins in the stream. */
export type Stamp = { readonly offset: number; readonly pts: number | null; readonly dts: number | null }

/** More packets with a time stamp than this inside one unit are not a stream but an attack; the oldest are forgotten. */
const MAX_STAMPS = 4096

/** Finds the time stamps of the unit that commences at an offset: those of the packet that holds its first byte, unless an earlier unit took them. */
export class StampQueue {
  readonly #stamps: Stamp[] = []
  #taken = true

  /** A PES packet's payload begins at `offset`. */
  begin(offset: number, pts: number | null, dts: number | null): void {
    const stamps = this.#stamps
    const last = stamps[stamps.length - 1]
    if (last !== undefined && last.offset === offset) stamps.pop()
    else if (last !== undefined && last.pts === null && pts === null) return
    stamps.push({ offset, pts, dts })
    if (stamps.length === 1) this.#taken = false
    if (stamps.length > MAX_STAMPS) this.#shift()
  }

  /** The stamp of the unit that commences at `offset`; null when it has none of its own. */
  take(offset: number): Stamp | null {
    let next = this.#stamps[1]
    while (next !== undefined && next.offset <= offset) {
      this.#shift()
      next = this.#stamps[1]
    }
    const stamp = this.#stamps[0]
    if (stamp === undefined || stamp.offset > offset || this.#taken) return null
    this.#taken = true
    return stamp.pts === null ? null : stamp
  }

  clear(): void {
    this.#stamps.length = 0
    this.#taken = true
  }

  #shift(): void {
    this.#stamps.shift()
    this.#taken = false
  }
}
