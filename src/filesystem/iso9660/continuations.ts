import { ByteReader, DiscError, type ReadOptions } from "../../base/index.ts"
import type { ImageReader } from "../image-reader.ts"
import { type Continuation, parseSystemUse, type SystemUseField } from "./system-use.ts"

/** Names of 255 bytes and long symbolic links need two or three; more is a loop. */
const MAX_CONTINUATIONS = 32
/** Writers keep an area inside one sector; SUSP does not ask for it. */
const MAX_AREA_BYTES = 8192

type SystemUse = {
  readonly fields: readonly SystemUseField[]
  /** Why fields may be missing. */
  readonly fault: string | null
}

/** All fields of many records, their continuation areas (SUSP 5.1) read together: they lie side by side behind the directory. */
export async function readSystemUse(
  image: ImageReader,
  areas: readonly Uint8Array[],
  blockSize: number,
  options?: ReadOptions,
): Promise<SystemUse[]> {
  const path = image.source.name
  const found = areas.map((area) => {
    const { fields, continuation } = parseSystemUse(new ByteReader(area, path))
    return { fields: [...fields], continuation, fault: null as string | null }
  })
  for (let round = 0; round < MAX_CONTINUATIONS; round++) {
    const going = found.filter((item) => item.continuation !== null)
    if (going.length === 0) return found
    const ranges = going.map(({ continuation }) => rangeOf(continuation as Continuation, blockSize))
    const answers = await image.many(ranges, "continuationArea", options)
    for (const [index, item] of going.entries()) {
      const bytes = answers[index] as Uint8Array | DiscError
      item.continuation = null
      if (bytes instanceof DiscError) {
        item.fault = bytes.message
        continue
      }
      const next = parseSystemUse(new ByteReader(bytes, path, ranges[index]?.offset ?? 0))
      item.fields.push(...next.fields)
      item.continuation = next.continuation
    }
  }
  for (const item of found) if (item.continuation !== null) item.fault = `the continuation areas do not end after ${MAX_CONTINUATIONS}`
  return found
}

function rangeOf({ block, offset, lengthBytes }: Continuation, blockSize: number): { offset: number; length: number } {
  return { offset: block * blockSize + offset, length: Math.min(lengthBytes, MAX_AREA_BYTES) }
}
