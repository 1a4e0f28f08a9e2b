/** R, G, B, A, not premultiplied, 0 to 255. */
type Colour = readonly [number, number, number, number]

/** Steps from one colour to the next at an edge: finer ones cannot be told apart. */
const MAX_STEPS = 16
const COLOURS = 256

/** Palette indexes of the steps between two colours. */
export type Ramp = {
  /** `coverage` of the upper colour, 0 to 1. null: nothing of it. */
  indexOf(coverage: number): number | null
}

/** A palette of a background and soft edges between pairs of colours. */
export class Shades {
  readonly palette = new Uint8Array(COLOURS * 4)
  readonly #steps: number
  readonly #most: number
  readonly #ramps = new Map<string, Ramp>()
  #used = 1

  /** `ramps`: how many different pairs of colours there will be. Entry 0 is the background. */
  constructor(background: Colour, ramps: number) {
    this.palette.set(background, 0)
    this.#steps = Math.max(1, Math.min(MAX_STEPS, Math.floor((COLOURS - 1) / Math.max(ramps, 1))))
    this.#most = COLOURS - this.#steps
  }

  /** From `under` to `over`. Where there is no room in the palette for more pairs, the first one asked for. */
  ramp(under: Colour, over: Colour): Ramp {
    const key = `${under} ${over}`
    const known = this.#ramps.get(key)
    if (known !== undefined) return known
    const [first] = this.#ramps.values()
    if (this.#used > this.#most && first !== undefined) return first
    const start = this.#used
    const steps = this.#steps
    for (let step = 1; step <= steps; step++) this.palette.set(mixed(under, over, step / steps), (start + step - 1) * 4)
    this.#used += steps
    const ramp: Ramp = {
      indexOf: (coverage) => {
        const step = Math.round(coverage * steps)
        return step === 0 ? null : start + Math.min(step, steps) - 1
      },
    }
    this.#ramps.set(key, ramp)
    return ramp
  }
}

/** Colours of different opacity are mixed as light: what cannot be seen has no colour. */
function mixed(under: Colour, over: Colour, share: number): Colour {
  const [lower, upper] = [under[3] * (1 - share), over[3] * share]
  const opacity = lower + upper
  if (opacity === 0) return [0, 0, 0, 0]
  const channel = (index: 0 | 1 | 2) => Math.round((under[index] * lower + over[index] * upper) / opacity)
  return [channel(0), channel(1), channel(2), Math.round(opacity)]
}
