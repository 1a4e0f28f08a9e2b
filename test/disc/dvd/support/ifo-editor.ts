/** Changes single fields of an IFO's bytes, so that a disc has what no authoring program at hand writes. */
export class IfoEditor {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(original: Uint8Array) {
    this.bytes = original.slice()
    this.#view = new DataView(this.bytes.buffer)
  }

  /** Start in bytes of the table whose sector the management table has at `pointer` (0xc4 TT_SRPT, 0xc8 VTS_PTT_SRPT, 0xcc VTS_PGCIT, 0xe0 VTS_C_ADT). */
  table(pointer: number): number {
    return this.u32(pointer) * 2048
  }

  /** Start in bytes of title program chain `pgcn`. */
  chain(pgcn: number): number {
    const pgcit = this.table(0xcc)
    return pgcit + this.u32(pgcit + 8 + (pgcn - 1) * 8 + 4)
  }

  /** Start in bytes of the playback information of cell `number` of title program chain `pgcn`. */
  cell(pgcn: number, number: number): number {
    const chain = this.chain(pgcn)
    return chain + this.#view.getUint16(chain + 0xe8) + (number - 1) * 24
  }

  u16(at: number): number {
    return this.#view.getUint16(at)
  }

  u32(at: number): number {
    return this.#view.getUint32(at)
  }

  set8(at: number, value: number): this {
    this.#view.setUint8(at, value)
    return this
  }

  set16(at: number, value: number): this {
    this.#view.setUint16(at, value)
    return this
  }

  set32(at: number, value: number): this {
    this.#view.setUint32(at, value)
    return this
  }

  /** Writes a whole VTS_PTT_SRPT over the one that is there. */
  setParts(titles: readonly (readonly (readonly [pgcn: number, pgn: number])[])[]): this {
    const table = this.table(0xc8)
    this.bytes.fill(0, table, table + 2048)
    let end = 8 + titles.length * 4
    for (const [index, parts] of titles.entries()) {
      this.set32(table + 8 + index * 4, end)
      for (const [pgcn, pgn] of parts) {
        this.set16(table + end, pgcn).set16(table + end + 2, pgn)
        end += 4
      }
    }
    return this.set16(table, titles.length).set32(table + 4, end - 1)
  }

  /** Writes a whole VTS_C_ADT over the one that is there. */
  setCellAddresses(pieces: readonly (readonly [vobId: number, cellId: number, first: number, last: number])[]): this {
    const table = this.table(0xe0)
    this.bytes.fill(0, table, table + 2048)
    for (const [index, [vobId, cellId, first, last]] of pieces.entries()) {
      const at = table + 8 + index * 12
      this.set16(at, vobId)
        .set8(at + 2, cellId)
        .set32(at + 4, first)
        .set32(at + 8, last)
    }
    return this.set16(table, 1).set32(table + 4, 8 + pieces.length * 12 - 1)
  }
}
