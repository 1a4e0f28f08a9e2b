// Repeatable damage: the same seed and number give the same bytes.

/** What counts, lengths, offsets and addresses are made to say. */
const LIES = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x00ffffff, 0x3fffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
]
/** Start codes, sync words and signatures: what makes a parser look closer. */
const WORDS = [
  [0, 0, 1, 0xba],
  [0, 0, 1, 0xbb],
  [0, 0, 1, 0xbd],
  [0, 0, 1, 0xbf],
  [0, 0, 1, 0xe0],
  [0, 0, 1, 0xb3],
  [0, 0, 1, 0xb5],
  [0, 0, 1, 0x00],
  [0, 0, 1, 0x0d],
  [0, 0, 1, 0x0f],
  [0, 0, 1, 0x67],
  [0, 0, 1, 0x42, 0x01],
  [0x0b, 0x77],
  [0x7f, 0xfe, 0x80, 0x01],
  [0x64, 0x58, 0x20, 0x25],
  [0xf8, 0x72, 0x6f, 0xba],
  [0xff, 0xf1, 0x50],
  [0xff, 0xfd],
  [0x47, 0x40, 0, 0x10],
  [0x80, 0, 0],
  [0x14, 0, 2],
  [0x15, 0, 9],
  [0x16, 0, 11],
  [..."NSR03"].map((letter) => letter.charCodeAt(0)),
  [..."CD001"].map((letter) => letter.charCodeAt(0)),
  [..."<![CDATA["].map((letter) => letter.charCodeAt(0)),
  [..."&lt;&#x41;"].map((letter) => letter.charCodeAt(0)),
]
/** With more, parsers stop at the first and never see the others. */
const MAX_CHANGES = 8
/** Larger inputs are changed where they are and put right again afterwards: copying them would be most of the work. */
const MAX_COPIED_BYTES = 256 * 1024

/** mulberry32, from two numbers. */
export function randomOf(seed, number) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return (value ^ (value >>> 14)) >>> 0
  }
  next()
  return { next, below: (limit) => next() % Math.max(1, limit), pick: (list) => list[next() % list.length] }
}

/**
 * Damages a seed in one to eight places. `regions` ([start, end] pairs) are where most of the changes go.
 * Gives the bytes, what was done in words, and what puts the seed right again.
 */
export function mutate(seed, random) {
  const inPlace = seed.bytes.length > MAX_COPIED_BYTES
  const bytes = inPlace ? seed.bytes : seed.bytes.slice()
  const undo = []
  const done = []
  let length = bytes.length
  const write = (at, values) => {
    const end = Math.min(bytes.length, at + values.length)
    if (inPlace) undo.push([at, bytes.slice(at, end)])
    bytes.set(values.length > end - at ? values.slice(0, end - at) : values, at)
  }
  const place = () => {
    const region = seed.regions === undefined || random.below(16) === 0 ? [0, bytes.length] : random.pick(seed.regions)
    return Math.min(bytes.length - 1, region[0] + random.below(region[1] - region[0]))
  }
  for (let changes = 1 + random.below(MAX_CHANGES); changes > 0; changes--) {
    const at = place()
    switch (random.below(7)) {
      case 0:
        write(at, [bytes[at] ^ (1 << random.below(8))])
        done.push(`bit at ${at}`)
        break
      case 1:
        write(at, [random.below(256)])
        done.push(`byte at ${at}`)
        break
      case 2:
      case 3: {
        const lie = random.pick(LIES)
        const wide = random.below(2) === 0 || lie > 0xffff
        const big = wide ? [lie >>> 24, (lie >>> 16) & 0xff, (lie >>> 8) & 0xff, lie & 0xff] : [lie >>> 8, lie & 0xff]
        write(at, random.below(2) === 0 ? big : big.reverse())
        done.push(`${lie} at ${at}`)
        break
      }
      case 4: {
        const word = random.pick(WORDS)
        write(at, word)
        done.push(`[${word}] at ${at}`)
        break
      }
      case 5: {
        const from = place()
        const count = 1 + random.below(random.below(4) === 0 ? 4096 : 64)
        write(at, bytes.slice(from, from + count))
        done.push(`${count} bytes of ${from} at ${at}`)
        break
      }
      case 6:
        if (random.below(3) > 0) break
        length = Math.min(length, at)
        done.push(`cut at ${at}`)
        break
    }
  }
  return {
    bytes: length === bytes.length ? bytes : bytes.subarray(0, length),
    done: done.join(", ") || "nothing",
    restore: () => {
      for (const [at, before] of undo.reverse()) bytes.set(before, at)
    },
  }
}
