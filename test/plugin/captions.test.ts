import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { CaptionItem, Item, PlayOptions } from "../../src/plugin/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { canAuthor } from "../disc/dvd/support/authored.ts"
import { a53UserData, EDM, EOC, insertUserData, pac, RCL, text, type Word } from "../support/captions.ts"

/*
 * A DVD whose video carries line 21's words: what a viewer with captions on reads, by a title's own session and by the disc's program. The
 * encoder keeps the words with their pictures (A/53 user data); the DVD's own form is tested in test/mpeg.
 */

const folder = mkdtempSync(join(tmpdir(), "opentray-captions-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: folder, stdio: "ignore", env: { ...process.env, VIDEO_FORMAT: "NTSC" } })
/** One word of field 1 a frame. */
const WORDS: readonly Word[] = [...RCL, ...pac(15, 0), ...text("Good morning."), ...EOC]
const CLEARED_AT = 60

function makeDisc(): void {
  run(
    "ffmpeg",
    "-v",
    "error",
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=720x480:rate=30000/1001:duration=4",
    "-c:v",
    "mpeg2video",
    "-g",
    "15",
    "-bf",
    "2",
    "plain.m2v",
  )
  const { units } = insertUserData(readFileSync(join(folder, "plain.m2v")), {
    picture: (shown) => a53UserData([{ field: 1, word: WORDS[shown] ?? EDM[shown - CLEARED_AT] ?? [0, 0] }]),
  })
  writeFileSync(join(folder, "captioned.m2v"), Buffer.concat(units.map(({ data }) => data)))
  const sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=4"]
  run("ffmpeg", "-v", "error", "-i", "captioned.m2v", ...sound, "-target", "ntsc-dvd", "-a53cc", "1", "-shortest", "title.vob")
  writeFileSync(
    join(folder, "dvd.xml"),
    `<dvdauthor dest="dvd"><vmgm/><titleset><titles><pgc><vob file="title.vob"/></pgc></titles></titleset></dvdauthor>`,
  )
  run("dvdauthor", "-x", "dvd.xml")
}

async function captionsOf(options: PlayOptions): Promise<{ captions: CaptionItem[]; from: number }> {
  const disc = await openDisc(join(folder, "dvd"))
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
  beforeAll(makeDisc, 60_000)

  test.each([["a title's session", {}] as const, ["the disc's program", { program: true }] as const])("by %s", async (_, how) => {
    const { captions, from } = await captionsOf({ title: 1, ...how })
    const shown = captions.map(({ channel, lines }) => ({ channel, text: lines.map((line) => line.text) }))
    expect(shown).toEqual([
      { channel: 1, text: ["Good morning."] },
      { channel: 1, text: [] },
    ])
    // The words take effect with the pictures that bring their last.
    const frames = captions.map(({ at }) => Math.round((at - from) / 3003))
    expect(frames[0]).toBe(WORDS.length - EOC.length)
    expect(frames[1]).toBe(CLEARED_AT)
  })
})
