import { expect, test } from "vitest"
import { ticks } from "../../src/base/index.ts"
import type { TitleReader } from "../../src/plugin/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"

const FRAME = 3753.75

async function withTitle(path: string, number: number, look: (title: TitleReader) => Promise<void>): Promise<void> {
  const disc = await openDisc(path)
  const title = await disc.readTitle(number)
  try {
    await look(title)
  } finally {
    await title.close()
    await disc.close()
  }
}

/** Times of the title's key pictures and how many of the pictures behind each are shown before it, from the video itself. */
async function keyPictures(title: TitleReader): Promise<{ pts: number; leading: number }[]> {
  const keys: { pts: number; leading: number }[] = []
  const steps = await title.steps({})
  for (let step = await steps.step(); step !== null; step = await steps.step()) {
    for (const item of step.items) {
      if (item.type !== "packet" || item.stream !== 0 || item.pts === null) continue
      const last = keys.at(-1)
      if (item.key) keys.push({ pts: item.pts, leading: 0 })
      else if (last !== undefined && item.pts < last.pts) last.leading++
    }
  }
  return keys
}

test.each([1, 2, 3, 4, 5])(
  "the entry points of title %i of the sample Blu-ray are its key pictures, with their decoding times",
  async (number) => {
    await withTitle(sampleBluray, number, async (title) => {
      const entries = (await title.entryPoints()) ?? []
      const keys = (await keyPictures(title)).filter(({ pts }) => pts >= 0)
      const times = await Promise.all(entries.map((entry) => entry.times()))
      expect(times.map((time) => time?.pts)).toEqual(keys.map(({ pts }) => pts))
      for (const [index, { pts, leading }] of keys.entries()) {
        const { time } = entries[index] ?? { time: -1 }
        expect(pts - time).toBeGreaterThanOrEqual(0)
        expect(pts - time).toBeLessThan(512)
        // One picture is held back for reordering, and one for each that is shown before the key picture and decoded behind it.
        expect(Math.round((pts - (times[index]?.dts ?? 0)) / FRAME)).toBe(leading + 1)
      }
      const bytes = entries.reduce((sum, { size }) => sum + size, 0)
      expect(bytes).toBeGreaterThan(0)
    })
  },
)

test("the entry point before a moment of a DVD is not behind it and not far", async () => {
  await withTitle(sampleDvd, 1, async (title) => {
    expect(await title.entryPoints()).toBeNull()
    expect(title.joins).toEqual([8, 18, 28].map((second) => ({ at: ticks(second * 90_000), seamless: true })))
    for (let second = 0; second < 36; second += 1.7) {
      const time = ticks(Math.round(second * 90_000))
      const entry = await title.entryBefore(time)
      expect(entry).toBeLessThanOrEqual(time)
      expect(time - entry).toBeLessThan(90_000)
    }
  })
})

test("the words of a text subtitle, line by line; pictures are none", async () => {
  await withTitle(sampleBluray, 1, async (title) => expect(await title.texts(1)).toBeNull())
  const disc = await openDisc(sampleBluray)
  const number = disc.info.titles.find(({ streams }) => streams.some(({ codec }) => codec === "hdmv_text_subtitle"))?.number ?? 0
  const title = await disc.readTitle(number)
  const texts = (await title.texts(1)) ?? []
  expect(texts.length).toBe(2)
  for (const { start, end, lines } of texts) {
    expect(end).toBeGreaterThan(start)
    expect(lines.join("")).toMatch(/[A-Za-z]/)
  }
  expect(texts).not.toEqual(await title.texts(2))
  await title.close()
  await disc.close()
})
