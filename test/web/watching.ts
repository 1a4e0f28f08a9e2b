import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Page } from "playwright-core"
import type { HostMessage } from "../../src/hosts/browser/protocol.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { until } from "../support/browser.ts"
import { type FrameCode, readFrameCode } from "../support/frame-code.ts"

type Of<T extends HostMessage["type"]> = Extract<HostMessage, { type: T }>

/** What the host told the page: enough to say which moment of the title `currentTime` is. */
export class Told {
  readonly messages: HostMessage[] = []

  /** Listen before the page is loaded. */
  constructor(page: Page) {
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (typeof payload === "string") this.messages.push(JSON.parse(payload) as HostMessage)
      }),
    )
  }

  of<T extends HostMessage["type"]>(type: T): Of<T>[] {
    return this.messages.filter((message): message is Of<T> => message.type === type)
  }

  /** Seconds since the title's start. */
  titleTime(currentTime: number): number {
    const feedTime = currentTime + (this.of("base").at(-1)?.time ?? Number.NaN)
    const position = this.of("position").findLast(({ at }) => at <= feedTime + 0.01)
    return position === undefined ? Number.NaN : position.time + feedTime - position.at
  }
}

export type Shot = {
  readonly pixels: Buffer
  readonly width: number
  readonly height: number
  readonly code: FrameCode | null
  readonly currentTime: number
}

/** Keeps the media time of the frame that is on the screen; to be called before the first look. */
export async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const video = document.querySelector("video")
    const note = (_: number, { mediaTime }: VideoFrameCallbackMetadata) => {
      Object.assign(window, { shown: mediaTime })
      video?.requestVideoFrameCallback(note)
    }
    video?.requestVideoFrameCallback(note)
  })
}

/** Stops the picture and looks at it, without what lies above it. */
export async function lookAt(page: Page): Promise<Shot> {
  await page.addStyleTag({ content: ".controls, .big-play, .spinner { display: none !important } .stage { border-radius: 0 !important }" })
  await page.evaluate(() => document.querySelector("video")?.pause())
  await until(page, () => document.querySelector("video")?.seeking === false)
  // A loaded machine paints the frame a good while after it was found.
  await page.waitForFunction(
    () => {
      const [video, { shown = -1 }] = [document.querySelector("video"), window as { shown?: number }]
      return video !== null && shown > video.currentTime - 0.1 && shown <= video.currentTime + 0.05
    },
    undefined,
    { timeout: 30_000, polling: 50 },
  )
  await page.waitForTimeout(100)
  const png = await page.locator("video").screenshot()
  const currentTime = await page.evaluate(() => document.querySelector("video")?.currentTime ?? -1)
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const pixels = ffmpeg(["-f", "png_pipe", "-i", "-", ...RGB], png)
  return { pixels, width, height, code: readFrameCode(pixels, width, height), currentTime }
}

const RGB = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]

function ffmpeg(args: readonly string[], input?: Buffer): Buffer {
  return execFileSync("ffmpeg", ["-v", "error", "-nostdin", ...args], { maxBuffer: 1 << 30, ...(input === undefined ? {} : { input }) })
}

/** Frame `number` of a title as FFmpeg decodes it from the disc, scaled. */
export async function sourceFrame(image: string, title: number, number: number, { width, height }: Shot): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "opentray-frame-"))
  const disc = await openDisc(image)
  try {
    const file = await disc.openTitle(title)
    writeFileSync(join(folder, "title"), await file.read(0, file.size))
    const pick = `select=eq(n\\,${number}),scale=${width}:${height}:flags=bilinear`
    return ffmpeg(["-i", join(folder, "title"), "-map", "0:v:0", "-vf", pick, "-frames:v", "1", ...RGB])
  } finally {
    await disc.close()
    rmSync(folder, { recursive: true })
  }
}

/** Peak signal to noise ratio in dB. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  let squares = 0
  for (let i = 0; i < a.length; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2
  return 10 * Math.log10((255 ** 2 * a.length) / squares)
}

/** Begins to listen to the video element; `loudest` then gives the strongest frequency. */
export async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const video = document.querySelector("video")
    if (video === null) throw new Error("no video")
    const context = new AudioContext()
    const analyser = new AnalyserNode(context, { fftSize: 16_384, smoothingTimeConstant: 0.3 })
    context.createMediaElementSource(video).connect(analyser).connect(context.destination)
    Object.assign(window, { analyser })
  })
}

/** In Hz, between 150 and 1000. */
export function loudest(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { analyser } = window as unknown as { analyser: AnalyserNode }
    const spectrum = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(spectrum)
    const width = analyser.context.sampleRate / analyser.fftSize
    let best = Math.ceil(150 / width)
    for (let bin = best; bin < 1000 / width; bin++) if ((spectrum[bin] ?? 0) > (spectrum[best] ?? 0)) best = bin
    return (spectrum[best] ?? -200) < -100 ? 0 : best * width
  })
}

/** Waits until the strongest frequency is this one, within what the spectrum can tell. */
export async function untilTone(page: Page, hertz: number): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (Math.abs((await loudest(page)) - hertz) < 5) return
    await page.waitForTimeout(100)
  }
  throw new Error(`heard ${await loudest(page)} Hz, not ${hertz}`)
}

export const playedPast = (page: Page, seconds: number): Promise<unknown> =>
  page.waitForFunction((least) => (document.querySelector("video")?.currentTime ?? 0) > least, seconds, { timeout: 90_000, polling: 50 })

/** Pixels of the subtitle canvas that are not see-through. */
export const subtitlePixels = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("canvas.overlay")
    const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray()
    let count = 0
    for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 0) count++
    return count
  })

/** What the picture on the screen says it is, while it plays. */
export async function codeSeen(page: Page): Promise<FrameCode | null> {
  const png = await page.locator("video").screenshot()
  return readFrameCode(ffmpeg(["-f", "png_pipe", "-i", "-", ...RGB], png), png.readUInt32BE(16), png.readUInt32BE(20))
}

/** Waits until a picture of a title (menus have such numbers too) is on the screen; `angle`: of this angle. */
export async function untilSeen(page: Page, title: number, angle?: number): Promise<FrameCode> {
  const until = Date.now() + 45_000
  let code: FrameCode | null = null
  while (Date.now() < until) {
    code = await codeSeen(page)
    if (code?.title === title && (angle === undefined || code.angle === angle)) return code
    await page.waitForTimeout(50)
  }
  throw new Error(`saw ${JSON.stringify(code)}, not title ${title}${angle === undefined ? "" : `, angle ${angle}`}`)
}

/** Waits until the disc's button of this number wears the highlight. */
export const untilSelected = (page: Page, number: number): Promise<void> =>
  page.waitForSelector(`canvas.overlay[data-selected="${number}"]`, { state: "attached" }).then(() => {})

/** Counts what the page plays through; to be called before it is loaded. */
export const countMediaSources = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const made = { sources: 0, buffers: 0 }
    const Original = MediaSource
    Object.assign(window, {
      made,
      MediaSource: class extends Original {
        constructor() {
          super()
          made.sources++
        }
        override addSourceBuffer(type: string): SourceBuffer {
          made.buffers++
          return super.addSourceBuffer(type)
        }
      },
    })
  })

export const mediaSources = (page: Page): Promise<{ readonly sources: number; readonly buffers: number }> =>
  page.evaluate(() => (window as unknown as { made: { sources: number; buffers: number } }).made)
