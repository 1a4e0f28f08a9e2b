/** Bytes of a structure as a writer puts them, each with the name of its field. Positions count from the start of the whole. */
export class FieldWriter {
  readonly #bytes: number[] = []
  readonly #fields: string[] = []
  #path = ""

  get length(): number {
    return this.#bytes.length
  }

  uint(size: number, value: number, field: string): this {
    if (!(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * size)))
      throw new Error(`${this.#path}${field}: ${value} is no number of ${size} bytes`)
    for (let index = size - 1; index >= 0; index--) this.#put(Math.floor(value / 2 ** (8 * index)) % 256, field)
    return this
  }

  u8(value: number, field: string): this {
    return this.uint(1, value, field)
  }

  u16(value: number, field: string): this {
    return this.uint(2, value, field)
  }

  u32(value: number, field: string): this {
    return this.uint(4, value, field)
  }

  text(value: string, field: string): this {
    return this.bytes(Buffer.from(value, "latin1"), field)
  }

  bytes(value: Uint8Array, field: string): this {
    for (const byte of value) this.#put(byte, field)
    return this
  }

  zeros(count: number, field: string): this {
    for (let index = 0; index < count; index++) this.#put(0, field)
    return this
  }

  /** A length of `size` bytes, which counts what is behind it, and what `write` puts behind it. */
  sized(size: number, field: string, write: () => void): this {
    const at = this.length
    this.within(field, () => {
      this.zeros(size, "length")
      write()
    })
    this.patch(at, size, this.length - at - size)
    return this
  }

  /** What `write` puts is named as part of `field`. */
  within(field: string, write: () => void): this {
    const outer = this.#path
    this.#path = field === "" ? outer : `${outer}${field} > `
    write()
    this.#path = outer
    return this
  }

  /** Each of `items` as part of `field`, with its number. */
  each<T>(items: readonly T[], field: string, write: (item: T, index: number) => void): this {
    items.forEach((item, index) => {
      this.within(`${field}[${index}]`, () => write(item, index))
    })
    return this
  }

  /** Puts a value where room for it was left. */
  patch(at: number, size: number, value: number): void {
    for (let index = 0; index < size; index++) this.#bytes[at + index] = Math.floor(value / 2 ** (8 * (size - 1 - index))) % 256
  }

  finish(): Written {
    return { bytes: Uint8Array.from(this.#bytes), fields: this.#fields }
  }

  #put(byte: number, field: string): void {
    this.#bytes.push(byte)
    this.#fields.push(this.#path + field)
  }
}

/** `fields[n]` is what `bytes[n]` belongs to. */
export type Written = { readonly bytes: Uint8Array; readonly fields: readonly string[] }

/** Flags from the most significant bit of `size` bytes on. */
export function flags(size: number, ...bits: readonly boolean[]): number {
  return bits.reduce((value, bit, index) => value + (bit ? 2 ** (8 * size - 1 - index) : 0), 0)
}
