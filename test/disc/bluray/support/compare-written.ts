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
 * The fields of a file that do not come back: whatever bit of them is changed before it is read, the same is written. A writer of constants would
 * have them all here. Numbers in names are left out, so that a field of a list stands once.
 */
export function fieldsThatDoNotComeBack(file: Uint8Array, write: (bytes: Uint8Array) => Written): readonly string[] {
  const { bytes: original, fields } = write(file)
  const lost = new Set<string>()
  const kept = new Set<string>()
  const changed = file.slice()
  for (let index = 0; index < file.length; index++) {
    const name = (fields[index] ?? "behind the end").replace(/\[\d+\]/g, "")
    if (kept.has(name)) continue
    let noticed = false
    for (let bit = 0; bit < 8 && !noticed; bit++) {
      changed[index] = (file[index] ?? 0) ^ (1 << bit)
      noticed = isNoticed(changed, original, write)
    }
    changed[index] = file[index] ?? 0
    if (noticed) kept.add(name)
    else lost.add(name)
  }
  return [...lost].filter((name) => !kept.has(name)).sort()
}

/** A refusal notices a change, too: whoever reads does not go on as if nothing were. */
function isNoticed(changed: Uint8Array, original: Uint8Array, write: (bytes: Uint8Array) => Written): boolean {
  try {
    return Buffer.compare(write(changed).bytes, original) !== 0
  } catch {
    return true
  }
}
