// Text subtitles as libbluray's textst_decode.c and graphics_processor.c read them. Shares nothing with the decoder.

export type Box = readonly [x: number, y: number, width: number, height: number]
export type MadeRegionStyle = {
  readonly id?: number
  readonly region: Box
  readonly box: Box
  readonly background?: number
  readonly flow?: number
  readonly halign?: number
  readonly valign?: number
  readonly lineSpace?: number
  readonly font?: number
  /** Bit 0 bold, 1 italic, 2 outline. */
  readonly fontStyle?: number
  readonly size?: number
  readonly colour?: number
  readonly outlineColour?: number
  readonly thickness?: number
}
/** A text's bytes, or a change: its code and data. */
export type MadeElement = string | Uint8Array | { readonly code: number; readonly data?: readonly number[] }
export type MadeRegion = {
  readonly style?: number
  readonly continuous?: boolean
  readonly forced?: boolean
  readonly elements: readonly MadeElement[]
}
export type MadeDialog = {
  readonly from: number
  readonly to: number
  readonly palette?: readonly (readonly number[])[]
  readonly regions: readonly MadeRegion[]
}

export const CODE = { text: 1, font: 2, style: 3, size: 4, colour: 5, lineBreak: 0x0a, reset: 0x0b }

const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255]
const sized = (body: readonly number[]): number[] => [...u16(body.length), ...body]
const segment = (type: number, body: readonly number[]): Uint8Array => Uint8Array.from([type, ...sized(body)])
const pts = (value: number): number[] => [
  Math.floor(value / 2 ** 32) & 1,
  ...u16(Math.floor(value / 65_536) & 0xffff),
  ...u16(value & 0xffff),
]

/** `users`: 15 bytes each. `palette`: entry, Y, Cr, Cb, T. */
export function styleSegment(
  styles: readonly MadeRegionStyle[],
  { palette, dialogs = 1, users = [], playerStyle = false }: StyleOptions,
): Uint8Array {
  const each = styles.flatMap(
    ({ id = 0, region, box, background = 0, flow = 1, halign = 1, valign = 1, lineSpace = 50, font = 0, fontStyle = 0, ...rest }) => {
      const { size = 40, colour = 1, outlineColour = 2, thickness = 1 } = rest
      const place = [id, ...region.flatMap(u16), background, 0, ...box.flatMap(u16)]
      return [...place, flow, halign, valign, lineSpace, font, fontStyle, size, colour, outlineColour, thickness]
    },
  )
  const head = [playerStyle ? 0x80 : 0, 0, styles.length, users.length]
  return segment(0x81, [...head, ...each, ...users.flat(), ...sized(palette.flat()), ...u16(dialogs)])
}

type StyleOptions = {
  readonly palette: readonly (readonly number[])[]
  readonly dialogs?: number
  readonly users?: readonly (readonly number[])[]
  readonly playerStyle?: boolean
}

export function dialogSegment({ from, to, palette, regions }: MadeDialog): Uint8Array {
  const update = palette === undefined ? [0] : [0x80, ...sized(palette.flat())]
  const each = regions.flatMap(({ style = 0, continuous = false, forced = false, elements }) => [
    (continuous ? 0x80 : 0) | (forced ? 0x40 : 0),
    style,
    ...sized(elements.flatMap(element)),
  ])
  return segment(0x82, [...pts(from), ...pts(to), ...update, regions.length, ...each])
}

function element(made: MadeElement): number[] {
  if (typeof made === "string") return element(Buffer.from(made, "utf8"))
  const { code, data = [] } = made instanceof Uint8Array ? { code: CODE.text, data: [...made] } : made
  return [0x1b, code, data.length, ...data]
}
