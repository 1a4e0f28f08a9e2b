import { seal } from "../../samples/authoring/udf/tag.mjs"

const BLOCK = 2048
const FILE_ENTRY = 261
const FILE_TYPE_FILE = 5
/** A File Entry's fixed part, ECMA 167 4/14.9. */
const FIXED = 176

/** An implementation use attribute (ECMA 167 4/14.10.8) with its header checksum (UDF 2.60 3.3.4.5). */
function implementationUse(identifier: string, data: Buffer): Buffer {
  const attribute = Buffer.alloc(48 + 2 + data.length)
  attribute.writeUInt32LE(2048, 0)
  attribute.writeUInt8(1, 4)
  attribute.writeUInt32LE(attribute.length, 8)
  attribute.writeUInt32LE(2 + data.length, 12)
  attribute.write(identifier, 17, "latin1")
  attribute.writeUInt16LE(0x0102, 40)
  attribute.writeUInt16LE(
    attribute.subarray(0, 48).reduce((sum, byte) => sum + byte, 0),
    48,
  )
  data.copy(attribute, 50)
  return attribute
}

/** The extended attributes that DVDs have in each file entry: free space, then the copy management information, whose byte is `cgms`. */
export function extendedAttributes(cgms: number, location = 0): Buffer {
  const freeSpace = implementationUse("*UDF FreeEASpace", Buffer.alloc(2))
  const copyManagement = implementationUse("*UDF DVD CGMS Info", Buffer.from([cgms, 0, 0, 0, 0, 0]))
  const header = Buffer.alloc(24)
  const lengthBytes = header.length + freeSpace.length + copyManagement.length
  header.writeUInt32LE(header.length, 16)
  header.writeUInt32LE(lengthBytes, 20)
  return Buffer.concat([seal(header, { identifier: 262, location, revision: 0x0102 }), freeSpace, copyManagement])
}

/** The offsets of all file entries of files in an image of 2048-byte blocks without partitions in between. */
export function fileEntries(image: Buffer): number[] {
  const found: number[] = []
  for (let at = 0; at + BLOCK <= image.length; at += BLOCK) {
    if (image.readUInt16LE(at) !== FILE_ENTRY || image[at + 16 + 11] !== FILE_TYPE_FILE) continue
    const tag = image.subarray(at, at + 16)
    if ((tag.reduce((sum, byte) => sum + byte, 0) - (tag[4] as number)) % 256 === tag[4]) found.push(at)
  }
  return found
}

/** Puts the information into each file entry, or what `cgmsOf` gives for a file's size; null: none. */
export function markFiles(image: Buffer, cgmsOf: (size: number) => number | null): Buffer {
  const marked = Buffer.from(image)
  for (const at of fileEntries(marked)) {
    const entry = marked.subarray(at, at + BLOCK)
    const cgms = cgmsOf(Number(entry.readBigUInt64LE(56)))
    if (cgms === null) continue
    const location = entry.readUInt32LE(12)
    const attributes = extendedAttributes(cgms, location)
    const allocation = Buffer.from(entry.subarray(FIXED, FIXED + entry.readUInt32LE(172)))
    if (entry.readUInt32LE(168) !== 0) throw new Error("the file entry has extended attributes already")
    entry.writeUInt32LE(attributes.length, 168)
    attributes.copy(entry, FIXED)
    allocation.copy(entry, FIXED + attributes.length)
    seal(entry, { identifier: FILE_ENTRY, location, revision: 0x0102, covers: FIXED + attributes.length + allocation.length })
  }
  return marked
}
