/** Where the first two buttons of the samples' first menus are, one above the other: parts of the picture. */
export const FIRST_BUTTONS = {
  "dvd.iso": { left: 0.06, top: 0.455, width: 0.22, height: 0.18 },
  "bluray.iso": { left: 0.06, top: 0.43, width: 0.285, height: 0.164 },
} as const

/** Which of these two has the amber frame of a selected button, from 1, in a picture of nothing but them; null: neither, by far. `stride`: bytes a pixel. */
export function litButton(pixels: ArrayLike<number>, stride: 3 | 4): 1 | 2 | null {
  const amber = [0, 0] as [number, number]
  for (let at = 0; at < pixels.length; at += stride) {
    const [red = 0, green = 0, blue = 0] = [pixels[at], pixels[at + 1], pixels[at + 2]]
    if (red > 190 && green > 130 && green < 225 && blue < 150 && red - blue > 70) amber[at < pixels.length / 2 ? 0 : 1]++
  }
  const [upper, lower] = amber
  if (upper > 2 * lower && upper > 8) return 1
  return lower > 2 * upper && lower > 8 ? 2 : null
}
