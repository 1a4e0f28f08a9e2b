import { DiscError, type ReadOptions, type Warnings } from "../../base/index.ts"
import type { ByteExtent } from "../extents.ts"
import { type ImageReader, isLocalFault } from "../image-reader.ts"
import type { BlockAddress } from "./address.ts"
import { fileRuns } from "./file-runs.ts"
import { readFileEntryAt } from "./icb.ts"
import type { PartitionMap } from "./partition-map.ts"
import { type Partition, PartitionSpace } from "./partition-space.ts"
import type { VolumeDescriptors } from "./volume-sequence.ts"

/** Each address is looked up among these; the file grows by 64 KiB at least, and mostly is one piece. */
const MAX_METADATA_RUNS = 1024

/** Sets up the partitions in the order of their references; the files of a metadata partition are read here. */
export async function openPartitions(
  image: ImageReader,
  volume: VolumeDescriptors,
  warnings: Warnings,
  options?: ReadOptions,
): Promise<PartitionSpace> {
  const { sectorSize, logical } = volume
  const physical = logical.partitionMaps.map((map) => openPhysical(map, volume, image.source.name))
  const base = new PartitionSpace(image, sectorSize, physical)
  const partitions: Partition[] = []
  for (const [index, map] of logical.partitionMaps.entries()) {
    partitions.push(
      map.kind === "metadata" ? await openMetadata(base, map, logical.partitionMaps, warnings, options) : (physical[index] as Partition),
    )
  }
  return new PartitionSpace(image, sectorSize, partitions)
}

function openPhysical(map: PartitionMap, volume: VolumeDescriptors, path: string): Partition {
  switch (map.kind) {
    case "physical": {
      const descriptor = volume.partitions.get(map.partitionNumber)
      if (descriptor === undefined) {
        const reason = new DiscError("damaged", `partition ${map.partitionNumber} has no partition descriptor`, {
          path,
          field: "partitionNumber",
        })
        return { kind: "refused", reason }
      }
      return {
        kind: "physical",
        offsetBytes: descriptor.startingLocation * volume.sectorSize,
        lengthBytes: descriptor.length * volume.sectorSize,
      }
    }
    case "virtual":
    case "sparable":
      return refuse(path, `a ${map.kind} partition (a disc written by packets); opentray does not read it yet`)
    case "metadata":
      return refuse(path, "the metadata file lies in a metadata partition")
    case "unknown":
      return refuse(path, `a partition map of type ${map.partitionMapType} ${JSON.stringify(map.identifier)}, which no UDF revision has`)
  }
}

function refuse(path: string, message: string): Partition {
  return { kind: "refused", reason: new DiscError("unsupported", message, { path, field: "partitionMaps" }) }
}

/** The metadata partition's blocks are the blocks of a file in the physical one (UDF 2.2.10); its mirror file is read where it is bad. */
async function openMetadata(
  base: PartitionSpace,
  map: PartitionMap & { kind: "metadata" },
  maps: readonly PartitionMap[],
  warnings: Warnings,
  options?: ReadOptions,
): Promise<Partition> {
  const reference = maps.findIndex((other) => other.kind === "physical" && other.partitionNumber === map.partitionNumber)
  const path = base.image.source.name
  const readFile = async (block: number): Promise<readonly ByteExtent[] | DiscError> => {
    try {
      return await readMetadataFile(base, { block, partitionReference: reference }, options)
    } catch (error) {
      if (error instanceof DiscError && isLocalFault(error)) return error
      throw error
    }
  }
  const main = await readFile(map.metadataFileLocation)
  const mirrorLocation = map.metadataMirrorFileLocation
  if (!(main instanceof DiscError)) {
    const readMirror = async () => {
      const mirror = mirrorLocation === null ? null : await readFile(mirrorLocation)
      if (mirror === null || mirror instanceof DiscError) return null
      warnings.add("udf-metadata", "a part of the metadata file is damaged; its mirror was read", { path })
      return mirror
    }
    return { kind: "metadata", main, readMirror }
  }
  const mirror = mirrorLocation === null ? main : await readFile(mirrorLocation)
  if (mirror instanceof DiscError) return { kind: "refused", reason: main }
  warnings.add("udf-metadata", `the metadata file cannot be read (${main.message}); its mirror was`, { path })
  return { kind: "metadata", main: mirror, readMirror: async () => null }
}

async function readMetadataFile(base: PartitionSpace, address: BlockAddress, options?: ReadOptions): Promise<readonly ByteExtent[]> {
  const entry = await readFileEntryAt(base, address, options)
  const place = { path: base.image.source.name, field: "metadataFile" }
  if (entry.fault !== null) throw new DiscError("damaged", entry.fault, place)
  if (entry.content.form === "embedded")
    throw new DiscError("damaged", "is embedded in its own file entry (UDF 2.2.13.1 forbids it)", place)
  const runs = await fileRuns(base, entry, address, options)
  if (runs.length > MAX_METADATA_RUNS)
    throw new DiscError("limit", `is in ${runs.length} pieces; at most ${MAX_METADATA_RUNS} are read`, place)
  return runs
}
