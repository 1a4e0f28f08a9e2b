// 3:2 pulldown as a DVD carries film: 24 coded pictures a second whose flags have a player show 60 fields.
// Flags and headers: ISO/IEC 13818-2, 6.2.2.1 (sequence header), 6.2.2.3 (sequence extension), 6.2.3.1 (picture coding extension).

const SEQUENCE_HEADER = 0xb3
const EXTENSION = 0xb5
const SEQUENCE_EXTENSION = 1
const PICTURE_CODING_EXTENSION = 8
const RATE_30000_1001 = 4
/** Of four film pictures in showing order: which field comes first, and whether it is shown once more. */
const CADENCE = [
  { topFieldFirst: 1, repeatFirstField: 1 },
  { topFieldFirst: 0, repeatFirstField: 0 },
  { topFieldFirst: 0, repeatFirstField: 1 },
  { topFieldFirst: 1, repeatFirstField: 0 },
]
/** Fields shown before each of the four, and by all of them. */
const FIELDS_BEFORE = [0, 3, 5, 8]
const FIELDS_PER_ROUND = 10
/** 1001/60000 s at 90 kHz. */
const FIELD_TICKS = 1501.5

const setBits = (bytes, at, mask, value) => {
  bytes[at] = (bytes[at] & ~mask) | value
}

/** Sets the flags of one coded picture, and the rate of the sequence headers before it. `shown`: its number in showing order. */
export function flagPicture(data, shown) {
  const { topFieldFirst, repeatFirstField } = CADENCE[shown % CADENCE.length]
  const bytes = Buffer.from(data)
  for (let at = bytes.indexOf("\0\0\x01", 0, "latin1"); at >= 0; at = bytes.indexOf("\0\0\x01", at + 3, "latin1")) {
    const code = bytes[at + 3]
    const kind = bytes[at + 4] >> 4
    if (code === SEQUENCE_HEADER) setBits(bytes, at + 7, 0x0f, RATE_30000_1001)
    else if (code === EXTENSION && kind === SEQUENCE_EXTENSION) setBits(bytes, at + 5, 0x08, 0)
    else if (code === EXTENSION && kind === PICTURE_CODING_EXTENSION)
      setBits(bytes, at + 7, 0x82, (topFieldFirst << 7) | (repeatFirstField << 1))
  }
  return bytes
}

/** When film picture `shown` begins to be shown, in ticks from the first. */
export const shownAt = (shown) => (Math.floor(shown / 4) * FIELDS_PER_ROUND + FIELDS_BEFORE[((shown % 4) + 4) % 4]) * FIELD_TICKS

/** Coded pictures (`[{ data, shown, key }]` in coding order) as film on a 29.97 clock. `start`: the first one's presentation time. */
export function pulledDown(units, start) {
  // One picture of reordering: each is decoded while the one before it, in coding order's count, is shown.
  return units.map(({ data, shown, key }, coded) => ({
    data: flagPicture(data, shown),
    key,
    pts: Math.round(start + shownAt(shown)),
    dts: Math.round(start + shownAt(coded - 1)),
  }))
}
