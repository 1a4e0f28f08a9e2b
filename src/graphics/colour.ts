/** In 1/65536. ITU-R BT.601 and BT.709, limited range (Y 16 to 235, Cr and Cb 16 to 240) to full-range R, G, B. */
type Matrix = { readonly luma: number; readonly redCr: number; readonly greenCr: number; readonly greenCb: number; readonly blueCb: number }

const BT601: Matrix = { luma: 76309, redCr: 104597, greenCr: 53279, greenCb: 25675, blueCb: 132201 }
const BT709: Matrix = { luma: 76309, redCr: 117489, greenCr: 34925, greenCb: 13975, blueCb: 138438 }

/** Planes of standard definition are at most so high; they use BT.601, higher ones BT.709. */
const MAX_STANDARD_DEFINITION_HEIGHT = 576

/** R, G, B of a colour in limited-range Y, Cr, Cb (0 to 255 each) on a plane of this height. */
export function rgbFromYCrCb(y: number, cr: number, cb: number, planeHeight: number): readonly [number, number, number] {
  const { luma, redCr, greenCr, greenCb, blueCb } = planeHeight <= MAX_STANDARD_DEFINITION_HEIGHT ? BT601 : BT709
  const base = luma * (y - 16) + 32768
  return [
    clip((base + redCr * (cr - 128)) >> 16),
    clip((base - greenCr * (cr - 128) - greenCb * (cb - 128)) >> 16),
    clip((base + blueCb * (cb - 128)) >> 16),
  ]
}

function clip(value: number): number {
  return Math.max(0, Math.min(255, value))
}
