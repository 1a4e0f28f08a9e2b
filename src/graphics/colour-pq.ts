/**
 * Colours of UHD discs with HDR pictures: BT.2020 primaries and matrix (ITU-R BT.2020-2, non-constant luminance, limited range), PQ transfer (SMPTE ST
 * 2084, ITU-R BT.2100-2 table 4).
 */

/** PQ's constants. */
const M1 = 2610 / 16384
const M2 = (2523 / 4096) * 128
const C1 = 3424 / 4096
const C2 = (2413 / 4096) * 32
const C3 = (2392 / 4096) * 32

/** In cd/m²: what PQ's greatest value is, and what a page's or subtitle's white is on such discs (ITU-R BT.2408, table 1). */
const PQ_PEAK = 10_000
const REFERENCE_WHITE = 203

/** R, G, B in sRGB (0 to 255 each) of a colour in Y, Cr, Cb (0 to 255 each). What is brighter than reference white, or not in sRGB, is cut off. */
export function rgbFromPq(y: number, cr: number, cb: number): readonly [number, number, number] {
  const luma = (y - 16) / 219
  const red = (cr - 128) / 224
  const blue = (cb - 128) / 224
  const r = light(luma + 1.4746 * red)
  const g = light(luma - 0.164553 * blue - 0.571353 * red)
  const b = light(luma + 1.8814 * blue)
  // BT.2020 to BT.709 primaries (ITU-R BT.2407).
  return [
    byte(1.660491 * r - 0.587641 * g - 0.07285 * b),
    byte(-0.12455 * r + 1.1329 * g - 0.008349 * b),
    byte(-0.018151 * r - 0.100579 * g + 1.11873 * b),
  ]
}

/** Light of a PQ value, where 1 is reference white. */
function light(value: number): number {
  const power = Math.max(0, Math.min(1, value)) ** (1 / M2)
  return ((Math.max(0, power - C1) / (C2 - C3 * power)) ** (1 / M1) * PQ_PEAK) / REFERENCE_WHITE
}

/** sRGB's value of light (IEC 61966-2-1), 0 to 255. */
function byte(linear: number): number {
  const cut = Math.max(0, Math.min(1, linear))
  return Math.round(255 * (cut <= 0.0031308 ? 12.92 * cut : 1.055 * cut ** (1 / 2.4) - 0.055))
}
