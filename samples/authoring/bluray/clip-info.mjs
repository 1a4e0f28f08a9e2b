// Clip information (CLIPINF/*.clpi). Layout: libbluray clpi_parse.c.
import { ascii, bits, join, sized, structureFile, u8, u16, u32, zeros } from "./bytes.mjs"
import { streamAttributes } from "./coding.mjs"
import { PID } from "./programme-tables.mjs"

const CLIP_STREAM_AV = 1
const APPLICATION = { film: 1, menu: 5, text: 6 }
/** Length of a stream's attributes, ISRC and reserved bytes counted. */
const ATTRIBUTE_BYTES = 21
const EP_VIDEO = 1
/** Upper bounds of an I picture's size in bytes, by the code its entry carries. */
const I_SIZES = [131_072, 262_144, 393_216, 589_824, 917_504, 1_310_720]

function clipInfo({ application, packets, bytesPerSecond, fonts = [] }) {
  const typeInfo = sized(u16, u8(0x80), ascii("HDMV"), zeros(25))
  return sized(
    u32,
    u16(0),
    u8(CLIP_STREAM_AV),
    u8(APPLICATION[application]),
    u32(0),
    u32(bytesPerSecond),
    u32(packets),
    zeros(128),
    typeInfo,
    ...fontList(application, fonts),
  )
}

/** Numbers of the fonts that a text names by their place in this list: AUXDATA/nnnnn.otf. */
function fontList(application, fonts) {
  if (application !== "text") return []
  return [u8(0), u8(fonts.length), ...fonts.map((font) => join(ascii(String(font).padStart(5, "0")), u8(0)))]
}

/** One arrival clock, one time clock; times at 45 kHz. */
function sequenceInfo({ start, end }) {
  const stc = join(u16(PID.pcr), u32(0), u32(start), u32(end))
  return sized(u32, u8(0), u8(1), u32(0), u8(1), u8(0), stc)
}

function programInfo(streams) {
  const entries = streams.map((stream) => {
    const attributes = streamAttributes(stream)
    return join(u16(stream.pid), sized(u8, attributes, zeros(ATTRIBUTE_BYTES - attributes.length)))
  })
  return sized(u32, u8(0), u8(1), u32(0), u16(PID.pmt), u8(streams.length), u8(0), ...entries)
}

/** The entry points of the video. Coarse entries carry the upper bits of time and place, fine entries the lower. */
function entryPoints(pid, entries, angleChange) {
  const coarse = []
  let last = null
  const fine = entries.map(({ pts, packet, bytes }, i) => {
    const key = `${Math.floor(pts / 2 ** 19)}/${packet >>> 17}`
    if (key !== last) coarse.push(join(bits([i, 18], [Math.floor(pts / 2 ** 19), 14]), u32(packet)))
    last = key
    const over = I_SIZES.findIndex((limit) => bytes < limit)
    const size = over === -1 ? I_SIZES.length + 1 : over + 1
    return bits([angleChange ? 1 : 0, 1], [size, 3], [Math.floor(pts / 2 ** 9) % 2 ** 11, 11], [packet % 2 ** 17, 17])
  })
  const head = join(u16(pid), bits([0, 10], [EP_VIDEO, 4], [coarse.length, 16], [fine.length, 18]))
  // One stream: its map lies behind the two bytes of counts, its own twelve of head.
  const map = join(u8(0), u8(1), head, u32(2 + head.length + 4), u32(4 + coarse.length * 8), ...coarse, ...fine)
  return sized(u32, u16(1), map)
}

/** `clip`: `{ application (`film`; `menu`, `text`: that alone), fonts, streams, packets, bytesPerSecond, entries, start, end, angleChange }`. */
export function clipInformation(clip) {
  return structureFile("HDMV", clipInfo(clip), [
    sequenceInfo(clip),
    programInfo(clip.streams),
    clip.application === "film" ? entryPoints(clip.streams[0].pid, clip.entries, clip.angleChange) : sized(u32),
    sized(u32),
    null,
  ])
}
