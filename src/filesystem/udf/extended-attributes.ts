import type { ByteReader } from "../../base/index.ts"
import type { CopyManagement } from "../file-system.ts"
import { parseDescriptorTag, TAG } from "./descriptor-tag.ts"

const IMPLEMENTATION_USE = 2048
/** Attribute type to length: what every attribute begins with. Also the bound of the walk: a block has room for few of them. */
const ATTRIBUTE_HEADER_BYTES = 12
/** An implementation use attribute up to its data, which the header checksum covers. */
const CHECKED_BYTES = 48
const IDENTIFIER_OFFSET = 17
const IDENTIFIER_BYTES = 23
const CGMS_IDENTIFIER = "*UDF DVD CGMS Info"

const COPYRIGHTED = 0x80
const COPYING = ["permitted", "reserved", "one-generation", "never"] as const

/**
 * The copy management information among a file entry's extended attributes: the header descriptor (ECMA 167 4/14.10.1), then attributes one behind
 * another, of which the implementation use attribute (4/14.10.8) "*UDF DVD CGMS Info" (UDF 2.60 3.3.4.5.1.2) holds it. Its byte is that of a DVD's
 * sector headers: bit 7 copyrighted material, bits 5 and 4 the generations that may be copied.
 *
 * `null` where there is none, and where what is there is damaged: no file depends on it.
 */
export function parseCopyManagement(area: ByteReader): CopyManagement | null {
  if (area.remaining < 24) return null
  const header = area.window(24, "extendedAttributeHeader")
  if (parseDescriptorTag(header).identifier !== TAG.extendedAttributeHeader) return null
  while (area.remaining >= ATTRIBUTE_HEADER_BYTES) {
    const peek = area.from(area.position, "extendedAttribute")
    const attributeType = peek.u32le("attributeType")
    peek.skip(4, "attributeSubtype, reserved")
    const attributeLength = peek.u32le("attributeLength")
    // Only its length leads to the next one.
    if (attributeLength < ATTRIBUTE_HEADER_BYTES || attributeLength > area.remaining) return null
    const attribute = area.window(attributeLength, "extendedAttribute")
    const found = attributeType === IMPLEMENTATION_USE ? parseCgms(attribute) : null
    if (found !== null) return found
  }
  return null
}

/** `null` for an attribute that is another one or whose header checksum (UDF 2.60 3.3.4.5) does not match. */
function parseCgms(attribute: ByteReader): CopyManagement | null {
  if (attribute.remaining < CHECKED_BYTES + 3) return null
  const identifier = attribute.from(IDENTIFIER_OFFSET, "implementationIdentifier").ascii(IDENTIFIER_BYTES, "implementationIdentifier")
  if (identifier.replace(/\0+$/, "") !== CGMS_IDENTIFIER) return null
  const sum = attribute.bytes(CHECKED_BYTES, "attributeHeader").reduce((total, byte) => total + byte, 0)
  if (attribute.u16le("headerChecksum") !== sum) return null
  const cgms = attribute.u8("cgmsInformation")
  return { copyrighted: (cgms & COPYRIGHTED) !== 0, copying: COPYING[((cgms >> 4) & 3) as 0 | 1 | 2 | 3] }
}
