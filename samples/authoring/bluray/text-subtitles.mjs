// Text subtitles (TextST): a style segment, then a dialogue segment for each text. Layout and meaning of the fields as libbluray's textst_decode.c and
// graphics_controller.c read them.
import { bits, join, sized, u8, u16 } from "./bytes.mjs"

const SEGMENT = { style: 0x81, dialogue: 0x82 }
const FLOW_LEFT_TO_RIGHT = 1
const CENTRE = 2
const BOTTOM = 3
const ESCAPE = 0x1b
const INLINE = { text: 1, size: 4, colour: 5, newLine: 0x0a, reset: 0x0b }

const segment = (type, ...body) => join(u8(type), sized(u16, ...body))
const rectangle = ({ x, y, width, height }) => join(u16(x), u16(y), u16(width), u16(height))

/** `box` lies within `region`; `font`: number in the clip's list of fonts; sizes in pixels, colours as palette entries. */
function regionStyle({ id, region, box, background, font, size, colour, lineSpace }) {
  return join(
    ...[u8(id), rectangle(region), u8(background), u8(0), rectangle(box), u8(FLOW_LEFT_TO_RIGHT), u8(CENTRE), u8(BOTTOM)],
    ...[u8(lineSpace), u8(font), u8(0), u8(size), u8(colour), u8(0), u8(0)],
  )
}

const inline = (type, ...body) => join(u8(ESCAPE), u8(type), sized(u8, ...body))

/** `parts`: texts, and `{ newLine: true }`, `{ colour }`, `{ size }`, `{ reset: true }` between them. */
function inlineData(parts) {
  return parts.map((part) => {
    if (typeof part === "string") return inline(INLINE.text, Buffer.from(part, "utf8"))
    const [[name, value]] = Object.entries(part)
    return value === true ? inline(INLINE[name]) : inline(INLINE[name], u8(value))
  })
}

const time = (ticks) => bits([0, 7], [ticks, 33])

function dialogue({ from, to, regions }) {
  const each = regions.map(({ style, parts, forced = false }) =>
    join(bits([0, 1], [forced ? 1 : 0, 1], [0, 6]), u8(style), sized(u16, ...inlineData(parts))),
  )
  return segment(SEGMENT.dialogue, time(from), time(to), u8(0), u8(regions.length), ...each)
}

/**
 * The units of a text subtitle stream: `[{ data, pts, dts }]`. `styles`: see `regionStyle`; `palette`: `[[entry, Y, Cr, Cb, opacity], ...]`; `dialogues`:
 * `[{ from, to (90 kHz, on the film's clock), regions: [{ style, parts }] }]`. A stream is read whole before it is shown, from `at` on.
 */
export function textUnits({ styles, palette, dialogues, at }) {
  const style = segment(
    ...[SEGMENT.style, u16(0), u8(styles.length), u8(0), ...styles.map(regionStyle)],
    ...[sized(u16, ...palette.map((entry) => Buffer.from(entry))), u16(dialogues.length)],
  )
  return [style, ...dialogues.map(dialogue)].map((data) => ({ data, pts: at, dts: at }))
}
