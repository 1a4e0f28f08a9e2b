import { DiscError, type ReadOptions } from "../../base/index.ts"
import type { ByteExtent } from "../extents.ts"
import type { ImageReader } from "../image-reader.ts"
import type { BlockAddress } from "./address.ts"

/** Which copy of a metadata partition; a physical partition has one only. */
export type Copy = "main" | "mirror"

/** Where the mirror of a metadata partition lies; `null` when there is none to read. It lies at the far end of a disc: it is read on need only. */
type MirrorReader = (options?: ReadOptions) => Promise<readonly ByteExtent[] | null>

/** A partition as addresses need it. Virtual and sparable partitions would be two further members of this union. */
export type Partition =
  | { readonly kind: "physical"; readonly offsetBytes: number; readonly lengthBytes: number }
  | { readonly kind: "metadata"; readonly main: readonly ByteExtent[]; readonly readMirror: MirrorReader }
  /** Addressing it is an error; a volume whose other partitions hold everything asked for still reads. */
  | { readonly kind: "refused"; readonly reason: DiscError }

/** Logical blocks to bytes of the image, over all partitions of a volume. */
export class PartitionSpace {
  readonly blockSize: number
  readonly image: ImageReader
  readonly partitions: readonly Partition[]
  readonly #mirrors = new Map<number, readonly ByteExtent[] | null>()

  constructor(image: ImageReader, blockSize: number, partitions: readonly Partition[]) {
    this.image = image
    this.blockSize = blockSize
    this.partitions = partitions
  }

  /** True when there is a second copy of a partition's blocks; from then on `locate` finds it. For blocks whose main copy is bad. */
  async openMirror(reference: number, options?: ReadOptions): Promise<boolean> {
    const partition = this.partitions[reference]
    if (partition?.kind !== "metadata") return false
    let mirror = this.#mirrors.get(reference)
    if (mirror === undefined) {
      mirror = await partition.readMirror(options)
      this.#mirrors.set(reference, mirror)
    }
    return mirror !== null
  }

  /** Where `lengthBytes` from the block's start lie in the image. @throws DiscError `damaged` outside the partition, `unsupported` for kinds not read */
  locate(address: BlockAddress, lengthBytes: number, copy: Copy = "main"): ByteExtent[] {
    const partition = this.partitions[address.partitionReference]
    if (partition === undefined) {
      throw this.#error(`partition reference ${address.partitionReference}; the volume has ${this.partitions.length} partitions`)
    }
    const start = address.block * this.blockSize
    switch (partition.kind) {
      case "refused":
        throw partition.reason
      case "physical":
        if (start + lengthBytes > roundUp(partition.lengthBytes, this.blockSize)) {
          throw this.#error(
            `block ${address.block} and ${lengthBytes} bytes from there are not inside the partition (${partition.lengthBytes} bytes)`,
          )
        }
        return [{ offsetBytes: partition.offsetBytes + start, lengthBytes }]
      case "metadata": {
        const mirror = copy === "mirror" ? this.#mirrors.get(address.partitionReference) : null
        return this.#slice(mirror ?? partition.main, start, lengthBytes, address)
      }
    }
  }

  #slice(runs: readonly ByteExtent[], start: number, lengthBytes: number, address: BlockAddress): ByteExtent[] {
    const slice: ByteExtent[] = []
    let position = 0
    for (const run of runs) {
      const from = Math.max(start, position)
      const to = Math.min(start + lengthBytes, position + run.lengthBytes)
      if (from < to)
        slice.push({ offsetBytes: run.offsetBytes === null ? null : run.offsetBytes + from - position, lengthBytes: to - from })
      position += run.lengthBytes
    }
    if (start + lengthBytes > position) {
      throw this.#error(`block ${address.block} and ${lengthBytes} bytes from there are not inside the metadata file (${position} bytes)`)
    }
    return slice
  }

  #error(message: string): DiscError {
    return new DiscError("damaged", message, { path: this.image.source.name, field: "logicalBlockAddress" })
  }
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit
