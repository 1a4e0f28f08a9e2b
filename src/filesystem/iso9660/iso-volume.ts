import { ByteReader, DiscError, type ReadOptions, type Source, type Warnings } from "../../base/index.ts"
import { toFileExtents } from "../extents.ts"
import { ImageReader, isLocalFault } from "../image-reader.ts"
import type { FileDetails, Volume } from "../volume.ts"
import { parseDirectoryRecord } from "./directory-record.ts"
import { type IsoNode, IsoTree, type Naming } from "./iso-tree.ts"
import { detectRockRidge } from "./system-use.ts"
import { parseVolumeDescriptor, type TreeDescriptor, type VolumeDescriptor } from "./volume-descriptor.ts"

const SECTOR_BYTES = 2048
const FIRST_DESCRIPTOR_SECTOR = 16
/** Read in one go; nearly every disc ends its descriptors within these. */
const DESCRIPTORS_READ = 16
/** Writers make fewer than ten; a set without a terminator must end somewhere. */
const MAX_DESCRIPTORS = 64

/**
 * Opens the ISO 9660 volume of an image. Where it has several trees of names the first of these is used:
 * 1. Rock Ridge: the names as they were on the author's system, in full;
 * 2. Joliet: the same characters, but cut to 64 (or 103) and without some;
 * 3. the enhanced tree of ISO 9660:1999, longer plain names;
 * 4. the primary tree, 8.3 or 31 capitals.
 * @throws DiscError `damaged` when no tree's root can be read
 */
export async function openIsoVolume(source: Source, warnings: Warnings, options?: ReadOptions): Promise<Volume<IsoNode>> {
  const image = new ImageReader(source)
  const descriptors = await readDescriptors(image, warnings, options)
  const label = labelOf(descriptors)
  let failure: DiscError | null = null
  for (const candidate of await candidates(image, descriptors, options)) {
    try {
      const tree = new IsoTree(image, candidate.descriptor, candidate.naming, warnings)
      await tree.readDirectory(tree.root, "/", options)
      if (failure !== null)
        warnings.add("iso-tree", `a tree of names cannot be read (${failure.message}); another was used`, { path: source.name })
      return new IsoVolume(tree, label, endByteOf(descriptors), warnings)
    } catch (error) {
      if (!(error instanceof DiscError) || !isLocalFault(error)) throw error
      failure ??= error
    }
  }
  throw (
    failure ??
    new DiscError("damaged", "no volume descriptor can be read", { path: source.name, offset: FIRST_DESCRIPTOR_SECTOR * SECTOR_BYTES })
  )
}

async function readDescriptors(image: ImageReader, warnings: Warnings, options?: ReadOptions): Promise<VolumeDescriptor[]> {
  const descriptors: VolumeDescriptor[] = []
  for (let index = 0; index < MAX_DESCRIPTORS; index += DESCRIPTORS_READ) {
    const start = (FIRST_DESCRIPTOR_SECTOR + index) * SECTOR_BYTES
    const bytes = await image.upTo(start, DESCRIPTORS_READ * SECTOR_BYTES, "volumeDescriptorSet", options)
    for (let at = 0; at + SECTOR_BYTES <= bytes.length; at += SECTOR_BYTES) {
      const reader = new ByteReader(bytes.subarray(at, at + SECTOR_BYTES), image.source.name, start + at)
      const descriptor = parseLeniently(reader, warnings)
      if (descriptor === null || descriptor.kind === "terminator") return descriptors
      descriptors.push(descriptor)
    }
    if (bytes.length < DESCRIPTORS_READ * SECTOR_BYTES) break
  }
  return descriptors
}

/** A descriptor that breaks its layout does not hide the others. */
function parseLeniently(sector: ByteReader, warnings: Warnings): VolumeDescriptor | null {
  try {
    return parseVolumeDescriptor(sector)
  } catch (error) {
    if (!(error instanceof DiscError)) throw error
    warnings.add("iso-volume-descriptor", error.message, error.place)
    return { kind: "other", volumeDescriptorType: 0 }
  }
}

type Candidate = { descriptor: TreeDescriptor; naming: Naming }

async function candidates(image: ImageReader, descriptors: readonly VolumeDescriptor[], options?: ReadOptions): Promise<Candidate[]> {
  const list: Candidate[] = []
  const primary = descriptors.find((descriptor) => descriptor.kind === "primary")
  if (primary !== undefined) {
    const rockRidge = await findRockRidge(image, primary, options)
    if (rockRidge !== null) list.push({ descriptor: primary, naming: { kind: "rock-ridge", skipBytes: rockRidge.skipBytes } })
  }
  for (const descriptor of descriptors) if (descriptor.kind === "joliet") list.push({ descriptor, naming: { kind: "joliet" } })
  for (const descriptor of descriptors) if (descriptor.kind === "enhanced") list.push({ descriptor, naming: { kind: "plain" } })
  if (primary !== undefined) list.push({ descriptor: primary, naming: { kind: "plain" } })
  return list
}

/** The root directory's own record, its first, says whether there is Rock Ridge. */
async function findRockRidge(image: ImageReader, { root, logicalBlockSize }: TreeDescriptor, options?: ReadOptions) {
  const offset = (root.extentLocation + root.extendedAttributeRecordLength) * logicalBlockSize
  try {
    const sector = await image.upTo(offset, SECTOR_BYTES, "rootDirectory", options)
    const self = sector.length === 0 ? null : parseDirectoryRecord(new ByteReader(sector, image.source.name, offset))
    return self === null ? null : detectRockRidge(self.systemUse, image.source.name)
  } catch (error) {
    if (error instanceof DiscError && isLocalFault(error)) return null
    throw error
  }
}

/** Joliet's label has lower case but 16 characters only; the primary one is taken where Joliet's is the same, cut off. */
function labelOf(descriptors: readonly VolumeDescriptor[]): string {
  const primary = descriptors.find((descriptor) => descriptor.kind === "primary")?.volumeIdentifier ?? ""
  const joliet = descriptors.find((descriptor) => descriptor.kind === "joliet")?.volumeIdentifier ?? ""
  return joliet === "" || primary.startsWith(joliet) ? primary : joliet
}

function endByteOf(descriptors: readonly VolumeDescriptor[]): number {
  const primary = descriptors.find((descriptor) => descriptor.kind === "primary")
  return primary === undefined ? 0 : primary.volumeSpaceSize * primary.logicalBlockSize
}

class IsoVolume implements Volume<IsoNode> {
  readonly kind = "iso9660"
  readonly label: string
  readonly endByte: number
  readonly warnings: Warnings
  readonly #tree: IsoTree

  constructor(tree: IsoTree, label: string, endByte: number, warnings: Warnings) {
    this.#tree = tree
    this.label = label
    this.endByte = endByte
    this.warnings = warnings
  }

  get root(): IsoNode {
    return this.#tree.root
  }

  get image(): Source {
    return this.#tree.image.source
  }

  readDirectory(directory: IsoNode, path: string, options?: ReadOptions): Promise<readonly IsoNode[]> {
    return this.#tree.readDirectory(directory, path, options)
  }

  /** Everything stands in the directory records already. */
  async describe(nodes: readonly IsoNode[]): Promise<readonly FileDetails[]> {
    return nodes.map((node) => ({
      size: node.size,
      extents: toFileExtents(node.extents),
      embedded: null,
      problem: node.problem,
    }))
  }
}
