import type { Written } from "./write-fields.ts"

/** In words, where a written file first is not as the read one, and in how many bytes; null: they are equal. */
export function firstDifference(read: Uint8Array, { bytes, fields }: Written): string | null {
  const size = Math.max(read.length, bytes.length)
  const at = Array.from({ length: size }, (_, index) => index).filter((index) => read[index] !== bytes[index])
  const first = at[0]
  if (first === undefined) return null
  const field = fields[first] ?? "behind the end"
  return `${at.length} bytes, first at ${first} (${field}): read ${hex(read[first])}, written ${hex(bytes[first])}`
}

const hex = (byte: number | undefined): string => (byte === undefined ? "nothing" : byte.toString(16).padStart(2, "0"))

/**
 * The bits of a file that do not come back: changed before the file is read, they are written as before. A writer of constants would have them all
 * here. By field, in hexadecimal, as many bytes as the field has. Numbers in names are left out: a bit of a list's items comes back when it does in
 * one of them.
 */
export function bitsThatDoNotComeBack(file: Uint8Array, write: (bytes: Uint8Array) => Written): Readonly<Record<string, string>> {
  const { bytes: original, fields } = write(file)
  const lost = new Map<string, number[]>()
  const changed = file.slice()
  let offset = 0
  for (let index = 0; index < file.length; index++) {
    offset = index > 0 && fields[index] === fields[index - 1] ? offset + 1 : 0
    const name = (fields[index] ?? "behind the end").replace(/\[\d+\]/g, "")
    const bytes = lost.get(name) ?? []
    let bits = bytes[offset] ?? 0xff
    for (let bit = 1; bit < 0x100; bit <<= 1) {
      changed[index] = (file[index] ?? 0) ^ bit
      if (bits & bit && isNoticed(changed, original, write)) bits ^= bit
    }
    changed[index] = file[index] ?? 0
    bytes[offset] = bits
    lost.set(name, bytes)
  }
  const some = [...lost].filter(([, bytes]) => bytes.some((bits) => bits !== 0))
  return Object.fromEntries(some.map(([name, bytes]) => [name, bytes.map(hex).join("")]))
}

/** A refusal notices a change, too: whoever reads does not go on as if nothing were. */
function isNoticed(changed: Uint8Array, original: Uint8Array, write: (bytes: Uint8Array) => Written): boolean {
  try {
    return Buffer.compare(write(changed).bytes, original) !== 0
  } catch {
    return true
  }
}
