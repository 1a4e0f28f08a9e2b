// Fields of a structure file, most significant byte first, as Buffers to be joined.

export const u8 = (value) => Buffer.from([value])
export const u16 = (value) => Buffer.from([value >> 8, value & 255])
export const u24 = (value) => Buffer.from([value >> 16, (value >> 8) & 255, value & 255])
export function u32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
export const zeros = (count) => Buffer.alloc(count)
export const ascii = (text) => Buffer.from(text, "latin1")
export const join = (...parts) => Buffer.concat(parts.flat())

/** A block behind its own length; `size` writes the length. */
export function sized(size, ...parts) {
  const body = join(...parts)
  return join(size(body.length), body)
}

/** Fields of any width, `[value, bits]` each, that end on a whole byte. */
export function bits(...fields) {
  let text = ""
  for (const [value, count] of fields) text += BigInt(value).toString(2).padStart(count, "0").slice(-count)
  if (text.length % 8 !== 0) throw new Error(`${text.length} bits are not whole bytes`)
  return Buffer.from(text.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
}

/** A file of the BDMV kind: type and version, the addresses of `parts` (null: none), `head` behind the 40 bytes of header, the parts. */
export function structureFile(type, head, parts, headerLength = 40) {
  let address = headerLength + head.length
  const addresses = parts.map((part) => {
    if (part === null) return u32(0)
    const own = u32(address)
    address += part.length
    return own
  })
  const header = join(ascii(type), ascii("0200"), addresses)
  return join(header, zeros(headerLength - header.length), head, ...parts.filter((part) => part !== null))
}
