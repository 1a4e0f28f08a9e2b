import { SECTOR_SIZE, type Source } from "../base/index.ts"
import { ExtentSource, MemorySource } from "../source/index.ts"
import type { FileDetails } from "./volume.ts"

/** The bytes of a file inside an image. @throws DiscError what is wrong with the file, where it is listed but cannot be read */
export function openFileSource(image: Source, path: string, details: FileDetails): Source {
  if (details.problem !== null) throw details.problem
  if (details.embedded !== null) return new MemorySource(details.embedded, path)
  const extents = details.extents.map(({ startSector, lengthBytes }) => ({
    offset: startSector === null ? null : startSector * SECTOR_SIZE,
    length: lengthBytes,
  }))
  return new ExtentSource(image, extents, path)
}
