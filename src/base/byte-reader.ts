import { DiscError, type DiscErrorCode } from "./disc-error.ts"

/** A bounded window on a structure. It cannot read outside itself; its errors name path, absolute offset and field. Big-endian unless named `le`. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly path: string
  readonly #base: number
  #position = 0
  /** Where the field read last began: the place an error about its value names. */
  #fieldStart = 0

  /** `base` is the absolute offset of `bytes[0]` in `path`. */
  constructor(bytes: Uint8Array, path: string, base = 0) {
    this.#bytes = bytes
    // A Uint8Array may be a view into a larger buffer: its own offset must go along.
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.path = path
    this.#base = base
  }

  get length(): number {
    return this.#bytes.length
  }
  get position(): number {
    return this.#position
  }
  get remaining(): number {
    return this.#bytes.length - this.#position
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#take(1, field))
  }
  u16(field: string): number {
    return this.#view.getUint16(this.#take(2, field))
  }
  u24(field: string): number {
    const at = this.#take(3, field)
    return (this.#view.getUint16(at) << 8) | this.#view.getUint8(at + 2)
  }
  u32(field: string): number {
    return this.#view.getUint32(this.#take(4, field))
  }
  /** Exact to 2^53; a larger value is `damaged`, since no disc has room for it. */
  u64(field: string): number {
    return this.#safe(this.#view.getBigUint64(this.#take(8, field)), field)
  }
  u16le(field: string): number {
    return this.#view.getUint16(this.#take(2, field), true)
  }
  u32le(field: string): number {
    return this.#view.getUint32(this.#take(4, field), true)
  }
  /** Exact to 2^53; a larger value is `damaged`. */
  u64le(field: string): number {
    return this.#safe(this.#view.getBigUint64(this.#take(8, field), true), field)
  }

  skip(length: number, field: string): void {
    this.#take(length, field)
  }

  /** The next `length` bytes, as a view (not a copy). */
  bytes(length: number, field: string): Uint8Array {
    const start = this.#take(length, field)
    return this.#bytes.subarray(start, start + length)
  }

  ascii(length: number, field: string): string {
    let text = ""
    for (const byte of this.bytes(length, field)) text += String.fromCharCode(byte)
    return text
  }

  /** The next `length` bytes as a window of their own; this reader moves past all of them, whatever the window's reader does. */
  window(length: number, field: string): ByteReader {
    const start = this.#take(length, field)
    return new ByteReader(this.#bytes.subarray(start, start + length), this.path, this.#base + start)
  }

  /** A window from `offset` (counted from this window's start) to this window's end; this reader does not move. */
  from(offset: number, field: string): ByteReader {
    if (offset > this.#bytes.length) throw this.error("damaged", field, `points to ${offset}, past the end (${this.#bytes.length})`)
    return new ByteReader(this.#bytes.subarray(offset), this.path, this.#base + offset)
  }

  /** `count` items of `size` bytes. Refuses before it allocates when they cannot all be here. */
  list<T>(count: number, size: number, field: string, read: (item: ByteReader, index: number) => T): T[] {
    if (count * size > this.remaining) {
      throw this.error("damaged", field, `${count} items of ${size} bytes, but ${this.remaining} bytes are left`)
    }
    return Array.from({ length: count }, (_, index) => read(this.window(size, field), index))
  }

  error(code: DiscErrorCode, field: string, message: string): DiscError {
    return new DiscError(code, message, { path: this.path, offset: this.#base + this.#fieldStart, field })
  }

  #safe(value: bigint, field: string): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.error("damaged", field, `${value} is more than a disc can hold`)
    return Number(value)
  }

  #take(length: number, field: string): number {
    this.#fieldStart = this.#position
    if (length < 0 || length > this.remaining) {
      throw this.error("damaged", field, `needs ${length} bytes, ${this.remaining} are left`)
    }
    this.#position += length
    return this.#fieldStart
  }
}
