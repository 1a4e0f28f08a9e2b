/** Every truncation, every byte with three masks, and every 16-bit word as the smallest and greatest lie. At most `most` of them, spread evenly. */
export function* mutantsOf(bytes: Uint8Array, most = 20_000): Generator<Uint8Array> {
  const kinds = 1 + MASKS.length + LIES.length
  const total = bytes.length * kinds
  const step = Math.max(1, total / most)
  for (let number = 0; number < total; number += step) {
    const at = Math.floor(number / kinds) % bytes.length
    const kind = Math.floor(number) % kinds
    if (kind === 0) {
      yield bytes.slice(0, at)
      continue
    }
    const mutant = bytes.slice()
    if (kind <= MASKS.length) mutant[at] = (mutant[at] ?? 0) ^ (MASKS[kind - 1] ?? 0)
    else mutant.set((LIES[kind - 1 - MASKS.length] ?? []).slice(0, bytes.length - at), at)
    yield mutant
  }
}

const MASKS = [0x01, 0x80, 0xff]
const LIES = [
  [0, 0],
  [0xff, 0xff],
]
