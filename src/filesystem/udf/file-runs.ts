import { ByteReader, DiscError, type ReadOptions } from "../../base/index.ts"
import { type ByteExtent, MAX_EXTENTS } from "../extents.ts"
import { isLocalFault } from "../image-reader.ts"
import type { BlockAddress } from "./address.ts"
import type { AllocationDescriptor } from "./allocation-descriptor.ts"
import { type AllocationExtent, parseAllocationExtent } from "./allocation-extent.ts"
import type { UdfFileEntry } from "./file-entry.ts"
import { blockRange } from "./icb.ts"
import type { Copy, PartitionSpace } from "./partition-space.ts"

/** One holds at least 100 descriptors in a 2048-byte block: more than this is more than MAX_EXTENTS. */
const MAX_CONTINUATIONS = 4096

/** What the files of one directory may take together: a hostile image gives a thousand files the same endless list. */
export type ExtentBudget = { extents: number; continuations: number }

export const newBudget = (): ExtentBudget => ({ extents: MAX_EXTENTS, continuations: MAX_CONTINUATIONS })

/**
 * The file's bytes as runs of the image, cut at its information length. Extents that are not recorded are holes and read as
 * zeros (ECMA 167 4/12.1.2); a file longer than its extents ends in a hole.
 * @throws DiscError `damaged` for a run outside its partition, `limit` for a chain without end
 */
export async function fileRuns(
  space: PartitionSpace,
  entry: UdfFileEntry,
  address: BlockAddress,
  options?: ReadOptions,
  copy: Copy = "main",
  budget: ExtentBudget = newBudget(),
): Promise<ByteExtent[]> {
  const runs: ByteExtent[] = []
  let left = entry.informationLength
  for await (const descriptor of allDescriptors(space, entry, address, budget, options)) {
    if (left === 0) break
    const lengthBytes = Math.min(descriptor.lengthBytes, left)
    left -= lengthBytes
    if (descriptor.kind === "recorded") runs.push(...space.locate(blockOf(descriptor, address), lengthBytes, copy))
    else runs.push({ offsetBytes: null, lengthBytes })
    if (--budget.extents < 0 || runs.length > MAX_EXTENTS) {
      throw new DiscError("limit", `more than ${MAX_EXTENTS} extents in a file, or in the files of a directory`, {
        path: space.image.source.name,
        field: "allocationDescriptors",
      })
    }
  }
  if (left > 0) runs.push({ offsetBytes: null, lengthBytes: left })
  return runs
}

async function* allDescriptors(
  space: PartitionSpace,
  entry: UdfFileEntry,
  address: BlockAddress,
  budget: ExtentBudget,
  options?: ReadOptions,
): AsyncGenerator<AllocationDescriptor> {
  if (entry.content.form === "embedded") return
  const form = entry.content.form
  let descriptors = entry.content.descriptors
  let standsIn = address
  for (;;) {
    const last = descriptors.at(-1)
    if (last?.kind !== "continuation") return yield* descriptors
    if (--budget.continuations < 0) {
      throw new DiscError("limit", `more than ${MAX_CONTINUATIONS} allocation extents in a file, or in the files of a directory`, {
        path: space.image.source.name,
        field: "allocationDescriptors",
      })
    }
    yield* descriptors.slice(0, -1)
    standsIn = blockOf(last, standsIn)
    descriptors = (await readAllocationExtent(space, standsIn, form, options)).descriptors
  }
}

function blockOf(descriptor: AllocationDescriptor, standsIn: BlockAddress): BlockAddress {
  return { block: descriptor.block, partitionReference: descriptor.partitionReference ?? standsIn.partitionReference }
}

/** From the mirror where the main copy is bad. */
async function readAllocationExtent(
  space: PartitionSpace,
  address: BlockAddress,
  form: "short" | "long" | "extended",
  options?: ReadOptions,
): Promise<AllocationExtent> {
  const read = async (copy: "main" | "mirror") => {
    const { offset, length } = blockRange(space, address, copy)
    const block = await space.image.exact(offset, length, "allocationExtentDescriptor", options)
    return parseAllocationExtent(new ByteReader(block, space.image.source.name, offset), form)
  }
  let main: AllocationExtent | DiscError
  try {
    main = await read("main")
  } catch (error) {
    if (!(error instanceof DiscError) || !isLocalFault(error)) throw error
    main = error
  }
  const isDoubtful = main instanceof DiscError || main.fault !== null
  if (isDoubtful && (await space.openMirror(address.partitionReference, options))) return read("mirror")
  if (main instanceof DiscError) throw main
  return main
}
