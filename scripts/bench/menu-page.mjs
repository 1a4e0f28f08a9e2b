// Keys in the page, measured inside it: what a person would see in headless Chromium, and where the time went.
import { readCode } from "./frame-code.mjs"

/** Nothing that takes longer works. */
const MAX_WAIT_MS = 15_000

/** Keeps what the host said and when, when frames came, and when keys were pressed. Runs in the page, before it is loaded. */
function watch() {
  const kept = { base: 0, heard: [], seeks: [], highlight: null, key: 0, awaited: null }
  const now = () => performance.now()
  const Original = WebSocket
  window.WebSocket = class extends Original {
    constructor(...args) {
      super(...args)
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string") return
        const message = JSON.parse(data)
        if (message.type === "base") kept.base = message.time
        if (message.type === "highlight" && message.buttons.length > 0) kept.highlight = message
        if (message.type === "answer" || (message.type === "discontinuity" && message.flush)) kept.heard.push({ at: now(), message })
      })
    }
  }
  addEventListener("keydown", ({ timeStamp }) => (kept.key = timeStamp), true)
  const strip = new OffscreenCanvas(1080, 4).getContext("2d", { willReadFrequently: true })
  const line = (video) => {
    strip.drawImage(video, 0, video.videoHeight / 192, video.videoWidth, video.videoHeight / 96, 0, 0, 1080, 4)
    return [...strip.getImageData(0, 2, 1080, 1).data].filter((_, i) => i % 4 === 1)
  }
  const look = setInterval(() => {
    const video = document.querySelector("video")
    if (video === null) return
    clearInterval(look)
    video.addEventListener("seeking", () => kept.seeks.push(now()))
    const frame = (_, { mediaTime }) => {
      const at = now()
      video.requestVideoFrameCallback(frame)
      kept.awaited?.(at, mediaTime, video)
    }
    video.requestVideoFrameCallback(frame)
  }, 5)
  window.bench = {
    kept,
    line: () => line(document.querySelector("video")),
    /** Resolves with the first frame of the stretch that the next key leads to. */
    jump() {
      kept.heard = []
      kept.seeks = []
      const from = now()
      return new Promise((done) => {
        kept.awaited = (at, mediaTime, video) => {
          const told = kept.heard.findLast(({ message }) => message.type === "discontinuity")
          if (kept.key < from || told === undefined || mediaTime < told.message.showFrom - kept.base - 0.02) return
          kept.awaited = null
          const answer = kept.heard.find(({ message }) => message.type === "answer")
          done({
            ms: at - kept.key,
            ...{ answered: (answer?.at ?? Number.NaN) - kept.key, told: told.at - kept.key },
            ...{ buffered: (kept.seeks.at(-1) ?? Number.NaN) - kept.key, line: line(video) },
          })
        }
      })
    },
    /** Resolves when the canvas shows the button that this arrow leads to in other pixels than before. */
    highlight(arrow) {
      const canvas = document.querySelector("canvas.overlay")
      const { buttons, planeWidth, planeHeight } = kept.highlight
      const { x, y, width, height } = buttons.find(
        ({ number }) => number === buttons.find((one) => one.number === Number(canvas.dataset.selected))[arrow],
      )
      const [h, v] = [canvas.width / planeWidth, canvas.height / planeHeight]
      const context = canvas.getContext("2d")
      const pixels = () => context.getImageData(x * h, y * v, width * h, height * v).data
      const before = pixels()
      const from = now()
      return new Promise((done) => {
        const frame = () => {
          const after = kept.key < from ? before : pixels()
          if (after.some((value, i) => value !== before[i])) done(now() - kept.key)
          else requestAnimationFrame(frame)
        }
        // Asked for behind the page's own drawing, it is called behind it in each frame.
        setTimeout(() => requestAnimationFrame(frame))
      })
    },
  }
}

/** A page that plays the disc at `url` from its first play on. */
export async function openPage(context, url) {
  const page = await context.newPage()
  await page.addInitScript(watch)
  await page.goto(url)
  await page.waitForFunction(() => document.querySelector("video")?.videoWidth > 0, undefined, { timeout: 60_000 })
  return page
}

async function within(work, what) {
  let timer
  const late = new Promise((_, failed) => {
    timer = setTimeout(() => failed(new Error(`${what}: nothing within ${MAX_WAIT_MS} ms`)), MAX_WAIT_MS)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** Waits until a picture of this title (menus have such numbers) is shown. */
export async function untilTitle(page, title) {
  const until = Date.now() + 3 * MAX_WAIT_MS
  let code = null
  while (Date.now() < until) {
    code = readCode(Uint8Array.from(await page.evaluate(() => window.bench.line())))
    if (code?.title === title) return
    await page.waitForTimeout(50)
  }
  const state = await page.evaluate(() => {
    const { currentTime, paused, seeking, readyState, buffered } = document.querySelector("video")
    const ends = Array.from({ length: buffered.length }, (_, i) => buffered.end(i))
    return JSON.stringify({ currentTime, paused, seeking, readyState, ends, status: document.querySelector(".stage").dataset.status })
  })
  throw new Error(`the page shows title ${code?.title}, not ${title}: ${state}`)
}

export const selectedIs = (page, number) =>
  page.waitForSelector(`canvas.overlay[data-selected="${number}"]`, { state: "attached", timeout: MAX_WAIT_MS })

/** The buttons on the screen, as the host told them. */
export const highlightOf = (page) => page.evaluate(() => window.bench.kept.highlight)

/** Milliseconds from an arrow's key event to the animation frame whose canvas shows the other button. */
export async function pressArrow(page, key) {
  const arrow = key.replace("Arrow", "").toLowerCase()
  await page.evaluate((name) => void Object.assign(window, { pending: window.bench.highlight(name) }), arrow)
  await page.keyboard.press(key)
  return within(
    page.evaluate(() => window.pending),
    key,
  )
}

/** Milliseconds from a key event to the first frame of what it leads to, with the moments on the way. */
export async function pressJump(page, key, isThere) {
  await page.evaluate(() => void Object.assign(window, { pending: window.bench.jump() }))
  await page.keyboard.press(key)
  const { line, ...times } = await within(
    page.evaluate(() => window.pending),
    key,
  )
  const code = readCode(Uint8Array.from(line))
  if (!isThere(code?.title)) throw new Error(`${key} led to title ${code?.title}`)
  return times
}
