import { DiscError } from "../../../base/index.ts"

/** Bytes of a font, read at offsets that other tables give: none leads outside them. */
export class FontTable {
  readonly #view: DataView
  readonly name: string
  readonly #path: string

  /** `name`: the table's tag; `path`: the font's file, for errors. */
  constructor(bytes: Uint8Array, name: string, path: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.name = name
    this.#path = path
  }

  get length(): number {
    return this.#view.byteLength
  }

  u8(offset: number): number {
    return this.#view.getUint8(this.#checked(offset, 1))
  }
  i8(offset: number): number {
    return this.#view.getInt8(this.#checked(offset, 1))
  }
  u16(offset: number): number {
    return this.#view.getUint16(this.#checked(offset, 2))
  }
  i16(offset: number): number {
    return this.#view.getInt16(this.#checked(offset, 2))
  }
  u32(offset: number): number {
    return this.#view.getUint32(this.#checked(offset, 4))
  }
  i32(offset: number): number {
    return this.#view.getInt32(this.#checked(offset, 4))
  }

  /** The `length` bytes at `offset` (by default all behind it) as a table of their own. @throws DiscError `damaged` */
  slice(offset: number, length: number = this.length - offset): FontTable {
    this.#checked(offset, length)
    return new FontTable(new Uint8Array(this.#view.buffer, this.#view.byteOffset + offset, length), this.name, this.#path)
  }

  error(code: "damaged" | "unsupported" | "limit", message: string): DiscError {
    return new DiscError(code, message, { path: this.#path, field: this.name })
  }

  #checked(offset: number, length: number): number {
    if (offset >= 0 && length >= 0 && offset + length <= this.length) return offset
    throw this.error("damaged", `a place is outside the table: ${length} bytes at ${offset} of ${this.length}`)
  }
}
