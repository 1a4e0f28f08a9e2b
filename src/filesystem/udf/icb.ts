import { ByteReader, DiscError, type ReadOptions } from "../../base/index.ts"
import type { ByteExtent } from "../extents.ts"
import { isLocalFault } from "../image-reader.ts"
import type { BlockAddress, StructureAddress } from "./address.ts"
import { parseFileEntry, type UdfFileEntry } from "./file-entry.ts"
import { parseIndirectEntry } from "./indirect-entry.ts"
import type { Copy, PartitionSpace } from "./partition-space.ts"

/** Each rewriting of a file on write-once media adds one; a CD-R has room for some hundreds in practice. */
const MAX_ICB_LIST = 1024

/** One file entry, from the mirror when the main copy is bad. @throws DiscError `damaged` when neither is a file entry */
export async function readFileEntryAt(space: PartitionSpace, address: BlockAddress, options?: ReadOptions): Promise<UdfFileEntry> {
  const [entry] = await readFileEntries(space, [address], options)
  if (entry === undefined || entry instanceof DiscError) throw entry ?? new DiscError("damaged", "no file entry")
  return entry
}

/** Many file entries, neighbours read together; what cannot be read is an error in its place. */
export async function readFileEntries(
  space: PartitionSpace,
  addresses: readonly BlockAddress[],
  options?: ReadOptions,
): Promise<(UdfFileEntry | DiscError)[]> {
  const entries = await readCopies(space, addresses, "main", options)
  const doubtful: { address: BlockAddress; index: number }[] = []
  for (const [index, entry] of entries.entries()) {
    const address = addresses[index] as BlockAddress
    if (isDoubtful(entry) && (await space.openMirror(address.partitionReference, options))) doubtful.push({ address, index })
  }
  const mirrored = await readCopies(
    space,
    doubtful.map(({ address }) => address),
    "mirror",
    options,
  )
  for (const [i, { index }] of doubtful.entries()) {
    const copy = mirrored[i]
    const main = entries[index]
    if (copy !== undefined && (!isDoubtful(copy) || (main instanceof DiscError && !(copy instanceof DiscError)))) entries[index] = copy
  }
  for (const [index, entry] of entries.entries()) {
    if (entry instanceof DiscError || entry.strategy !== 4096) continue
    entries[index] = await attempt(() => followIcbList(space, addresses[index] as BlockAddress, entry, options))
  }
  return entries
}

const isDoubtful = (entry: UdfFileEntry | DiscError): boolean => entry instanceof DiscError || entry.fault !== null

async function readCopies(
  space: PartitionSpace,
  addresses: readonly BlockAddress[],
  copy: Copy,
  options?: ReadOptions,
): Promise<(UdfFileEntry | DiscError)[]> {
  const answers: (UdfFileEntry | DiscError)[] = new Array(addresses.length)
  const ranges: { offset: number; length: number; index: number }[] = []
  for (const [index, address] of addresses.entries()) {
    try {
      ranges.push({ ...blockRange(space, address, copy), index })
    } catch (error) {
      answers[index] = asLocalFault(error)
    }
  }
  const blocks = await space.image.many(ranges, "fileEntry", options)
  for (const [i, { index, offset }] of ranges.entries()) {
    const block = blocks[i] as Uint8Array | DiscError
    answers[index] = block instanceof DiscError ? block : parseEntryBlock(block, space.image.source.name, offset)
  }
  return answers
}

function parseEntryBlock(block: Uint8Array, path: string, offset: number): UdfFileEntry | DiscError {
  try {
    const entry = parseFileEntry(new ByteReader(block, path, offset))
    return entry ?? new DiscError("damaged", "there is no file entry here", { path, offset, field: "icb" })
  } catch (error) {
    return asLocalFault(error)
  }
}

/** One block of the image. A block never straddles two extents: extents are whole blocks. */
export function blockRange(space: PartitionSpace, address: BlockAddress, copy: Copy): { offset: number; length: number } {
  const [extent]: (ByteExtent | undefined)[] = space.locate(address, space.blockSize, copy)
  if (extent === undefined || extent.offsetBytes === null || extent.lengthBytes < space.blockSize) {
    throw new DiscError("damaged", `block ${address.block} of partition ${address.partitionReference} is not recorded`, {
      path: space.image.source.name,
      field: "logicalBlockAddress",
    })
  }
  return { offset: extent.offsetBytes, length: space.blockSize }
}

/** Strategy 4096 (UDF 2.3.5.1, ECMA 167 4/A.5): behind each entry stands an indirect entry that leads to the newer one; the last holds. */
async function followIcbList(
  space: PartitionSpace,
  first: BlockAddress,
  entry: UdfFileEntry,
  options?: ReadOptions,
): Promise<UdfFileEntry> {
  let address = first
  let newest = entry
  for (let count = 0; count < MAX_ICB_LIST; count++) {
    const next = { block: address.block + 1, partitionReference: address.partitionReference }
    const indirect = await attempt(() => readIndirectEntry(space, next, options))
    // Nothing, or nothing that can be read, is the end of the list.
    if (indirect === null || indirect instanceof DiscError) return newest
    address = indirect
    const [newer] = await readCopies(space, [address], "main", options)
    // An ICB that is not written yet: the entry before it is the newest.
    if (newer === undefined || newer instanceof DiscError) return newest
    newest = newer
    if (newest.strategy !== 4096) return newest
  }
  throw new DiscError("limit", `the list of file entries does not end after ${MAX_ICB_LIST}`, {
    path: space.image.source.name,
    field: "indirectICB",
  })
}

async function readIndirectEntry(space: PartitionSpace, address: BlockAddress, options?: ReadOptions): Promise<StructureAddress | null> {
  const { offset, length } = blockRange(space, address, "main")
  const block = await space.image.exact(offset, length, "indirectEntry", options)
  return parseIndirectEntry(new ByteReader(block, space.image.source.name, offset))
}

async function attempt<T>(action: () => Promise<T>): Promise<T | DiscError> {
  try {
    return await action()
  } catch (error) {
    return asLocalFault(error)
  }
}

function asLocalFault(error: unknown): DiscError {
  if (error instanceof DiscError && isLocalFault(error)) return error
  throw error
}
