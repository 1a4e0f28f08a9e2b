// The same page of 40 animated buttons as in bench-menu-picture.mjs, on its way to the screen: what the host spends on a picture's message, and the
// page on taking and drawing it, in headless Chromium.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium } from "playwright-core"
import { build } from "vite"
import { Warnings } from "../dist/base/index.js"
import { IgDecoder, nextMenuChange, openMenu, renderMenu, runMenu } from "../dist/graphics/index.js"
import { OverlayEncoder } from "../dist/hosts/browser/overlay-message.js"
import { menu } from "./bench-menu-picture.mjs"

const PICTURES = 200
/** The first round of a button's ten pictures goes over the wire; from then on the page has them. */
const FRESH = 10
const SIZE = { width: 1920, height: 1080 }
const GOAL_MS = 4

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const worst = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)]
const said = (values) => `median ${median(values).toFixed(2)} ms, 99 of 100 below ${worst(values).toFixed(2)} ms`
const find = (name) => spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim()

/** Messages of successive pictures, and what each cost the host from the clock's step on. */
function messages() {
  const decoder = new IgDecoder(new Warnings({ strict: true }))
  const [graphics] = menu().flatMap((bytes) => [...decoder.push(bytes, 0)])
  const encoder = new OverlayEncoder()
  let { state } = openMenu({ graphics }, 0)
  const made = []
  const times = []
  for (let at = 0; at < PICTURES; at++) {
    const begun = performance.now()
    state = runMenu({ graphics }, state, nextMenuChange({ graphics }, state), { type: "advance" }).state
    made.push(
      encoder.encode({ type: "overlay", plane: "ig", at: at * 90_000, until: null, picture: renderMenu(graphics, state), forced: true }),
    )
    times.push(performance.now() - begun)
  }
  return { made, times }
}

/** The page's planes as one script. */
async function bundle(folder) {
  const entry = join(import.meta.dirname, "../src/web/player/overlays.ts")
  await build({
    ...{ configFile: false, logLevel: "error" },
    build: { outDir: folder, lib: { entry, formats: ["iife"], name: "planes", fileName: () => "planes.js" } },
  })
  return readFileSync(join(folder, "planes.js"), "utf8")
}

/** Takes and draws each picture in a frame of its own; a pixel read back afterwards makes the browser really draw it. Runs in the page. */
async function drawAll(encoded) {
  const canvas = document.querySelector("canvas")
  const overlays = new window.planes.Overlays(canvas)
  await new Promise((shown) => setTimeout(shown, 200))
  const times = []
  for (const [at, text] of encoded.entries()) {
    const message = Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer
    await new Promise(requestAnimationFrame)
    const begun = performance.now()
    overlays.take(message)
    overlays.draw(at, null)
    const drawn = performance.now()
    const [, , , alpha] = canvas.getContext("2d").getImageData(10, 10, 1, 1).data
    times.push({ script: drawn - begun, whole: performance.now() - begun, alpha })
  }
  return times
}

export async function run() {
  const executablePath = process.env.CHROMIUM ?? (find("chromium") || find("google-chrome"))
  if (executablePath === "") return console.log("ig: Chromium is not installed here")
  const folder = mkdtempSync(join(tmpdir(), "opentray-bench-"))
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] })
  try {
    const { made, times } = messages()
    const page = await browser.newPage({ viewport: SIZE })
    await page.setContent(`<style>body { margin: 0 } canvas { display: block; width: 100vw; height: 100vh }</style><canvas></canvas>`)
    await page.addScriptTag({ content: await bundle(folder) })
    const drawn = await page.evaluate(
      drawAll,
      made.map((bytes) => Buffer.from(bytes).toString("base64")),
    )
    if (drawn.some(({ alpha }) => alpha === 0)) throw new Error("a picture was not drawn")
    const known = drawn.slice(FRESH)
    const script = known.map((one) => one.script)
    console.log(`ig: 40 animated buttons on ${SIZE.width} x ${SIZE.height}, a picture's way to the screen (goal: less than ${GOAL_MS} ms)`)
    console.log(
      `  host, step, bitmaps and message: ${said(times.slice(FRESH))}; while pictures are new ${median(times.slice(0, FRESH)).toFixed(1)} ms`,
    )
    const fresh = drawn.slice(0, FRESH).map((one) => one.whole)
    console.log(
      `  page, taking and drawing: script ${said(script)}; with the pixels ${said(known.map((one) => one.whole))}; new ${median(fresh).toFixed(1)} ms`,
    )
    console.log(
      `  both: median ${(median(times.slice(FRESH)) + median(script)).toFixed(2)} ms, ${(made.at(-1).length / 1024).toFixed(1)} KiB a message`,
    )
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
