import { ByteReader, DiscError, type ReadOptions, type Source, type Warnings } from "../../base/index.ts"
import { type ByteExtent, toFileExtents } from "../extents.ts"
import { ImageReader, isLocalFault } from "../image-reader.ts"
import { safeName } from "../path.ts"
import type { FileDetails, Volume, VolumeNode } from "../volume.ts"
import type { BlockAddress, StructureAddress } from "./address.ts"
import { readDirectoryContent } from "./directory.ts"
import { FILE_TYPE_DIRECTORY, type UdfFileEntry } from "./file-entry.ts"
import { type ExtentBudget, fileRuns, newBudget } from "./file-runs.ts"
import { type FileSetDescriptor, parseFileSet } from "./file-set.ts"
import { blockRange, readFileEntries, readFileEntryAt } from "./icb.ts"
import { openPartitions } from "./open-partitions.ts"
import type { Copy, PartitionSpace } from "./partition-space.ts"
import { readVolumeDescriptors } from "./volume-sequence.ts"

interface UdfNode extends VolumeNode {
  readonly icb: BlockAddress
}

/** File set descriptors followed; write-once media add one for each change of the root (UDF 2.3.2). */
const MAX_FILE_SETS = 256

/**
 * Opens the UDF volume of an image: anchor, volume descriptors, partitions, file set. What the volume's root needs is read, nothing else.
 * @throws DiscError `damaged` or `unsupported` when there is no readable volume
 */
export async function openUdfVolume(source: Source, warnings: Warnings, options?: ReadOptions): Promise<Volume<UdfNode>> {
  const image = new ImageReader(source)
  const descriptors = await readVolumeDescriptors(image, warnings, options)
  const space = await openPartitions(image, descriptors, warnings, options)
  const fileSet = await readFileSet(space, descriptors.logical.fileSetDescriptorSequence, warnings, options)
  const label = descriptors.logical.logicalVolumeIdentifier || (descriptors.primary?.volumeIdentifier ?? "")
  return new UdfVolume(space, label, fileSet.rootDirectoryIcb, warnings)
}

/** The newest file set of the sequence (ECMA 167 4/8.3.1, UDF 2.3.2): the one with the highest number. */
async function readFileSet(
  space: PartitionSpace,
  first: StructureAddress,
  warnings: Warnings,
  options?: ReadOptions,
): Promise<FileSetDescriptor> {
  const path = space.image.source.name
  let newest: FileSetDescriptor | null = null
  let extent: StructureAddress | null = first
  for (let count = 0; extent !== null && count < MAX_FILE_SETS; ) {
    const blocks: number = Math.max(1, Math.floor(extent.lengthBytes / space.blockSize))
    let next: StructureAddress | null = null
    for (let i = 0; i < blocks && count < MAX_FILE_SETS; i++, count++) {
      const address: BlockAddress = { block: extent.block + i, partitionReference: extent.partitionReference }
      const fileSet = await readOneFileSet(space, address, options, newest === null)
      if (fileSet === null) break
      if (newest === null || fileSet.fileSetDescriptorNumber >= newest.fileSetDescriptorNumber) newest = fileSet
      next = fileSet.nextExtent ?? next
    }
    extent = next
  }
  if (newest === null) throw new DiscError("damaged", "there is no file set descriptor", { path, field: "fileSetDescriptorSequence" })
  if (newest.fault !== null) warnings.add("udf-checksum", `the file set descriptor: ${newest.fault}`, { path })
  return newest
}

/** From the mirror where the main copy is bad; `null` where neither is a file set descriptor: behind the first that is the sequence's end. */
async function readOneFileSet(
  space: PartitionSpace,
  address: BlockAddress,
  options: ReadOptions | undefined,
  isFirst: boolean,
): Promise<FileSetDescriptor | null> {
  const read = async (copy: Copy): Promise<FileSetDescriptor | DiscError | null> => {
    try {
      const { offset, length } = blockRange(space, address, copy)
      const block = await space.image.exact(offset, length, "fileSetDescriptor", options)
      return parseFileSet(new ByteReader(block, space.image.source.name, offset))
    } catch (error) {
      if (error instanceof DiscError && isLocalFault(error)) return error
      throw error
    }
  }
  const isClean = (found: FileSetDescriptor | DiscError | null) => found !== null && !(found instanceof DiscError) && found.fault === null
  const main = await read("main")
  // Only the first one must be there: what is no file set behind it needs no second look.
  if (isClean(main) || !isFirst) return main instanceof DiscError ? null : main
  const mirror = (await space.openMirror(address.partitionReference, options)) ? await read("mirror") : main
  const best = isClean(mirror) || main instanceof DiscError || main === null ? mirror : main
  if (best instanceof DiscError) throw best
  return best
}

class UdfVolume implements Volume<UdfNode> {
  readonly kind = "udf"
  readonly label: string
  readonly root: UdfNode
  readonly #space: PartitionSpace
  readonly warnings: Warnings

  constructor(space: PartitionSpace, label: string, rootIcb: BlockAddress, warnings: Warnings) {
    this.#space = space
    this.warnings = warnings
    this.label = label
    this.root = { name: "", type: "directory", key: keyOf(rootIcb), icb: rootIcb }
  }

  get image(): Source {
    return this.#space.image.source
  }

  get endByte(): number {
    return Math.max(0, ...this.#space.partitions.map((part) => (part.kind === "physical" ? part.offsetBytes + part.lengthBytes : 0)))
  }

  async readDirectory(directory: UdfNode, path: string, options?: ReadOptions): Promise<readonly UdfNode[]> {
    const entry = await readFileEntryAt(this.#space, directory.icb, options)
    this.#warnFault(entry, path)
    if (entry.fileType !== FILE_TYPE_DIRECTORY) {
      this.warnings.add("udf-file-type", `a directory whose file entry says type ${entry.fileType}`, { path, field: "fileType" })
    }
    const identifiers = await readDirectoryContent(this.#space, entry, directory.icb, path, this.warnings, options)
    return identifiers.flatMap(({ name: raw, isDirectory, isDeleted, isParent, icb }) => {
      if (isDeleted || isParent) return []
      const name = raw === null ? null : safeName(raw)
      if (name === null) {
        this.warnings.add("udf-name", "an entry whose name cannot be read was left out", { path, field: "fileIdentifier" })
        return []
      }
      return [{ name, type: isDirectory ? ("directory" as const) : ("file" as const), key: keyOf(icb), icb }]
    })
  }

  async describe(nodes: readonly UdfNode[], directoryPath: string, options?: ReadOptions): Promise<readonly FileDetails[]> {
    const entries = await readFileEntries(
      this.#space,
      nodes.map((node) => node.icb),
      options,
    )
    const details: FileDetails[] = []
    const budget = newBudget()
    for (const [index, entry] of entries.entries()) {
      const node = nodes[index] as UdfNode
      details.push(await this.#describeOne(entry, node, `${directoryPath === "/" ? "" : directoryPath}/${node.name}`, budget, options))
    }
    return details
  }

  async #describeOne(
    entry: UdfFileEntry | DiscError,
    node: UdfNode,
    path: string,
    budget: ExtentBudget,
    options?: ReadOptions,
  ): Promise<FileDetails> {
    if (entry instanceof DiscError) return this.#unreadable(entry, 0, path)
    this.#warnFault(entry, path)
    const { informationLength: size, copyManagement } = entry
    if (entry.content.form === "embedded") return { size, extents: [], embedded: entry.content.bytes, copyManagement, problem: null }
    try {
      const runs: ByteExtent[] = await fileRuns(this.#space, entry, node.icb, options, "main", budget)
      return { size, extents: toFileExtents(runs), embedded: null, copyManagement, problem: null }
    } catch (error) {
      if (error instanceof DiscError && isLocalFault(error)) return this.#unreadable(error, size, path)
      throw error
    }
  }

  #unreadable(problem: DiscError, size: number, path: string): FileDetails {
    this.warnings.add("file-unreadable", problem.message, { path })
    return { size, extents: [], embedded: null, problem }
  }

  #warnFault(entry: UdfFileEntry, path: string): void {
    if (entry.fault !== null) this.warnings.add("udf-checksum", `the file entry: ${entry.fault}`, { path })
  }
}

const keyOf = (icb: BlockAddress): string => `${icb.partitionReference}:${icb.block}`
