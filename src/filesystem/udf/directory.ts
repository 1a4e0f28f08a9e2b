import { ByteReader, DiscError, type ReadOptions, type Warnings } from "../../base/index.ts"
import type { ByteExtent } from "../extents.ts"
import { isLocalFault } from "../image-reader.ts"
import type { BlockAddress } from "./address.ts"
import type { UdfFileEntry } from "./file-entry.ts"
import { type FileIdentifier, parseFileIdentifier } from "./file-identifier.ts"
import { fileRuns } from "./file-runs.ts"
import type { Copy, PartitionSpace } from "./partition-space.ts"

/** About 150,000 entries of common length; a Blu-ray's largest directory (STREAM with 1,000 clips) has 48 KiB. */
const MAX_DIRECTORY_BYTES = 8 * 1024 * 1024
/** An entry takes 40 bytes at least; the parsed form takes more memory than the disc's. */
const MAX_DIRECTORY_ENTRIES = 100_000

type Content = { identifiers: FileIdentifier[]; fault: string | null }

/** All entries of a directory, read as a whole; from the mirror where the main copy is damaged; the readable part where both are. */
export async function readDirectoryContent(
  space: PartitionSpace,
  entry: UdfFileEntry,
  icb: BlockAddress,
  path: string,
  warnings: Warnings,
  options?: ReadOptions,
): Promise<readonly FileIdentifier[]> {
  if (entry.informationLength > MAX_DIRECTORY_BYTES) {
    throw new DiscError("limit", `the directory is ${entry.informationLength} bytes long; at most ${MAX_DIRECTORY_BYTES} are read`, {
      path,
    })
  }
  const main = await readCopy(space, entry, icb, "main", options)
  let best = main
  if (!isClean(main) && (await space.openMirror(icb.partitionReference, options))) {
    const mirror = await readCopy(space, entry, icb, "mirror", options)
    if (main instanceof DiscError || isClean(mirror)) best = mirror
  }
  if (best instanceof DiscError) throw main instanceof DiscError ? main : best
  if (best.fault !== null) warnings.add("udf-directory", `the directory is damaged: ${best.fault}`, { path })
  return best.identifiers
}

const isClean = (content: Content | DiscError): boolean => !(content instanceof DiscError) && content.fault === null

async function readCopy(
  space: PartitionSpace,
  entry: UdfFileEntry,
  icb: BlockAddress,
  copy: Copy,
  options?: ReadOptions,
): Promise<Content | DiscError> {
  try {
    if (entry.content.form === "embedded") return parseDirectory(new ByteReader(entry.content.bytes, space.image.source.name))
    const runs = await fileRuns(space, entry, icb, options, copy)
    const bytes = await readRuns(space, runs, options)
    const content = parseDirectory(new ByteReader(bytes, space.image.source.name, runs[0]?.offsetBytes ?? 0))
    const wanted = runs.reduce((sum, run) => sum + run.lengthBytes, 0)
    if (bytes.length === wanted) return content
    return { ...content, fault: `the image ends inside it (${bytes.length} of ${wanted} bytes)` }
  } catch (error) {
    if (error instanceof DiscError && isLocalFault(error)) return error
    throw error
  }
}

/** Fewer bytes where the image ends inside them. @throws DiscError `damaged` where it ends before */
async function readRuns(space: PartitionSpace, runs: readonly ByteExtent[], options?: ReadOptions): Promise<Uint8Array> {
  const only = runs[0]
  if (runs.length === 1 && only !== undefined && only.offsetBytes !== null) {
    const { offsetBytes, lengthBytes } = only
    const bytes = await space.image.upTo(offsetBytes, lengthBytes, "directory", options)
    return bytes.length > 0 ? bytes : space.image.exact(offsetBytes, lengthBytes, "directory", options)
  }
  const whole = new Uint8Array(runs.reduce((sum, run) => sum + run.lengthBytes, 0))
  let position = 0
  for (const run of runs) {
    if (run.offsetBytes !== null) whole.set(await space.image.upTo(run.offsetBytes, run.lengthBytes, "directory", options), position)
    position += run.lengthBytes
  }
  return whole
}

/** Entries up to the first that cannot be read: their lengths are the only way from one to the next. */
export function parseDirectory(directory: ByteReader): Content {
  const identifiers: FileIdentifier[] = []
  let fault: string | null = null
  try {
    for (;;) {
      const identifier = parseFileIdentifier(directory)
      if (identifier === null) break
      if (identifiers.length >= MAX_DIRECTORY_ENTRIES)
        throw directory.error("limit", "fileIdentifier", `more than ${MAX_DIRECTORY_ENTRIES} entries`)
      fault ??= identifier.fault
      identifiers.push(identifier)
    }
  } catch (error) {
    if (!(error instanceof DiscError)) throw error
    fault = error.message
  }
  return { identifiers, fault }
}
