// Words under the film as a palette picture: white with a dark outline, soft edges by steps of opacity.
import { lettering } from "../picture/lettering.mjs"

/** In parts of the plane's height. */
const CAPITAL = 38 / 1080
const BASELINE = 985 / 1080
const FACE_STEPS = 4
const OUTLINE_STEPS = 2
const WHITE = 235
const BLACK = 16

/** Entry 0 is see-through; then the outline growing solid, then from outline to white. */
const palette = [
  [BLACK, 128, 128, 0],
  ...Array.from({ length: OUTLINE_STEPS }, (_, i) => [BLACK, 128, 128, Math.round((220 * (i + 1)) / OUTLINE_STEPS)]),
  ...Array.from({ length: FACE_STEPS }, (_, i) => [Math.round(BLACK + ((WHITE - BLACK) * (i + 1)) / FACE_STEPS), 128, 128, 255]),
]

/** `text` centred low on a plane: `{ x, y, width, height, pixels, palette }`. */
export function wordsPicture(text, plane) {
  const capital = plane.height * CAPITAL
  const face = lettering(text, { capital, weight: 0.13 })
  const outline = lettering(text, { capital, weight: 0.36 })
  const { width, height } = outline
  const dx = Math.round((width - face.width) / 2)
  const dy = outline.baseline - face.baseline
  const pixels = new Uint8Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inFace = x >= dx && x < dx + face.width && y >= dy && y < dy + face.height ? face.coverage[(y - dy) * face.width + x - dx] : 0
      const faceStep = Math.round((inFace / 255) * FACE_STEPS)
      const outlineStep = Math.round((outline.coverage[y * width + x] / 255) * OUTLINE_STEPS)
      pixels[y * width + x] = faceStep > 0 ? OUTLINE_STEPS + faceStep : outlineStep
    }
  return {
    x: Math.round((plane.width - width) / 2),
    y: Math.round(plane.height * BASELINE) - outline.baseline,
    width,
    height,
    pixels,
    palette,
  }
}
