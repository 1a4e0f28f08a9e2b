// A planar 4:2:0 picture, limited range, that shapes are blended onto.

/** Luma weights of red and blue, by what a player takes for granted at that height. */
const MATRIX = { sd: [0.299, 0.114], hd: [0.2126, 0.0722] }

/** `[Y, Cb, Cr]` in limited range from `[r, g, b]` 0 to 255. */
export function toYuv([r, g, b], height) {
  const [kr, kb] = height > 576 ? MATRIX.hd : MATRIX.sd
  const luma = kr * r + (1 - kr - kb) * g + kb * b
  return [16 + (219 / 255) * luma, 128 + ((224 / 255) * (b - luma)) / (2 * (1 - kb)), 128 + ((224 / 255) * (r - luma)) / (2 * (1 - kr))]
}

export class Canvas {
  constructor(width, height) {
    this.width = width
    this.height = height
    const luma = width * height
    /** The three planes one behind the other: what an encoder is fed. */
    this.bytes = Buffer.alloc((luma * 3) / 2)
    this.y = this.bytes.subarray(0, luma)
    this.u = this.bytes.subarray(luma, luma + luma / 4)
    this.v = this.bytes.subarray(luma + luma / 4)
  }

  /** Whole rows in one colour each: `colour(row)` gives `[Y, Cb, Cr]`. */
  fillRows(from, to, colour) {
    const { width } = this
    for (let row = from; row < to; row++) {
      const [y, u, v] = colour(row)
      this.y.fill(Math.round(y), row * width, (row + 1) * width)
      if (row % 2 === 0) {
        const at = (row / 2) * (width / 2)
        this.u.fill(Math.round(u), at, at + width / 2)
        this.v.fill(Math.round(v), at, at + width / 2)
      }
    }
  }

  /** Blends `[Y, Cb, Cr]` over the picture where a mask (`{ width, height, coverage }`, 0 to 255) lies, with its corner at `left`, `top`. */
  blend(mask, left, top, [cy, cu, cv], alpha = 1) {
    const { width, height } = this
    const x0 = Math.max(0, Math.round(left))
    const y0 = Math.max(0, Math.round(top))
    const dx = x0 - Math.round(left)
    const dy = y0 - Math.round(top)
    const x1 = Math.min(width, x0 + mask.width - dx)
    const y1 = Math.min(height, y0 + mask.height - dy)
    const scale = alpha / 255
    for (let y = y0; y < y1; y++) {
      const line = (y - y0 + dy) * mask.width + dx - x0
      for (let x = x0; x < x1; x++) {
        const a = mask.coverage[line + x] * scale
        if (a === 0) continue
        const at = y * width + x
        this.y[at] += Math.round((cy - this.y[at]) * a)
        if ((x | y) & 1) continue
        const chroma = (y >> 1) * (width >> 1) + (x >> 1)
        this.u[chroma] += Math.round((cu - this.u[chroma]) * a)
        this.v[chroma] += Math.round((cv - this.v[chroma]) * a)
      }
    }
  }
}
