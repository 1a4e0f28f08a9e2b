import { ByteReader, concatBytes } from "../../base/index.ts"
import type { ObjectFragment } from "./object.ts"

/** An object's data, whole: length, size and run-length code. */
export type JoinedObject = { readonly id: number; readonly data: ByteReader }

/** Joins objects from their fragments, which follow each other. */
export class FragmentJoiner {
  readonly #path: string
  readonly #maxBytes: number
  #parts: Uint8Array[] = []
  #partsId: number | null = null
  #partsBytes = 0

  /** @param maxBytes of coded data of one object; more is refused */
  constructor(path: string, maxBytes: number) {
    this.#path = path
    this.#maxBytes = maxBytes
  }

  /** Forgets an object of which not all has come. */
  clear(): void {
    this.#parts = []
    this.#partsId = null
    this.#partsBytes = 0
  }

  /** The object that is whole with this fragment, else null. @throws DiscError `damaged`, `limit` */
  add(fragment: ObjectFragment): JoinedObject | null {
    if (fragment.first) {
      this.clear()
      this.#partsId = fragment.id
    } else if (this.#partsId !== fragment.id) {
      throw fragment.data.error("damaged", "first_in_sequence", `a part of object ${fragment.id} comes without the parts before it`)
    }
    this.#partsBytes += fragment.data.remaining
    if (this.#partsBytes > this.#maxBytes) {
      this.clear()
      throw fragment.data.error("limit", "object_data_fragment", `object ${fragment.id} has more than ${this.#maxBytes} bytes`)
    }
    this.#parts.push(fragment.data.bytes(fragment.data.remaining, "object_data_fragment"))
    if (!fragment.last) return null
    const data = new ByteReader(concatBytes(this.#parts), this.#path)
    this.clear()
    return { id: fragment.id, data }
  }
}
