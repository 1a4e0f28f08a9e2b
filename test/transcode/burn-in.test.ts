import { writeFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { ticks } from "../../src/base/index.ts"
import type { Bitmap, PlanePicture } from "../../src/graphics/index.ts"
import type { Button, HighlightItem, Item, OverlayItem, OverlayPlane } from "../../src/plugin/items.ts"
import { type ConverterOptions, type OutputItem, openConverter } from "../../src/transcode/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { drawPlane } from "../support/plane.ts"
import { convert, ffmpeg, itemsOf, make, outputs, PLAIN, path, pushAll, read, START } from "./support.ts"

const ON_A_BUSY_MACHINE = 60_000
const BURNING: ConverterOptions = { ...PLAIN, burnIn: true }
const FRAME = 3600
const frameTime = (index: number) => ticks(START + index * FRAME)

/** White letters' like strokes in a black edge, and a half transparent red bar: what subtitles and menus are made of. */
function strokes(x: number, y: number, width: number, height: number): Bitmap {
  const indices = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const inBar = row >= height * 0.75
      indices[row * width + column] = inBar ? 3 : column % 24 < 6 ? 1 : column % 24 < 8 ? 2 : 0
    }
  }
  return { x, y, width, height, indices, palette: Uint8Array.of(0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 220, 30, 30, 128) }
}

const planeOf = (planeWidth: number, planeHeight: number, ...bitmaps: Bitmap[]): PlanePicture => ({ planeWidth, planeHeight, bitmaps })

const overlay = (plane: OverlayPlane, at: number, until: number | null, picture: PlanePicture): OverlayItem => ({
  type: "overlay",
  plane,
  at: frameTime(at),
  until: until === null ? null : frameTime(until),
  picture,
  forced: false,
})

/** State comes ahead of the pictures. */
const withState = (items: readonly Item[], ...state: Item[]): Item[] => [...items.slice(0, 2), ...state, ...items.slice(2)]

let files = 0

/** Pictures as R, G, B bytes. */
function pictures(input: readonly string[], width: number, height: number, filter = "null"): Buffer[] {
  const scale = `${filter},scale=${width}:${height}:flags=bicubic,format=rgb24`
  const raw = ffmpeg(...input, "-an", "-fps_mode", "passthrough", "-vf", scale, "-f", "rawvideo", "-")
  const size = width * height * 3
  return Array.from({ length: Math.floor(raw.length / size) }, (_, index) => raw.subarray(index * size, (index + 1) * size))
}

/** The converted video as a file for FFmpeg. */
function fileOf(out: readonly OutputItem[]): readonly string[] {
  const file = path(`burnt-${files++}.h264`)
  writeFileSync(file, Buffer.concat(outputs(out, "video").map(({ data }) => data)))
  return ["-f", "h264", "-i", file]
}

const decoded = (out: readonly OutputItem[], width: number, height: number): Buffer[] => pictures(fileOf(out), width, height)

/** As FFmpeg lays the plane over the film. */
function overlaid(film: readonly string[], picture: PlanePicture, width: number, height: number): Buffer[] {
  const file = path(`plane-${files++}.rgba`)
  writeFileSync(file, drawPlane(picture))
  const plane = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", `${picture.planeWidth}x${picture.planeHeight}`, "-i", file]
  const graph = `[0:v]scale=${width}:${height}:flags=bicubic[f];[1:v]premultiply=inplace=1,scale=${width}:${height}[p];[f][p]overlay=format=rgb:alpha=premultiplied,format=rgb24`
  const raw = ffmpeg(...film, ...plane, "-an", "-fps_mode", "passthrough", "-filter_complex", graph, "-f", "rawvideo", "-")
  const size = width * height * 3
  return Array.from({ length: Math.floor(raw.length / size) }, (_, index) => raw.subarray(index * size, (index + 1) * size))
}

/** Mean difference as a part of the whole range. */
function difference(a: Buffer | undefined, b: Buffer | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length) return 1
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0))
  return sum / a.length / 255
}

const filmOf = (size: string, seconds = 1) => ["-f", "lavfi", "-i", `testsrc2=s=${size}:r=25:d=${seconds}`]

describe.skipIf(!hasProgram("ffmpeg"))("burn-in", () => {
  // What, the film, its codec, the picture that comes out, the plane over it.
  const cases = [
    ["a sub-picture over MPEG-2 of a DVD, widened to its aspect", "720x576", "mpeg2video", [1024, 576], "subpicture", [720, 576]],
    ["presentation graphics over H.264 of a Blu-ray", "1280x720", "libx264", [1280, 720], "pg", [1920, 1080]],
    ["presentation graphics over full HD made smaller", "1920x1080", "libx264", [1280, 720], "pg", [1920, 1080]],
  ] as const
  test.each(cases)(
    "%s: film plus subtitle at its pictures, the film alone beside them",
    async (_, size, codec, [width, height], plane, [planeWidth, planeHeight]) => {
      const file = make(`film-${size}-${codec}.ts`, ...filmOf(size), "-c:v", codec, "-b:v", "12M", "-f", "mpegts")
      const items = itemsOf(file, { aspect: "16:9" })
      const text = strokes(planeWidth * 0.1, Math.floor(planeHeight * 0.7), planeWidth * 0.8, Math.floor(planeHeight * 0.2))
      const picture = planeOf(planeWidth, planeHeight, text)
      const options: ConverterOptions = { ...BURNING, video: { codecs: ["h264"], maxHeight: height, convertsAll: true } }
      const burnt = decoded(await convert(withState(items, overlay(plane, 8, 16, picture)), options), width, height)
      const film = fileOf(await convert(items, { ...options, burnIn: false }))
      const plain = pictures(film, width, height)
      const expected = overlaid(film, picture, width, height)
      expect(burnt.length).toBe(25)
      for (let index = 0; index < 25; index++) {
        const isOn = index >= 8 && index < 16
        const [own, other] = isOn ? [expected[index], plain[index]] : [plain[index], expected[index]]
        expect(difference(burnt[index], own), `picture ${index}`).toBeLessThan(0.015)
        // The subtitle is no small thing: the test would see it missing.
        expect(difference(burnt[index], other), `picture ${index}`).toBeGreaterThan(0.015)
      }
    },
    ON_A_BUSY_MACHINE,
  )

  test("the planes lie where the same colours lie in the film: edges do not shift and colours do not drift", async () => {
    const file = make("black.vob", "-f", "lavfi", "-i", "color=black:s=720x576:r=25:d=0.4", "-c:v", "mpeg2video", "-q:v", "2", "-f", "dvd")
    const colours = Uint8Array.of(255, 255, 255, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255)
    const bars = planeOf(720, 576, {
      ...{ x: 40, y: 48, width: 640, height: 480, palette: colours },
      indices: Uint8Array.from({ length: 640 * 480 }, (_, at) => Math.floor((at % 640) / 160)),
    })
    const items = withState(itemsOf(file, { aspect: "4:3" }), overlay("subpicture", 0, null, bars))
    const [first] = decoded(await convert(items, BURNING), 768, 576)
    const pixel = (x: number, y: number) => [0, 1, 2].map((channel) => first?.[(y * 768 + x) * 3 + channel] ?? -1)
    // Columns of the plane are 768/720 wide.
    const middles = [120, 280, 440, 600].map((x) => pixel(Math.round((x * 768) / 720), 288))
    for (const [index, colour] of middles.entries()) {
      for (const [channel, value] of colour.entries()) expect(Math.abs(value - (colours[index * 4 + channel] ?? 0))).toBeLessThan(12)
    }
    for (const [x, isIn] of [
      [38, false],
      [46, true],
      [721, true],
      [730, false],
    ] as const) {
      expect(Math.max(...pixel(x, 288)) > 128, `column ${x}`).toBe(isIn)
    }
    for (const [y, isIn] of [
      [45, false],
      [50, true],
      [525, true],
      [531, false],
    ] as const) {
      expect(Math.max(...pixel(400, y)) > 128, `line ${y}`).toBe(isIn)
    }
  })

  test("the selected button has its colours in its rectangle, and the others do not", async () => {
    const file = make("menu.vob", "-f", "lavfi", "-i", "color=black:s=720x576:r=25:d=1", "-c:v", "mpeg2video", "-q:v", "2", "-f", "dvd")
    const [button, other] = [buttonAt(1, 100), buttonAt(2, 400)]
    const plane = planeOf(720, 576, {
      ...{ x: 0, y: 0, width: 720, height: 576, palette: Uint8Array.of(0, 0, 0, 0, 90, 90, 90, 255, 0, 0, 0, 0, 0, 0, 0, 0) },
      indices: Uint8Array.from({ length: 720 * 576 }, (_, at) =>
        at % 720 >= 100 && at % 720 < 200 ? 1 : at % 720 >= 400 && at % 720 < 500 ? 1 : 0,
      ),
    })
    const highlight = (at: number, selected: number): HighlightItem => ({
      ...{ type: "highlight", at: frameTime(at), until: null, planeWidth: 720, planeHeight: 576, buttons: [button, other], selected },
    })
    const items = withState(itemsOf(file, { aspect: "16:9" }), overlay("subpicture", 0, null, plane), highlight(0, 1), highlight(12, 2))
    const shown = decoded(await convert(items, BURNING), 1024, 576)
    const red = (index: number, x: number) => (shown[index]?.[(288 * 1024 + Math.round((x * 1024) / 720)) * 3] ?? 0) > 200
    expect([0, 11, 12, 24].map((index) => [red(index, 150), red(index, 450)])).toEqual([
      [true, false],
      [true, false],
      [false, true],
      [false, true],
    ])
  })

  test(
    "in a still, a change of the planes gives a new picture at once, over the film and not over the last change",
    async () => {
      const file = make("still.vob", ...filmOf("720x576", 1), "-c:v", "mpeg2video", "-q:v", "3", "-f", "dvd")
      const items = itemsOf(file, { aspect: "16:9", audio: false }).filter(({ type }) => type !== "end")
      for (const isLive of [false, true]) {
        const converter = await openConverter({ ...BURNING, video: { codecs: ["h264"], isLive } })
        try {
          const left = planeOf(720, 576, strokes(40, 150, 300, 300))
          const right = planeOf(720, 576, strokes(380, 150, 300, 300))
          await pushAll(converter, [...items, { type: "still", at: frameTime(25), seconds: "until-key" }])
          const video = (pts: number) => (item: OutputItem) => item.type === "packet" && item.stream === "video" && item.pts >= pts
          const out = await read(converter, video(frameTime(isLive ? 25 : 24)))
          const shows = async (picture: PlanePicture) => {
            const last = outputs(out, "video").at(-1)?.pts ?? 0
            await converter.push([{ ...overlay("ig", 25, null, picture) }])
            out.push(...(await read(converter, video(last + 1))))
            return decoded(out, 1024, 576).at(-1)
          }
          const [first, second] = [await shows(left), await shows(right)]
          const still = pictures(["-i", file], 1024, 576)[24]
          const expected = [left, right].map((picture) => overlaid(["-i", file], picture, 1024, 576)[24])
          expect(difference(first, expected[0])).toBeLessThan(0.025)
          expect(difference(second, expected[1])).toBeLessThan(0.025)
          for (const other of [still, first, expected[0]]) expect(difference(second, other)).toBeGreaterThan(0.04)
          await converter.push([{ type: "position", at: frameTime(50), ...NOWHERE }])
          out.push(...(await read(converter, video(frameTime(45)))))
          expect(difference(decoded(out, 1024, 576).at(-1), expected[1])).toBeLessThan(0.025)
          const times = outputs(out, "video").map(({ pts }) => pts)
          expect(times.toSorted((a, b) => a - b)).toEqual(times)
          const inStill = times.filter((time) => time > frameTime(25)).length
          if (isLive) expect(inStill).toBeGreaterThanOrEqual(20)
        } finally {
          await converter.close()
        }
      }
    },
    ON_A_BUSY_MACHINE,
  )

  test(
    "a jump clears the planes, and a converter that dies draws on where it was",
    async () => {
      const file = make("jump.vob", ...filmOf("720x576", 2), "-c:v", "mpeg2video", "-q:v", "3", "-f", "dvd")
      const items = itemsOf(file, { aspect: "16:9", audio: false })
      const text = planeOf(720, 576, strokes(100, 400, 500, 100))
      const converter = await openConverter(BURNING)
      try {
        const streams = items.slice(0, 2)
        const packets = items.slice(2, -1)
        const half = packets.length / 2
        await pushAll(converter, [...streams, overlay("subpicture", 0, null, text), ...packets.slice(0, half)])
        const out = await read(converter, (item) => item.type === "packet" && item.stream === "video" && item.pts >= frameTime(10))
        process.kill(converter.stats.processId ?? 0, "SIGKILL")
        await pushAll(converter, packets.slice(half))
        const ended = read(converter, (item) => item.type === "packet" && item.stream === "video" && item.pts >= frameTime(45))
        out.push(...(await ended))
        expect(converter.stats.restarts).toBe(1)
        const shown = decoded(out, 1024, 576)
        const expected = overlaid(["-i", file], text, 1024, 576)
        const times = outputs(out, "video").map(({ pts }) => (pts - START) / FRAME)
        for (const [index, picture] of times.entries())
          expect(difference(shown[index], expected[picture]), `picture ${picture}`).toBeLessThan(0.02)
        expect(times.at(-1)).toBeGreaterThan(40)

        const shift = 200 * FRAME
        const again = packets.map((item): Item => {
          if (item.type !== "packet") return item
          return {
            ...item,
            pts: item.pts === null ? null : ticks(item.pts + shift),
            dts: item.dts === null ? null : ticks(item.dts + shift),
          }
        })
        const at = ticks(START + shift)
        const [streamsItem] = streams
        if (streamsItem === undefined) throw new Error("no streams")
        await pushAll(converter, [streamsItem, { type: "discontinuity", at, flush: true, showFrom: at }, ...again, { type: "end", at }])
        const behind = await read(converter)
        const film = pictures(["-i", file], 1024, 576)
        const flat = decoded(behind, 1024, 576)
        expect(flat.length).toBeGreaterThan(40)
        for (const [index, picture] of flat.entries()) expect(difference(picture, film[index])).toBeLessThan(0.02)
      } finally {
        await converter.close()
      }
    },
    ON_A_BUSY_MACHINE,
  )
})

const NOWHERE = { domain: "menu", title: null, chapter: null, angle: 1, time: 0, duration: 0 } as const

function buttonAt(number: number, x: number): Button {
  const colours = Uint8Array.of(0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0)
  const around = { up: number, down: number, left: number, right: number, autoAction: false }
  return { number, x, y: 200, width: 100, height: 200, ...around, selectedPalette: colours, activatedPalette: colours }
}
