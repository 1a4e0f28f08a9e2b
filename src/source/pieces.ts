/** Pieces of one read that are under way at once: enough to fill a network, too few to matter in memory. */
const MAX_PIECES_AT_ONCE = 8

/** Where each part begins when they are laid one after another, and where the last one ends. */
export function startsOf(parts: readonly { readonly length: number }[]): Float64Array {
  const starts = new Float64Array(parts.length + 1)
  let at = 0
  parts.forEach((part, index) => {
    at += part.length
    starts[index + 1] = at
  })
  return starts
}

/** Reads `length` bytes at `offset` out of parts laid one after another. A read inside one part is passed on as it is, without a copy. */
export async function readPieces(
  starts: Float64Array,
  offset: number,
  length: number,
  readPart: (index: number, from: number, count: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0)
  let index = partAt(starts, offset)
  const partEnd = (part: number) => starts[part + 1] ?? 0
  const partStart = (part: number) => starts[part] ?? 0
  if (offset + length <= partEnd(index)) return readPart(index, offset - partStart(index), length)

  const whole = new Uint8Array(length)
  let at = offset
  const worker = async (): Promise<void> => {
    while (at < offset + length) {
      const part = index++
      const from = at
      at = Math.min(partEnd(part), offset + length)
      whole.set(await readPart(part, from - partStart(part), at - from), from - offset)
    }
  }
  const stopAll = (error: unknown): never => {
    at = offset + length
    throw error
  }
  await Promise.all(Array.from({ length: MAX_PIECES_AT_ONCE }, () => worker().catch(stopAll)))
  return whole
}

/** The part that holds the byte at `offset`, which lies inside them. */
function partAt(starts: Float64Array, offset: number): number {
  let low = 0
  let high = starts.length - 2
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
