// The samples' strokes as a TrueType font, for text subtitles. Tables and their fields: OpenType specification 1.9 (ISO/IEC 14496-22).
import { glyph, SPACE } from "../picture/lettering.mjs"
import { ascii, join, u16, u32, zeros } from "./bytes.mjs"

const FAMILY = "opentray strokes"
/** Font units in a unit of the strokes, in which capitals are 7 high. */
const SCALE = 100
const UNITS_PER_EM = 1000
const ASCENDER = 1000
const DESCENDER = -280
const RADIUS = 46
/** Corners of each round end. */
const END_CORNERS = 5
const LEFT_BEARING = 60
const MAGIC = 0x5f0f3cf5
const CHECKSUM_WHOLE = 0xb1b0afba
const ON_CURVE = 1
const s16 = (value) => u16(value & 0xffff)
const runningSums = (values) => values.map((_, i) => values.slice(0, i + 1).reduce((sum, each) => sum + each, 0))

const CHARACTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:'-!ÀÂÇÈÉÊËÎÏÔÙÛàâçèéêëîïôùû"].sort(
  (a, b) => a.charCodeAt(0) - b.charCodeAt(0),
)

/** A stroke with round ends as a closed run of corners. */
function outline([ax, ay, bx, by]) {
  const along = Math.atan2(by - ay, bx - ax)
  const end = (x, y, from) =>
    Array.from({ length: END_CORNERS }, (_, i) => {
      const angle = from - (Math.PI * i) / (END_CORNERS - 1)
      return [Math.round(x * SCALE + RADIUS * Math.cos(angle)) + LEFT_BEARING, Math.round(y * SCALE + RADIUS * Math.sin(angle))]
    })
  return [...end(bx, by, along + Math.PI / 2), ...end(ax, ay, along - Math.PI / 2)]
}

/** A glyph's record, its advance and the box around it. */
function glyphRecord(strokes, advance) {
  const contours = strokes.map(outline)
  const points = contours.flat()
  if (points.length === 0) return { bytes: zeros(0), advance, box: [0, 0, 0, 0], points: 0, contours: 0 }
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
  const ends = runningSums(contours.map((contour) => contour.length)).map((sum) => u16(sum - 1))
  const steps = (values) => values.map((value, i) => s16(value - (values[i - 1] ?? 0)))
  const bytes = join(
    s16(contours.length),
    ...box.map(s16),
    ...ends,
    u16(0),
    Buffer.alloc(points.length, ON_CURVE),
    ...steps(xs),
    ...steps(ys),
  )
  return { bytes: join(bytes, zeros(-bytes.length & 3)), advance, box, points: points.length, contours: contours.length }
}

/** Characters to glyphs: runs of neighbouring codes, format 4. Glyph 0 is the missing one. */
function characterMap(codes) {
  const runs = []
  codes.forEach((code, i) => {
    if (runs.at(-1)?.end === code - 1) runs.at(-1).end = code
    else runs.push({ start: code, end: code, glyph: i + 1 })
  })
  runs.push({ start: 0xffff, end: 0xffff, glyph: 0 })
  const power = Math.floor(Math.log2(runs.length))
  const search = [2 * 2 ** power, power, 2 * (runs.length - 2 ** power)]
  const body = join(
    ...[
      u16(0),
      u16(runs.length * 2),
      ...search.map(u16),
      ...runs.map(({ end }) => u16(end)),
      u16(0),
      ...runs.map(({ start }) => u16(start)),
    ],
    ...runs.map(({ start, glyph: first }) => s16(first - start)),
    ...runs.map(() => u16(0)),
  )
  return join(u16(0), u16(1), u16(3), u16(1), u32(12), u16(4), u16(body.length + 4), body)
}

function names() {
  const utf16 = (text) => Buffer.from(text, "utf16le").swap16()
  const texts = [
    [1, FAMILY],
    [2, "Regular"],
    [3, `${FAMILY} 1`],
    [4, FAMILY],
    [5, "Version 1.000"],
    [6, "opentray-strokes"],
  ]
  let offset = 0
  const records = texts.map(([id, text]) => {
    const own = join(u16(3), u16(1), u16(0x409), u16(id), u16(text.length * 2), u16(offset))
    offset += text.length * 2
    return own
  })
  return join(u16(0), u16(texts.length), u16(6 + 12 * texts.length), ...records, ...texts.map(([, text]) => utf16(text)))
}

function metrics(codes, advances) {
  const average = Math.round(advances.reduce((sum, each) => sum + each, 0) / advances.length)
  return join(
    ...[u16(4), s16(average), u16(400), u16(5), u16(0), zeros(20), u16(0), zeros(10), u32(3), zeros(12), ascii("none"), u16(0x40)],
    ...[u16(codes[0]), u16(codes.at(-1)), s16(ASCENDER), s16(DESCENDER), s16(0), u16(ASCENDER), u16(-DESCENDER), u32(1), u32(0)],
    ...[s16(500), s16(700), u16(0), u16(32), u16(0)],
  )
}

function checksum(bytes) {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) >>> 0
  return sum
}
const padded = (bytes) => join(bytes, zeros(-bytes.length & 3))

function head(box, adjustment) {
  const dates = zeros(16)
  return join(
    u32(0x10000),
    u32(0x10000),
    u32(adjustment),
    u32(MAGIC),
    u16(3),
    u16(UNITS_PER_EM),
    dates,
    ...box.map(s16),
    u16(0),
    u16(8),
    s16(2),
    s16(1),
    s16(0),
  )
}

/** Tables behind their directory, in the order of their names. */
function assembleTables(tables) {
  const power = Math.floor(Math.log2(tables.length))
  let offset = 12 + 16 * tables.length
  const directory = tables.map(([tag, bytes]) => {
    const own = join(ascii(tag), u32(checksum(padded(bytes))), u32(offset), u32(bytes.length))
    offset += padded(bytes).length
    return own
  })
  const search = [16 * 2 ** power, power, 16 * (tables.length - 2 ** power)]
  return join(u32(0x10000), u16(tables.length), ...search.map(u16), ...directory, ...tables.map(([, bytes]) => padded(bytes)))
}

/** The font file. */
export function strokeFont() {
  const codes = [32, ...CHARACTERS.map((character) => character.charCodeAt(0))]
  const drawn = CHARACTERS.map((character) => {
    const { strokes, advance } = glyph(character)
    return glyphRecord(strokes, Math.round(advance * SCALE))
  })
  const missing = glyphRecord(
    [
      [0, 0, 0, 7],
      [0, 7, 4, 7],
      [4, 7, 4, 0],
      [4, 0, 0, 0],
    ],
    560,
  )
  const glyphs = [missing, glyphRecord([], Math.round(SPACE * SCALE)), ...drawn]
  const box = [0, 1, 2, 3].map((side) => (side < 2 ? Math.min : Math.max)(...glyphs.map((each) => each.box[side])))
  const most = (key) => Math.max(...glyphs.map((each) => each[key]))
  const locations = [0, ...runningSums(glyphs.map(({ bytes }) => bytes.length))].map(u32)
  const advances = glyphs.map(({ advance }) => advance)
  const right = Math.min(...glyphs.map((each) => each.advance - each.box[2]))
  const horizontal = join(
    u32(0x10000),
    s16(ASCENDER),
    s16(DESCENDER),
    s16(0),
    u16(most("advance")),
    s16(box[0]),
    s16(right),
    s16(box[2]),
    s16(1),
    zeros(14),
    u16(glyphs.length),
  )
  const limits = join(u32(0x10000), u16(glyphs.length), u16(most("points")), u16(most("contours")), zeros(4), u16(1), zeros(16))
  const tables = (adjustment) => [
    ["OS/2", metrics(codes, advances)],
    ["cmap", characterMap(codes)],
    ["glyf", join(...glyphs.map(({ bytes }) => bytes))],
    ["head", head(box, adjustment)],
    ["hhea", horizontal],
    ["hmtx", join(...glyphs.map((each) => join(u16(each.advance), s16(each.box[0]))))],
    ["loca", join(...locations)],
    ["maxp", limits],
    ["name", names()],
    ["post", join(u32(0x30000), zeros(28))],
  ]
  return assembleTables(tables((CHECKSUM_WHOLE - checksum(assembleTables(tables(0)))) >>> 0))
}
