import type { FontTable } from "./font-table.ts"

/** Unicode code point to glyph; 0: the font has none. */
export type CharacterMap = (codePoint: number) => number

/** Platform and encoding of maps from Unicode, the ones that reach furthest first. */
const UNICODE_MAPS: readonly (readonly [platform: number, encoding: number])[] = [
  [3, 10],
  [0, 6],
  [0, 4],
  [3, 1],
  [0, 3],
  [0, 2],
  [0, 1],
  [0, 0],
]
/** A font has a handful of maps. */
const MAX_MAPS = 64

/** `cmap`, ISO/IEC 14496-22 5.2.1: formats 4 and 12, which Unicode maps have. Looked up in place: a map may claim millions of characters. @throws DiscError */
export function readCharacterMap(cmap: FontTable): CharacterMap {
  const count = Math.min(cmap.u16(2), MAX_MAPS)
  const offsets = new Map<string, number>()
  for (let index = 0; index < count; index++) {
    const at = 4 + index * 8
    offsets.set(`${cmap.u16(at)}/${cmap.u16(at + 2)}`, cmap.u32(at + 4))
  }
  for (const [platform, encoding] of UNICODE_MAPS) {
    const offset = offsets.get(`${platform}/${encoding}`)
    if (offset === undefined) continue
    const map = cmap.slice(offset)
    const format = map.u16(0)
    if (format === 4) return segmentMap(map)
    if (format === 12) return groupMap(map)
  }
  throw cmap.error("unsupported", "the font has no map from Unicode to glyphs of format 4 or 12")
}

/** Format 4: segments of the basic plane, by their last character. */
function segmentMap(map: FontTable): CharacterMap {
  const count = map.u16(6) >> 1
  const ends = 14
  const starts = ends + count * 2 + 2
  const deltas = starts + count * 2
  const ranges = deltas + count * 2
  return (codePoint) => {
    if (codePoint > 0xffff) return 0
    const segment = firstWhere(count, (index) => map.u16(ends + index * 2) >= codePoint)
    if (segment === count) return 0
    const start = map.u16(starts + segment * 2)
    if (codePoint < start) return 0
    const delta = map.u16(deltas + segment * 2)
    const rangeAt = ranges + segment * 2
    const range = map.u16(rangeAt)
    if (range === 0) return (codePoint + delta) & 0xffff
    const glyph = map.u16(rangeAt + range + (codePoint - start) * 2)
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff
  }
}

/** Format 12: groups of all of Unicode. */
function groupMap(map: FontTable): CharacterMap {
  const count = map.u32(12)
  const at = (group: number) => 16 + group * 12
  return (codePoint) => {
    const group = firstWhere(count, (index) => map.u32(at(index) + 4) >= codePoint)
    if (group === count) return 0
    const start = map.u32(at(group))
    return codePoint < start ? 0 : map.u32(at(group) + 8) + (codePoint - start)
  }
}

/** The first of `count` indexes for which an ascending condition holds; `count` where none does. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
