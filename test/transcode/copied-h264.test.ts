import { spawnSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Disc } from "../../src/plugin/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { VideoCopy } from "../../src/transcode/copy.ts"
import { sampleBluray } from "../support/samples.ts"

/** Pictures looked at behind each entry point: a group and a half, so that its own orders come up. */
const PICTURES = 36

/** What FFmpeg says when it decodes this and forgives nothing, as Chromium's does. */
function complaints(units: readonly Uint8Array[]): string {
  const args = ["-v", "error", "-threads", "1", "-err_detect", "explode", "-f", "h264", "-i", "-", "-f", "null", "-"]
  return spawnSync("ffmpeg", args, { input: Buffer.concat(units), encoding: "utf8" }).stderr
}

describe("copied H.264 that begins at a key picture without an IDR", () => {
  let disc: Disc
  beforeAll(async () => {
    disc = await openDisc(sampleBluray)
  })
  afterAll(() => disc?.close())

  async function from(time: number): Promise<{ readonly copied: Uint8Array[]; readonly plain: Uint8Array[] }> {
    const copied: Uint8Array[] = []
    const plain: Uint8Array[] = []
    let copy: VideoCopy | null = null
    for await (const item of disc.play({ title: 1, time })) {
      if (item.type === "streams") {
        const video = item.streams.find(({ kind }) => kind === "video")
        if (video !== undefined) copy ??= new VideoCopy(video, "h264")
      }
      if (item.type !== "packet" || item.stream !== 0 || copy === null) continue
      plain.push(item.data)
      for (const output of copy.push(item)) if (output.type === "packet") copied.push(output.data)
      if (plain.length >= PICTURES) break
    }
    return { copied, plain }
  }

  test("a decoder that forgives nothing has nothing to say, wherever a viewer comes in", async () => {
    let plainFailures = 0
    for (let time = 1.1; time < 18.5; time += 0.8) {
      const { copied, plain } = await from(time)
      if (complaints(plain) !== "") plainFailures++
      expect(complaints(copied), `from ${time} s`).toBe("")
      expect(copied.length).toBeGreaterThan(PICTURES - 8)
    }
    // As the disc has them, some of these places are damage to such a decoder: else this test would show nothing.
    expect(plainFailures).toBeGreaterThan(0)
  })

  test("from an IDR picture the slices stay as they are", async () => {
    const { copied, plain } = await from(0)
    expect(complaints(copied)).toBe("")
    expect(copied.length).toBe(plain.length)
    expect(copied.slice(1, 20)).toEqual(plain.slice(1, 20))
  })
})
