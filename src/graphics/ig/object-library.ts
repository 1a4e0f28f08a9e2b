import type { ByteReader, Warnings } from "../../base/index.ts"
import { decodeObject, type GraphicsObject } from "../display-set/object.ts"

/** An object as the stream has it: its size is known, its pixels are decoded when they are first shown. */
export type CodedObject = {
  readonly id: number
  readonly width: number
  readonly height: number
  /** object_data_length, width, height and run-length code. */
  readonly data: ByteReader
}

/** The specification's buffer for a menu's decoded objects: what fits there is decoded once. */
const MAX_DECODED_BYTES = 16 * 1024 * 1024

/** No plane is larger than 4096 by 2304, and objects are cropped from pictures twice that at most. */
const MAX_OBJECT_PIXELS = 16 * 1024 * 1024

/** Reads an object's size. `data` is its joined data. @throws DiscError `damaged`, `limit` */
export function readCodedObject(id: number, data: ByteReader): CodedObject {
  const head = data.from(0, "object_data")
  head.skip(3, "object_data_length")
  const width = head.u16("object_width")
  const height = head.u16("object_height")
  if (width * height > MAX_OBJECT_PIXELS) {
    throw head.error("limit", "object_height", `object ${id} has ${width} by ${height} pixels, more than any plane`)
  }
  return { id, width, height, data }
}

/** Decoded objects, the last used ones: a menu has hundreds of pictures and shows few at a time. */
export class DecodedObjects {
  readonly #warnings: Warnings
  /** In the order of their use, the oldest first. */
  readonly #decoded = new Map<CodedObject, GraphicsObject>()
  #bytes = 0

  constructor(warnings: Warnings) {
    this.#warnings = warnings
  }

  get heldBytes(): number {
    return this.#bytes
  }

  get(coded: CodedObject): GraphicsObject {
    const known = this.#decoded.get(coded)
    const object = known ?? decodeObject(coded.id, coded.data.from(0, "object_data"), MAX_OBJECT_PIXELS, this.#warnings)
    this.#decoded.delete(coded)
    this.#decoded.set(coded, object)
    if (known === undefined) this.#bytes += object.indices.length
    this.#drop()
    return object
  }

  clear(): void {
    this.#decoded.clear()
    this.#bytes = 0
  }

  /** One object larger than the bound alone is held until the next one. */
  #drop(): void {
    for (const [coded, object] of this.#decoded) {
      if (this.#bytes <= MAX_DECODED_BYTES || this.#decoded.size === 1) return
      this.#decoded.delete(coded)
      this.#bytes -= object.indices.length
    }
  }
}

/** The objects of a display set. It does not change; display sets after it have libraries of their own, with the same decoded pixels. */
export class ObjectLibrary {
  readonly #objects: ReadonlyMap<number, CodedObject>
  readonly #decoded: DecodedObjects

  constructor(objects: ReadonlyMap<number, CodedObject>, decoded: DecodedObjects) {
    this.#objects = objects
    this.#decoded = decoded
  }

  /** Width and height of an object, without decoding it; null: there is no such object. */
  size(id: number): { readonly width: number; readonly height: number } | null {
    return this.#objects.get(id) ?? null
  }

  /** An object's pixels; null: there is no such object. */
  decode(id: number): GraphicsObject | null {
    const coded = this.#objects.get(id)
    return coded === undefined ? null : this.#decoded.get(coded)
  }
}
