import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { type Disc, type Item, openDisc } from "../../src/core.ts"
import { MemorySource } from "../../src/source/index.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"

const cut = (sample: string, end: number): Promise<Disc> => openDisc(new MemorySource(readFileSync(sample).subarray(0, end), "image"))

async function playAll(disc: Disc, title: number): Promise<Item[]> {
  const items: Item[] = []
  const session = disc.play({ title })
  for await (const item of session) {
    items.push(item)
    if (item.type === "position") session.presented(item.at)
  }
  return items
}

/* Half a download: what is there can be seen. */
describe.each([
  ["DVD", sampleDvd, 7_000_000, 1],
  ["Blu-ray", sampleBluray, 3_000_000, 1],
])("a %s image that was cut off inside a film", (_, sample, end, title) => {
  test("says of each title whether it is scrambled, where it can be told", async () => {
    const disc = await cut(sample, end)
    const { titles } = await disc.scan()
    expect(titles.find(({ number }) => number === title)?.scrambled).toBe(false)
    await disc.close()
  })

  test("plays what is there, and ends with a word", async () => {
    const disc = await cut(sample, end)
    const items = await playAll(disc, title)
    expect(items.filter(({ type }) => type === "packet").length).toBeGreaterThan(100)
    expect(items.filter(({ type }) => type === "warning")).not.toEqual([])
    expect(items.at(-1)?.type).toBe("end")
    await disc.close()
  })

  test("gives the title's file up to there", async () => {
    const disc = await cut(sample, end)
    const file = await disc.openTitle(title)
    expect((await file.read(0, 500_000)).length).toBe(500_000)
    await expect(file.read(file.size - 500_000, 400_000)).rejects.toMatchObject({ code: "read-failed" })
    await disc.close()
  })
})
