// Pictures with transparency as PNG files (ISO/IEC 15948): what spumux takes.
import { crc32, deflateSync } from "node:zlib"

function chunk(kind, data) {
  const result = Buffer.alloc(12 + data.length)
  result.writeUInt32BE(data.length, 0)
  result.write(kind, 4, "latin1")
  data.copy(result, 8)
  result.writeUInt32BE(crc32(result.subarray(4, 8 + data.length)), 8 + data.length)
  return result
}

/** RGBA bytes, row by row, as a PNG file. */
export function png(width, height, rgba) {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 6, 0, 0, 0], 8) // 8 bits a sample, RGBA, no interlacing
  const rows = Buffer.alloc(height * (1 + width * 4))
  for (let y = 0; y < height; y++) rgba.copy(rows, y * (1 + width * 4) + 1, y * width * 4, (y + 1) * width * 4)
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ])
}

/** A picture of few colours: `paint(mask, left, top, "#rrggbb", opacity)` sets every pixel a mask covers by half or more. */
export class Stencil {
  constructor(width, height) {
    this.width = width
    this.height = height
    this.rgba = Buffer.alloc(width * height * 4)
  }

  paint(mask, left, top, colour, opacity = 255, threshold = 128) {
    const rgb = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    for (let y = 0; y < mask.height; y++)
      for (let x = 0; x < mask.width; x++) {
        if (mask.coverage[y * mask.width + x] < threshold) continue
        const column = Math.round(left) + x
        const row = Math.round(top) + y
        if (column < 0 || row < 0 || column >= this.width || row >= this.height) continue
        this.rgba.set([...rgb, opacity], (row * this.width + column) * 4)
      }
  }

  png() {
    return png(this.width, this.height, this.rgba)
  }
}

/** A rounded frame `line` thick around `width` by `height`, as a mask. */
export function frameMask(width, height, line, radius, squeeze = 1) {
  const coverage = new Uint8Array(width * height)
  const distance = (x, y, inset) => {
    const w = width / squeeze / 2 - inset
    const h = height / 2 - inset
    const r = Math.max(0, radius - inset)
    const dx = Math.max(0, Math.abs(x / squeeze - width / squeeze / 2) - (w - r))
    const dy = Math.max(0, Math.abs(y - height / 2) - (h - r))
    return Math.hypot(dx, dy) - r
  }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (distance(x + 0.5, y + 0.5, 0) <= 0 && distance(x + 0.5, y + 0.5, line) > 0) coverage[y * width + x] = 255
  return { width, height, coverage }
}
