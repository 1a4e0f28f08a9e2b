import type { ByteReader } from "../../base/index.ts"
import type { CopyManagement } from "../file-system.ts"
import { type AllocationDescriptor, type AllocationForm, parseAllocationDescriptors } from "./allocation-descriptor.ts"
import { parseDescriptorTag, TAG, tagFault } from "./descriptor-tag.ts"
import { parseCopyManagement } from "./extended-attributes.ts"

/** ICB strategies of ECMA 167 4/A.5 and UDF 2.3.5.1: one entry, or a list whose last entry holds. */
type IcbStrategy = 4 | 4096

export type UdfFileEntry = {
  readonly strategy: IcbStrategy
  /** ECMA 167 4/14.6.6: 4 directory, 5 file, 12 symbolic link, 250 metadata file, 251 its mirror, ... */
  readonly fileType: number
  readonly informationLength: number
  readonly content:
    | { readonly form: "embedded"; readonly bytes: Uint8Array }
    | { readonly form: AllocationForm; readonly descriptors: readonly AllocationDescriptor[] }
  /** Of the extended attributes the only one that is of use here. */
  readonly copyManagement: CopyManagement | null
  /** What a checksum says against it, in words. */
  readonly fault: string | null
}

export const FILE_TYPE_DIRECTORY = 4

const FORMS = ["short", "long", "extended", "embedded"] as const

/**
 * File Entry (ECMA 167 4/14.9) and Extended File Entry (4/14.17), which differ by a few fields in the middle.
 * `null` when the block holds neither.
 */
export function parseFileEntry(block: ByteReader): UdfFileEntry | null {
  const tag = parseDescriptorTag(block)
  if (tag.identifier !== TAG.fileEntry && tag.identifier !== TAG.extendedFileEntry) return null
  const isExtended = tag.identifier === TAG.extendedFileEntry

  const { strategy, fileType, form } = parseIcbTag(block)
  block.skip(4 + 4 + 4 + 2 + 1 + 1 + 4, "uid to recordLength")
  const informationLength = block.u64le("informationLength")
  block.skip(isExtended ? 8 : 0, "objectSize")
  block.skip(8, "logicalBlocksRecorded")
  block.skip(isExtended ? 4 * 12 : 3 * 12, "times")
  block.skip(4, "checkpoint")
  block.skip(isExtended ? 4 + 16 + 16 : 16, "extendedAttributeICB, streamDirectoryICB")
  block.skip(32 + 8, "implementationIdentifier, uniqueID")
  const lengthOfExtendedAttributes = block.u32le("lengthOfExtendedAttributes")
  const lengthOfAllocationDescriptors = block.u32le("lengthOfAllocationDescriptors")
  const copyManagement = parseCopyManagement(block.window(lengthOfExtendedAttributes, "extendedAttributes"))
  const area = block.window(lengthOfAllocationDescriptors, "allocationDescriptors")

  const fault = tagFault(tag)
  if (form !== "embedded") {
    const content = { form, descriptors: parseAllocationDescriptors(area, form) }
    return { strategy, fileType, informationLength, content, copyManagement, fault }
  }
  if (informationLength > area.remaining) {
    throw area.error("damaged", "informationLength", `${informationLength} bytes are said to be embedded, ${area.remaining} are here`)
  }
  return {
    strategy,
    fileType,
    informationLength,
    content: { form, bytes: new Uint8Array(area.bytes(informationLength, "embeddedData")) },
    copyManagement,
    fault,
  }
}

/** ICB Tag, ECMA 167 4/14.6. */
function parseIcbTag(block: ByteReader): { strategy: IcbStrategy; fileType: number; form: (typeof FORMS)[number] } {
  const icb = block.window(20, "icbTag")
  icb.skip(4, "priorRecordedNumberOfDirectEntries")
  const strategy = icb.u16le("strategyType")
  if (strategy !== 4 && strategy !== 4096) throw icb.error("unsupported", "strategyType", `${strategy}; known are 4 and 4096`)
  icb.skip(2 + 2 + 1, "strategyParameter to reserved")
  const fileType = icb.u8("fileType")
  icb.skip(6, "parentICBLocation")
  const code = icb.u16le("flags") & 0b111
  const form = FORMS[code]
  if (form === undefined) throw icb.error("unsupported", "flags", `allocation descriptor type ${code}; known are 0 to 3`)
  return { strategy, fileType, form }
}
