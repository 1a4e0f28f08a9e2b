/** Values that counts, lengths and offsets take in hostile files. */
const LIES = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x3fffffff, 0x7fffffff, 0x80000000, 0xffffffff]
const MASKS = [0x01, 0x80, 0xff]

/** Every byte flipped by three masks, every 16- and 32-bit field a lie in both byte orders, every truncation. */
export function* mutants(bytes: Uint8Array, end = bytes.length): Generator<Uint8Array> {
  // A Buffer's own slice() would be a view.
  const original = new Uint8Array(bytes)
  for (let at = 0; at < end; at++) {
    for (const mask of MASKS) {
      const copy = original.slice()
      copy[at] = (copy[at] as number) ^ mask
      yield copy
    }
  }
  for (let at = 0; at + 4 <= end; at++) {
    for (const lie of LIES) {
      for (const little of [true, false]) {
        const copy = original.slice()
        const view = new DataView(copy.buffer)
        if (lie <= 0xffff) view.setUint16(at, lie, little)
        else view.setUint32(at, lie, little)
        yield copy
      }
    }
  }
  for (let length = 0; length < end; length++) yield original.slice(0, length)
}
