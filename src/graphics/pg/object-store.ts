import type { Warnings } from "../../base/index.ts"
import { FragmentJoiner, type JoinedObject } from "../display-set/fragment-joiner.ts"
import { decodeObject, type GraphicsObject, type ObjectFragment } from "../display-set/object.ts"

/** The specification's object buffer is 4 MiB; authoring tools do not all keep to it. */
const MAX_DECODED_BYTES = 16 * 1024 * 1024

/** Objects of one epoch; also FFmpeg's bound. */
const MAX_OBJECTS = 64

/** The specification's coded data buffer is 1 MiB. */
const MAX_CODED_BYTES = 4 * 1024 * 1024

/** The objects of an epoch, joined from their fragments and decoded. */
export class ObjectStore {
  readonly #warnings: Warnings
  readonly #objects = new Map<number, GraphicsObject>()
  readonly #joiner: FragmentJoiner
  #decodedBytes = 0

  constructor(warnings: Warnings, path: string) {
    this.#warnings = warnings
    this.#joiner = new FragmentJoiner(path, MAX_CODED_BYTES)
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
    this.#joiner.clear()
  }

  /** @throws DiscError `damaged`, `limit` */
  add(fragment: ObjectFragment): void {
    const joined = this.#joiner.add(fragment)
    if (joined !== null) this.#decode(joined)
  }

  #decode({ id, data }: JoinedObject): void {
    this.#decodedBytes -= this.#objects.get(id)?.indices.length ?? 0
    this.#objects.delete(id)
    if (this.#objects.size >= MAX_OBJECTS) throw data.error("limit", "object_id", `more than ${MAX_OBJECTS} objects in one epoch`)
    const object = decodeObject(id, data, MAX_DECODED_BYTES - this.#decodedBytes, this.#warnings)
    this.#objects.set(id, object)
    this.#decodedBytes += object.indices.length
  }
}
