// From the page's address to the first frame on it, in headless Chromium, against a plain page whose <video> plays a ready MP4 of the same film.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium } from "playwright-core"
import { main, startPlayer } from "./bench/player.mjs"

const samples = join(import.meta.dirname, "../samples")
const ROUNDS = 5
/** A page that shows nothing in half a minute does not work. */
const MAX_WAIT_MS = 30_000

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const find = (name) => spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim()

/** Milliseconds from the navigation's start. Runs in the page. */
function watchFirstFrame() {
  window.firstFrame = new Promise((done) => {
    const look = setInterval(() => {
      const video = document.querySelector("video")
      if (video === null) return
      clearInterval(look)
      video.requestVideoFrameCallback(() => done(performance.now()))
    }, 5)
  })
}

async function firstFrame(browser, url) {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.addInitScript(watchFirstFrame)
    await page.goto(url)
    return await Promise.race([
      page.evaluate(() => window.firstFrame),
      new Promise((_, failed) => setTimeout(() => failed(new Error(`no frame within ${MAX_WAIT_MS} ms at ${url}`)), MAX_WAIT_MS).unref()),
    ])
  } finally {
    await context.close()
  }
}

/** A page with nothing but a video on it. */
async function plainPage(folder) {
  const film = join(folder, "title.m2ts")
  const mp4 = join(folder, "title.mp4")
  execFileSync("sh", ["-c", `"${process.execPath}" "${main}" cat "${join(samples, "bluray.iso")}" --title 1 > "${film}"`])
  execFileSync("ffmpeg", [
    "-v",
    "error",
    "-i",
    film,
    "-map",
    "0:v",
    "-map",
    "0:a:0",
    "-c:v",
    "copy",
    "-c:a",
    "aac",
    "-movflags",
    "+faststart",
    mp4,
  ])
  const bytes = readFileSync(mp4)
  const server = createServer((request, response) => {
    if (request.url === "/") response.writeHead(200, { "Content-Type": "text/html" }).end("<video src=film.mp4 autoplay muted></video>")
    else response.writeHead(200, { "Content-Type": "video/mp4", "Content-Length": bytes.length }).end(bytes)
  })
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening))
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() }
}

async function measure(browser, { url, stop }) {
  try {
    await firstFrame(browser, url)
    const times = []
    for (let round = 0; round < ROUNDS; round++) times.push(await firstFrame(browser, url))
    return median(times)
  } finally {
    stop()
  }
}

export async function run() {
  const executablePath = process.env.CHROMIUM ?? (find("chromium") || find("google-chrome"))
  if (executablePath === "" || find("ffmpeg") === "") {
    console.log("first frame: Chromium or ffmpeg is not installed here")
    return
  }
  const folder = mkdtempSync(join(tmpdir(), "opentray-bench-"))
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
  })
  try {
    const plain = await measure(browser, await plainPage(folder))
    console.log(`first frame: a plain page with a ready MP4 ${Math.round(plain)} ms`)
    for (const [name, what] of [
      ["bluray.iso", "H.264 copied"],
      ["dvd.iso", "MPEG-2 converted"],
    ]) {
      const own = await measure(browser, await startPlayer(join(samples, name), "--film"))
      console.log(`first frame: ${name} (${what}) ${Math.round(own)} ms: ratio ${(own / plain).toFixed(2)}`)
    }
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
