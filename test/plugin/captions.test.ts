import { rmSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { CaptionItem, Item, PlayOptions } from "../../src/plugin/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { canAuthor } from "../disc/dvd/support/authored.ts"
import { CAPTION, CLEARED_AT, captionedDvd, SHOWN_AT } from "./support/captioned-dvd.ts"

/*
 * What a viewer with captions on reads, by a title's own session and by the disc's program. The DVD's own form of the words is tested in
 * test/mpeg.
 */

let made: ReturnType<typeof captionedDvd> | null = null
afterAll(() => made !== null && rmSync(made.folder, { recursive: true, force: true }))

async function captionsOf(options: PlayOptions): Promise<{ captions: CaptionItem[]; from: number }> {
  const disc = await openDisc(made?.disc ?? "")
  try {
    const items: Item[] = []
    for await (const item of disc.play(options)) items.push(item)
    const first = items.find((item) => item.type === "discontinuity")
    return { captions: items.filter((item) => item.type === "caption"), from: first?.at ?? 0 }
  } finally {
    await disc.close()
  }
}

describe.skipIf(!canAuthor)("closed captions", () => {
  beforeAll(() => {
    made = captionedDvd()
  }, 60_000)

  test.each([["a title's session", {}] as const, ["the disc's program", { program: true }] as const])("by %s", async (_, how) => {
    const { captions, from } = await captionsOf({ title: 1, ...how })
    const shown = captions.map(({ channel, lines }) => ({ channel, text: lines.map((line) => line.text) }))
    expect(shown).toEqual([
      { channel: 1, text: [CAPTION] },
      { channel: 1, text: [] },
    ])
    const frames = captions.map(({ at }) => Math.round((at - from) / 3003))
    expect(frames[0]).toBe(SHOWN_AT)
    expect(frames[1]).toBe(CLEARED_AT)
  })
})
