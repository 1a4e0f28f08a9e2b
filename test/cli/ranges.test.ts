import { expect, test } from "vitest"
import { opentray, samplePath } from "./cli.ts"

/** Processes for each title. `RANGES` sets another number: 125 for each of the 8 titles make 1,000 ranges in all, of minutes. */
const RANGES = Number(process.env.RANGES ?? 8)
const AT_ONCE = 2
const LONGEST = 200_000

const TITLES = [
  ...[1, 2].map((title) => ({ image: "dvd.iso", title }) as const),
  ...[1, 2, 3, 4, 5, 6].map((title) => ({ image: "bluray.iso", title }) as const),
]

/** A linear congruential generator (Numerical Recipes): the same ranges each time. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test.each(TITLES)(
  `${RANGES} random ranges of title $title of $image, each read by a fresh process, equal those of a read in order`,
  { timeout: 60_000 + RANGES * 5000 },
  async ({ image, title }) => {
    const cat = (...range: string[]) => opentray(["cat", samplePath(image), "--title", String(title), ...range])
    const whole = await cat()
    expect(whole.status, whole.stderr).toBe(0)
    const random = generator(title + image.length)
    const ranges = Array.from({ length: RANGES }, () => {
      const first = random(whole.stdout.length)
      return { first, last: first + random(LONGEST) }
    })
    for (let at = 0; at < ranges.length; at += AT_ONCE) {
      await Promise.all(
        ranges.slice(at, at + AT_ONCE).map(async ({ first, last }) => {
          const { status, stdout, stderr } = await cat("--range", `${first}-${last}`)
          expect(status, stderr).toBe(0)
          expect(stdout.equals(whole.stdout.subarray(first, last + 1)), `bytes ${first} to ${last}`).toBe(true)
        }),
      )
    }
  },
)
