// The structures of the file system: file set, file entries, allocation extents, file identifiers.
import { characterSet, compressedUnicode, domain, dstring, Fields, implementation, longAddress, timestamp } from "./fields.mjs"
import { seal } from "./tag.mjs"

export const FILE_TYPE = { directory: 4, file: 5, metadata: 250, metadataMirror: 251 }

/** How extents are written down, and the code of it in the ICB flags. */
const FORMS = { short: { code: 0, size: 8 }, long: { code: 1, size: 16 }, extended: { code: 2, size: 20 } }

/** The kind of an extent, the top two bits of its length. */
const KIND = { recorded: 0, hole: 2, continuation: 3 }

/**
 * @typedef {{ kind: "recorded" | "hole" | "continuation", lengthBytes: number, block: number, partition: number }} Extent
 * @typedef {"short" | "long" | "extended"} Form
 */

/** File set descriptor and the terminator behind it (ECMA-167 4/14.1). */
export function fileSet({ label, revision, blockSize, root }) {
  const { bytes } = new Fields(blockSize)
    .zeros(16)
    .put(timestamp())
    .u16(3)
    .u16(3)
    .u32(1)
    .u32(1)
    .zeros(8)
    .put(characterSet())
    .put(dstring(label, 128))
    .put(characterSet())
    .put(dstring("FILES", 32))
    .zeros(64)
    .put(longAddress(blockSize, root.block, root.partition))
    .put(domain(revision))
  seal(bytes, { identifier: 256, location: 0, revision, covers: 512 })
  return Buffer.concat([bytes, seal(Buffer.alloc(blockSize), { identifier: 8, location: 1, revision, covers: 512 })])
}

/** How many extents fit into one file entry. @param {number} revision @param {number} blockSize @param {Form} form */
export const extentsPerEntry = (revision, blockSize, form) => Math.floor((blockSize - entryHead(revision)) / FORMS[form].size)

/** How many fit into one allocation extent, the pointer to the next one included. @param {number} blockSize @param {Form} form */
export const extentsPerContinuation = (blockSize, form) => Math.floor((blockSize - 24) / FORMS[form].size)

/** The bytes of a file entry before its extents: the extended one came with UDF 2.00. @param {number} revision */
export const entryHead = (revision) => (revision < 0x0200 ? 176 : 216)

/**
 * File entry (ECMA-167 4/14.9) up to UDF 1.50, extended file entry (4/14.17) from UDF 2.00.
 * @param {{ revision: number, blockSize: number, location: number, fileType: number, size: number, links: number, uniqueId: number,
 *   form: Form, extents: Extent[], embedded?: Uint8Array, recordedBlocks: number }} entry `embedded`: the content, instead of extents
 */
export function fileEntry({ revision, blockSize, location, fileType, size, links, uniqueId, form, extents, embedded, recordedBlocks }) {
  const isExtended = revision >= 0x0200
  const content = embedded ?? Buffer.concat(extents.map((extent) => allocationDescriptor(extent, form)))
  const fields = new Fields(blockSize)
    .zeros(16)
    .zeros(4)
    .u16(4)
    .zeros(2)
    .u16(1)
    .zeros(1)
    .u8(fileType)
    .zeros(6)
    .u16(embedded === undefined ? FORMS[form].code : 3)
    .u32(0xffffffff)
    .u32(0xffffffff)
    .u32(READ_AND_SEARCH)
    .u16(links)
    .zeros(6)
    .u64(size)
  if (isExtended) fields.u64(size)
  fields.u64(embedded === undefined ? recordedBlocks : 0)
  for (let count = isExtended ? 4 : 3; count > 0; count--) fields.put(timestamp())
  fields.u32(1)
  fields.zeros(isExtended ? 4 + 16 + 16 : 16)
  const { bytes, at } = fields.put(implementation()).u64(uniqueId).u32(0).u32(content.length).put(content)
  return seal(bytes, { identifier: isExtended ? 266 : 261, location, revision, covers: at })
}

/** For owner, group and others (ECMA-167 4/14.9.5). */
const READ_AND_SEARCH = 0b00101_00101_00101

/** Allocation extent descriptor (ECMA-167 4/14.5): where a file's extents go on. */
export function allocationExtent({ revision, blockSize, location, form, extents }) {
  const content = Buffer.concat(extents.map((extent) => allocationDescriptor(extent, form)))
  const { bytes, at } = new Fields(blockSize).zeros(16).u32(0).u32(content.length).put(content)
  return seal(bytes, { identifier: 258, location, revision, covers: at })
}

/** ECMA-167 4/14.14. @param {Extent} extent @param {Form} form */
function allocationDescriptor({ kind, lengthBytes, block, partition }, form) {
  const word = KIND[kind] * 2 ** 30 + lengthBytes
  if (form === "short") return new Fields(8).u32(word).u32(block).bytes
  if (form === "long") return longAddress(word, block, partition)
  return new Fields(20).u32(word).u32(lengthBytes).u32(lengthBytes).u32(block).u16(partition).bytes
}

/** In bytes, padding included. @param {string} name */
export const identifierSize = (name) => Math.ceil((38 + compressedUnicode(name).length) / 4) * 4

/**
 * File identifier descriptor (ECMA-167 4/14.4). An empty name is the parent's.
 * @param {{ revision: number, blockSize: number, location: number, name: string, isDirectory: boolean,
 *   icb: { block: number, partition: number }, uniqueId: number }} identifier
 */
export function fileIdentifier({ revision, blockSize, location, name, isDirectory, icb, uniqueId }) {
  const text = compressedUnicode(name)
  if (text.length > 255) throw new Error(`the name "${name}" takes ${text.length} bytes; UDF has room for 255`)
  const { bytes } = new Fields(identifierSize(name))
    .zeros(16)
    .u16(1)
    .u8((isDirectory ? 2 : 0) | (name === "" ? 8 : 0))
    .u8(text.length)
    .put(longAddress(blockSize, icb.block, icb.partition, revision < 0x0200 ? 0 : uniqueId))
    .u16(0)
    .put(text)
  return seal(bytes, { identifier: 257, location, revision })
}
