import type { ByteReader } from "../../base/index.ts"
import { EXTENT_LENGTH_MASK, readBlockAddress } from "./address.ts"

/** How a file's extents are written down, ECMA 167 4/14.6.8 (ICB flags, bits 0 to 2). */
export type AllocationForm = "short" | "long" | "extended"

/** ECMA 167 4/14.14.1.1, by the top two bits of the extent length. */
export type AllocationDescriptor = {
  /** `allocated` and `unallocated` read as zeros; `continuation` leads to more descriptors. */
  readonly kind: "recorded" | "allocated" | "unallocated" | "continuation"
  readonly lengthBytes: number
  readonly block: number
  /** `null`: the partition of the structure the descriptor stands in (short form). */
  readonly partitionReference: number | null
}

const KINDS = ["recorded", "allocated", "unallocated", "continuation"] as const
const SIZES: Record<AllocationForm, number> = { short: 8, long: 16, extended: 20 }

/** Short, long and extended allocation descriptors, ECMA 167 4/14.14. The list ends with its area or at an extent of length 0. */
export function parseAllocationDescriptors(area: ByteReader, form: AllocationForm): AllocationDescriptor[] {
  const size = SIZES[form]
  const descriptors: AllocationDescriptor[] = []
  while (area.remaining >= size) {
    const descriptor = parseOne(area.window(size, "allocationDescriptor"), form)
    if (descriptor === null) break
    descriptors.push(descriptor)
    if (descriptor.kind === "continuation") break
  }
  return descriptors
}

function parseOne(from: ByteReader, form: AllocationForm): AllocationDescriptor | null {
  const word = from.u32le("extentLength")
  const lengthBytes = word & EXTENT_LENGTH_MASK
  if (lengthBytes === 0) return null
  const kind = KINDS[word >>> 30] ?? "recorded"
  if (form === "short") return { kind, lengthBytes, block: from.u32le("extentPosition"), partitionReference: null }
  if (form === "extended") {
    const recordedLength = from.u32le("recordedLength") & EXTENT_LENGTH_MASK
    const informationLength = from.u32le("informationLength")
    if (kind === "recorded" && recordedLength !== informationLength) {
      throw from.error("unsupported", "recordedLength", `${recordedLength} bytes hold ${informationLength}; encoded extents cannot be read`)
    }
  }
  const { block, partitionReference } = readBlockAddress(from, "extentLocation")
  return { kind, lengthBytes, block, partitionReference }
}
