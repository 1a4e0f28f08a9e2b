import { execFileSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { hasChromium, Rig } from "../support/browser.ts"
import { madeDisc } from "../support/samples.ts"
import { lookAt, playedPast, Told, watchFrames } from "./watching.ts"

const RATE = 48_000
/** Each bell is struck within 4 ms. */
const STRIKE_SAMPLES = 0.004 * RATE

describe.skipIf(!hasChromium)("a minute in Chromium", () => {
  let rig: Rig
  beforeAll(async () => {
    // Once a machine; the players are not to compete with the encoder.
    for (const name of ["ntsc", "mpeg2"] as const) madeDisc(name)
    rig = await Rig.start()
  }, 600_000)
  afterAll(() => rig?.stop())

  test("film with 3:2 pulldown: picture and sound are in step at the end", async () => {
    const { url } = await rig.serve([madeDisc("ntsc")])
    let told: Told | null = null
    const page = await rig.open(url, {
      before: async (opened) => {
        told = new Told(opened)
        // What the media source is given is what the browser plays: the sound of it, with its own times.
        await opened.addInitScript(() => {
          const given: Uint8Array[] = []
          const add = MediaSource.prototype.addSourceBuffer
          MediaSource.prototype.addSourceBuffer = function (type) {
            const buffer = add.call(this, type)
            if (!type.startsWith("audio")) return buffer
            const append = buffer.appendBuffer
            buffer.appendBuffer = function (data) {
              given.push(new Uint8Array((data as ArrayBuffer).slice(0)))
              append.call(this, data)
            }
            return buffer
          }
          Object.assign(window, { given })
        })
      },
    })
    await playedPast(page, 0.5)
    await watchFrames(page)
    await playedPast(page, 57.5)
    const shot = await lookAt(page)
    const said = (told as Told | null)?.titleTime(shot.currentTime) ?? Number.NaN
    // The frame on the screen is the one of the clock, within one of the film's frames.
    expect(Math.abs((shot.code?.frame ?? -99) - said * (24_000 / 1001))).toBeLessThan(2)

    const base64 = await page.evaluate(async () => {
      const { given } = window as unknown as { given: Uint8Array<ArrayBuffer>[] }
      const bytes = new Uint8Array(await new Blob(given).arrayBuffer())
      let text = ""
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
      return btoa(text)
    })
    const args = ["-v", "error", "-i", "-", "-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar", String(RATE), "-f", "f32le", "-"]
    const raw = execFileSync("ffmpeg", args, { input: Buffer.from(base64, "base64"), maxBuffer: 1 << 30 })
    const samples = new Float32Array(raw.buffer, raw.byteOffset, raw.length >> 2)
    const offset = shot.currentTime - said
    const late = [2, 3, 30, 31, 54, 55, 56].map((second) => strike(samples, second + offset) - second - offset)
    console.log("sound against picture, ms:", late.map((seconds) => Math.round(seconds * 1000)).join(" "))
    for (const seconds of late) expect(Math.abs(seconds)).toBeLessThan(0.04)
  }, 180_000)

  test.each([
    [1, "1080i"],
    [2, "1080p"],
  ])(
    "title %i of the MPEG-2 disc, %s, plays 30 s without waiting after the first second",
    async (title) => {
      const { url } = await rig.serve([madeDisc("mpeg2")])
      const page = await rig.open(`${url}?title=${title}&t=0`, {
        before: (opened) =>
          opened.addInitScript(() => {
            const waits: number[] = []
            document.addEventListener("waiting", ({ target }) => waits.push((target as HTMLVideoElement).currentTime), true)
            Object.assign(window, { waits })
          }),
      })
      await playedPast(page, 31)
      const waits = await page.evaluate(() => (window as unknown as { waits: number[] }).waits)
      const first = 1 + (await page.evaluate(() => document.querySelector("video")?.buffered.start(0) ?? 0))
      expect(waits.filter((time) => time > first)).toEqual([])
      const { width, height } = await page.evaluate(() => {
        const video = document.querySelector("video")
        return { width: video?.videoWidth ?? 0, height: video?.videoHeight ?? 0 }
      })
      console.log(`title ${title}: shown at ${width}x${height}`)
      expect(height).toBeGreaterThanOrEqual(480)
      await page.context().close()
    },
    180_000,
  )
})

/** When the bell near `second` is struck: where the sound is loudest against what went before. */
function strike(samples: Float32Array, second: number): number {
  const power = (from: number, count: number) => {
    let sum = 0
    for (let i = Math.max(0, Math.round(from)); i < from + count; i++) sum += (samples[i] ?? 0) ** 2
    return sum / count
  }
  const window = 0.012 * RATE
  let best = 0
  let at = second
  for (let sample = (second - 0.15) * RATE; sample < (second + 0.15) * RATE; sample += 24) {
    const rise = power(sample, window) - power(sample - window, window)
    if (rise > best) {
      best = rise
      at = (sample - STRIKE_SAMPLES / 2) / RATE
    }
  }
  return at
}
