import { ByteReader, type Warnings } from "../../base/index.ts"
import { decodeObject, type GraphicsObject, type ObjectFragment } from "./object.ts"

/** The specification's object buffer is 4 MiB; authoring tools do not all keep to it. */
const MAX_DECODED_BYTES = 16 * 1024 * 1024

/** Objects of one epoch; also FFmpeg's bound. */
const MAX_OBJECTS = 64

/** The specification's coded data buffer is 1 MiB. */
const MAX_CODED_BYTES = 4 * 1024 * 1024

/** The objects of an epoch, joined from their fragments and decoded. */
export class ObjectStore {
  readonly #warnings: Warnings
  readonly #path: string
  readonly #objects = new Map<number, GraphicsObject>()
  #decodedBytes = 0
  #parts: Uint8Array[] = []
  #partsId: number | null = null
  #partsBytes = 0

  constructor(warnings: Warnings, path: string) {
    this.#warnings = warnings
    this.#path = path
  }

  get(id: number): GraphicsObject | undefined {
    return this.#objects.get(id)
  }

  /** Bytes of decoded objects. */
  get decodedBytes(): number {
    return this.#decodedBytes
  }

  clear(): void {
    this.#objects.clear()
    this.#decodedBytes = 0
    this.#drop()
  }

  /** @throws DiscError `damaged`, `limit` */
  add(fragment: ObjectFragment): void {
    if (fragment.first) {
      this.#drop()
      this.#partsId = fragment.id
    } else if (this.#partsId !== fragment.id) {
      throw fragment.data.error("damaged", "first_in_sequence", `a part of object ${fragment.id} comes without the parts before it`)
    }
    this.#partsBytes += fragment.data.remaining
    if (this.#partsBytes > MAX_CODED_BYTES) {
      this.#drop()
      throw fragment.data.error("limit", "object_data_fragment", `object ${fragment.id} has more than ${MAX_CODED_BYTES} bytes`)
    }
    this.#parts.push(fragment.data.bytes(fragment.data.remaining, "object_data_fragment"))
    if (fragment.last) this.#decode(fragment.id)
  }

  #decode(id: number): void {
    const joined = new ByteReader(join(this.#parts, this.#partsBytes), this.#path)
    this.#drop()
    this.#remove(id)
    if (this.#objects.size >= MAX_OBJECTS) throw joined.error("limit", "object_id", `more than ${MAX_OBJECTS} objects in one epoch`)
    const object = decodeObject(id, joined, MAX_DECODED_BYTES - this.#decodedBytes, this.#warnings)
    this.#objects.set(id, object)
    this.#decodedBytes += object.indices.length
  }

  #remove(id: number): void {
    this.#decodedBytes -= this.#objects.get(id)?.indices.length ?? 0
    this.#objects.delete(id)
  }

  #drop(): void {
    this.#parts = []
    this.#partsId = null
    this.#partsBytes = 0
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
