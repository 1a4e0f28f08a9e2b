import { rgbFromYCrCb } from "../colour.ts"
import { type PerCode, perCode } from "./spu.ts"

/** A palette has 16 colours of 3 bytes: R, G, B. */
export const COLOURS = 16

/** Contrast 15 is opaque. */
const ALPHA_PER_CONTRAST = 17

/** DVD pictures are BT.601, whatever their height. */
const DVD_PLANE_HEIGHT = 576

/** R, G, B of each of the 16 colours of a program chain's palette; its entries are `0x00YYCrCb`. Entries that are missing are black. */
export function subpictureColours(palette: readonly number[]): Uint8Array {
  const colours = new Uint8Array(COLOURS * 3)
  for (let index = 0; index < COLOURS; index++) {
    const entry = palette[index] ?? 0x108080
    colours.set(rgbFromYCrCb((entry >> 16) & 0xff, (entry >> 8) & 0xff, entry & 0xff, DVD_PLANE_HEIGHT), index * 3)
  }
  return colours
}

/** R, G, B, A for the four pixel codes. */
export function codePalette(colours: Uint8Array, entries: PerCode, contrasts: PerCode): Uint8Array {
  const palette = new Uint8Array(16)
  entries.forEach((entry, code) => {
    palette.set(colours.subarray(entry * 3, entry * 3 + 3), code * 4)
    palette[code * 4 + 3] = (contrasts[code] ?? 0) * ALPHA_PER_CONTRAST
  })
  return palette
}

/**
 * R, G, B, A for the four pixel codes inside a button.
 * @param colourInformation one half (selected or activated) of a BTN_COLI entry: four colour nibbles, then four contrast nibbles, emphasis 2 first
 */
export function highlightPalette(colourInformation: number, colours: Uint8Array): Uint8Array {
  return codePalette(colours, perCode(colourInformation >>> 16), perCode(colourInformation & 0xffff))
}
