import { DiscError } from "./disc-error.ts"

/** Bits of a structure, most significant first. It cannot read past the end of its bytes. */
export class BitReader {
  readonly #bytes: Uint8Array
  readonly #path: string
  readonly #base: number
  #bit = 0

  constructor(bytes: Uint8Array, path: string, base = 0) {
    this.#bytes = bytes
    this.#path = path
    this.#base = base
  }

  get remainingBits(): number {
    return this.#bytes.length * 8 - this.#bit
  }

  /** The next `count` bits (0 to 32) as an unsigned number. */
  bits(count: number, field: string): number {
    if (count > this.remainingBits) {
      throw new DiscError("damaged", `needs ${count} bits, ${this.remainingBits} are left`, {
        path: this.#path,
        offset: this.#base + (this.#bit >> 3),
        field,
      })
    }
    let value = 0
    for (let left = count; left > 0; ) {
      const byte = this.#bytes[this.#bit >> 3] ?? 0
      const free = 8 - (this.#bit & 7)
      const take = Math.min(free, left)
      value = value * 2 ** take + ((byte >> (free - take)) & ((1 << take) - 1))
      this.#bit += take
      left -= take
    }
    return value
  }

  flag(field: string): boolean {
    return this.bits(1, field) === 1
  }

  skip(count: number, field: string): void {
    for (let left = count; left > 0; left -= 32) this.bits(Math.min(32, left), field)
  }

  /** Unsigned Exp-Golomb code, ITU-T H.264 9.1. */
  ue(field: string): number {
    let zeros = 0
    while (!this.flag(field)) {
      zeros++
      if (zeros > 31) throw new DiscError("damaged", "Exp-Golomb code longer than 32 bits", { path: this.#path, field })
    }
    return 2 ** zeros - 1 + this.bits(zeros, field)
  }

  /** Signed Exp-Golomb code, ITU-T H.264 9.1.1. */
  se(field: string): number {
    const code = this.ue(field)
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2
  }
}
