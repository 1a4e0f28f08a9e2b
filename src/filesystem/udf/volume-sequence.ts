import { ByteReader, DiscError, type ReadOptions, type Warnings } from "../../base/index.ts"
import { type ImageReader, isLocalFault } from "../image-reader.ts"
import type { VolumeExtent } from "./address.ts"
import { type AnchorVolumeDescriptorPointer, parseAnchor } from "./anchor.ts"
import type { LogicalVolumeDescriptor } from "./logical-volume.ts"
import type { PartitionDescriptor } from "./partition-descriptor.ts"
import type { PrimaryVolumeDescriptor } from "./primary-volume.ts"
import { parseVolumeDescriptor } from "./volume-descriptor.ts"

/** What a volume descriptor sequence says, the newest of each kind. */
export type VolumeDescriptors = {
  readonly sectorSize: number
  readonly primary: PrimaryVolumeDescriptor | null
  readonly logical: LogicalVolumeDescriptor
  readonly partitions: ReadonlyMap<number, PartitionDescriptor>
}

/** Discs and their images have 2048; the others are hard disks and flash cards (UDF 2.2.4.2), most common first. */
const SECTOR_SIZES = [2048, 512, 4096, 1024] as const
/** ECMA 167 3/8.4.2.1 asks for 16 sectors at least; no writer is known to make more than 64. */
const MAX_SEQUENCE_BYTES = 256 * 1024
/** Volume descriptor pointers followed; each leads to an extent of up to MAX_SEQUENCE_BYTES. */
const MAX_SEQUENCE_EXTENTS = 8

/** A scratch takes one place or two. Where more cannot be read, nothing can: a server that is gone is asked several times at each. */
const MAX_UNREADABLE_ANCHORS = 3

/**
 * Finds the volume by its anchors (ECMA 167 3/8.4.2.1, UDF 2.2.3) and reads its descriptors, from the reserve sequence what the
 * main one lacks. @throws DiscError `damaged` when no anchor leads to a logical volume, `read-failed` when none was found and a place could not be read.
 */
export async function readVolumeDescriptors(image: ImageReader, warnings: Warnings, options?: ReadOptions): Promise<VolumeDescriptors> {
  let failure: DiscError | null = null
  const unreadable: DiscError[] = []
  for await (const { anchor, sectorSize, isFirst } of anchors(image, options)) {
    if (anchor instanceof DiscError) {
      unreadable.push(anchor)
      if (unreadable.length === MAX_UNREADABLE_ANCHORS) throw anchor
      continue
    }
    try {
      const found = await readSequences(image, anchor, sectorSize, warnings, options)
      if (!isFirst)
        warnings.add("udf-anchor", "the first anchor volume descriptor pointer is bad; another one was used", { path: image.source.name })
      return found
    } catch (error) {
      if (!(error instanceof DiscError) || !isLocalFault(error)) throw error
      failure ??= error
    }
  }
  throw (
    failure ??
    unreadable[0] ??
    new DiscError(
      "damaged",
      `no anchor volume descriptor pointer was found${isShort(image) ? `, for the image ends at byte ${image.source.size}` : ""}; the UDF volume cannot be read; copy the disc or download its image again`,
      {
        path: image.source.name,
      },
    )
  )
}

/** Whether the image ends before the place of the first anchor. */
const isShort = (image: ImageReader): boolean => image.source.size < 257 * SECTOR_SIZES[0]

/** An error in place of an anchor: its sector cannot be read. */
type FoundAnchor = { anchor: AnchorVolumeDescriptorPointer | DiscError; sectorSize: number; isFirst: boolean }

/** The usual place at each sector size comes before the others: on nearly every disc the first read finds it. */
async function* anchors(image: ImageReader, options?: ReadOptions): AsyncGenerator<FoundAnchor> {
  for (const sectorSize of SECTOR_SIZES) {
    const anchor = await readAnchor(image, 256, sectorSize, options)
    if (anchor !== null) yield { anchor, sectorSize, isFirst: true }
  }
  for (const sectorSize of SECTOR_SIZES) {
    const last = Math.floor(image.source.size / sectorSize) - 1
    for (const sector of [last - 256, last, 512]) {
      const anchor = sector > 0 ? await readAnchor(image, sector, sectorSize, options) : null
      if (anchor !== null) yield { anchor, sectorSize, isFirst: false }
    }
  }
}

async function readAnchor(image: ImageReader, sector: number, sectorSize: number, options?: ReadOptions) {
  try {
    const bytes = await image.upTo(sector * sectorSize, sectorSize, "anchorVolumeDescriptorPointer", options)
    if (bytes.length < sectorSize) return null
    return parseAnchor(new ByteReader(bytes, image.source.name, sector * sectorSize), sector)
  } catch (error) {
    // A bad sector where an anchor may lie: there are others.
    if (error instanceof DiscError && error.code === "read-failed") return error
    throw error
  }
}

/** The newest descriptor of each kind, gathered over sectors. */
type Gathered = {
  primary: { sequenceNumber: number; descriptor: PrimaryVolumeDescriptor } | null
  logical: { sequenceNumber: number; descriptor: LogicalVolumeDescriptor } | null
  partitions: Map<number, { sequenceNumber: number; descriptor: PartitionDescriptor }>
  faults: string[]
}

async function readSequences(
  image: ImageReader,
  anchor: AnchorVolumeDescriptorPointer,
  sectorSize: number,
  warnings: Warnings,
  options?: ReadOptions,
): Promise<VolumeDescriptors> {
  const main = await gather(image, anchor.mainVolumeDescriptorSequence, sectorSize, options)
  const path = image.source.name
  if (isComplete(main)) {
    if (main.faults.length > 0) warnings.add("udf-volume-sequence", `the main volume descriptor sequence: ${main.faults[0]}`, { path })
    return finish(main, sectorSize, path)
  }
  const reserve = await gather(image, anchor.reserveVolumeDescriptorSequence, sectorSize, options)
  const why = main.faults[0] ?? "it is not complete"
  warnings.add("udf-volume-sequence", `the main volume descriptor sequence is damaged (${why}); the reserve was read`, { path })
  const logical = main.logical ?? reserve.logical
  const partitions = new Map([...reserve.partitions, ...main.partitions])
  return finish({ primary: main.primary ?? reserve.primary, logical, partitions, faults: [] }, sectorSize, path)
}

function isComplete(found: Gathered): boolean {
  return (
    found.logical !== null &&
    found.primary !== null &&
    found.logical.descriptor.partitionMaps.every((map) => map.kind === "unknown" || found.partitions.has(map.partitionNumber))
  )
}

function finish(found: Gathered, sectorSize: number, path: string): VolumeDescriptors {
  if (found.logical === null) throw new DiscError("damaged", "neither volume descriptor sequence has a logical volume descriptor", { path })
  const logical = found.logical.descriptor
  if (logical.logicalBlockSize !== sectorSize) {
    throw new DiscError("damaged", `is ${logical.logicalBlockSize}, but the volume's sectors have ${sectorSize} bytes (UDF 2.2.4.2)`, {
      path,
      field: "logicalBlockSize",
    })
  }
  const partitions = new Map([...found.partitions].map(([number, { descriptor }]) => [number, descriptor] as const))
  return { sectorSize, primary: found.primary?.descriptor ?? null, logical, partitions }
}

async function gather(image: ImageReader, first: VolumeExtent, sectorSize: number, options?: ReadOptions): Promise<Gathered> {
  const found: Gathered = { primary: null, logical: null, partitions: new Map(), faults: [] }
  let extent: VolumeExtent | null = first
  for (let count = 0; extent !== null && extent.lengthBytes > 0 && count < MAX_SEQUENCE_EXTENTS; count++) {
    const offset: number = extent.locationSector * sectorSize
    const length: number = Math.min(extent.lengthBytes, MAX_SEQUENCE_BYTES)
    try {
      const bytes = await image.upTo(offset, length, "volumeDescriptorSequence", options)
      extent = gatherExtent(found, bytes, offset, sectorSize, image.source.name)
    } catch (error) {
      if (!(error instanceof DiscError) || error.code !== "read-failed") throw error
      found.faults.push(error.message)
      break
    }
  }
  return found
}

/** Takes in one extent of the sequence; the answer is where it goes on. */
function gatherExtent(found: Gathered, bytes: Uint8Array, offset: number, sectorSize: number, path: string): VolumeExtent | null {
  let next: VolumeExtent | null = null
  let nextNumber = -1
  for (let at = 0; at + sectorSize <= bytes.length; at += sectorSize) {
    const sectorNumber = (offset + at) / sectorSize
    const item = parseLeniently(new ByteReader(bytes.subarray(at, at + sectorSize), path, offset + at), sectorNumber)
    switch (item.kind) {
      case "terminating":
        return next
      case "bad":
        found.faults.push(`sector ${sectorNumber}: ${item.fault}`)
        break
      case "primary":
        if (item.sequenceNumber >= (found.primary?.sequenceNumber ?? 0)) found.primary = item
        break
      case "logical":
        if (item.sequenceNumber >= (found.logical?.sequenceNumber ?? 0)) found.logical = item
        break
      case "partition": {
        const older = found.partitions.get(item.descriptor.partitionNumber)
        if (item.sequenceNumber >= (older?.sequenceNumber ?? 0)) found.partitions.set(item.descriptor.partitionNumber, item)
        break
      }
      case "pointer":
        if (item.sequenceNumber > nextNumber) {
          next = item.next
          nextNumber = item.sequenceNumber
        }
        break
      case "other":
        break
    }
  }
  return next
}

function parseLeniently(sector: ByteReader, sectorNumber: number) {
  try {
    return parseVolumeDescriptor(sector, sectorNumber)
  } catch (error) {
    if (error instanceof DiscError) return { kind: "bad", fault: error.message } as const
    throw error
  }
}
