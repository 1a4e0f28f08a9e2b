// A key in a disc's menu: until another button is lit, and until the first frame of another menu or title. In the page (headless Chromium) by its own
// clock; then from outside, by the screen's pixels, the page and VLC the same way: what counts there is the ratio.
import { spawnSync } from "node:child_process"
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { chromium } from "playwright-core"
import { highlightOf, openPage, pressArrow, pressJump, selectedIs, untilTitle } from "./bench/menu-page.mjs"
import { CodeReader, distance, HighlightReader, Screen, startVlc } from "./bench/menu-screen.mjs"
import { startPlayer } from "./bench/player.mjs"

const samples = join(import.meta.dirname, "../samples")
/** Even, so that the first button is selected again. */
const PRESSES = 30
const JUMPS = 20
/** A player that leaves so many keys unanswered does not do this. */
const MAX_MISSES = 3
/** A disc's opening, on a machine that has other things to do. */
const MAX_START_MS = 60_000
/** A display frame, and what a jump may take (median, 95 of 100), in ms. */
const GOALS = { frame: 1000 / 60, jump: 150, jump95: 300 }
const CHROMIUM = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]

// samples/README.md: what the pictures of menus say they are. A round of jumps begins and ends at the same button.
const MAIN = 0
const CHAPTERS = 61
const isMain = (title) => title === MAIN
const isFilm = (title) => title > 0 && title < 40
const DISCS = [
  {
    ...{ name: "DVD", file: "dvd.iso", mrl: "dvd", menuKey: "m", screen: [1024, 576] },
    round: [
      { key: "enter", isThere: isFilm },
      { key: "menu", isThere: isMain },
      { before: ["down", "down"], key: "enter", isThere: (title) => title === CHAPTERS },
      { key: "menu", isThere: isMain, after: ["up", "up"] },
    ],
  },
  {
    ...{ name: "Blu-ray", file: "bluray.iso", mrl: "bluray", menuKey: "t", screen: [1920, 1080] },
    round: [
      { key: "enter", isThere: isFilm },
      { key: "menu", isThere: isMain },
    ],
  },
]

const PAGE_KEYS = { enter: "Enter", up: "ArrowUp", down: "ArrowDown" }
/** Over a film, a Blu-ray's M is its pop-up menu. */
const pageKey = ({ menuKey }, key) => (key === "menu" ? menuKey : PAGE_KEYS[key])
const VLC_KEYS = { enter: "Return", menu: "shift+m", up: "Up", down: "Down" }

const WHOLE_SCREEN = ".stage { position: fixed !important; inset: 0; z-index: 9; border-radius: 0 !important }"

const find = (name) => spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim()
/** The share of all values that lies below; what was not seen (NaN) does not count. */
const at = (all, share) => {
  const values = all.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b)
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
}
const median = (values) => at(values, 0.5)
const said = (values) =>
  values === null ? "not measured" : `median ${median(values).toFixed(1)} ms, 95 of 100 below ${at(values, 0.95).toFixed(1)} ms`
/** Not in step with the display or with the player. */
const pause = (least) => sleep(least + Math.random() * 300)

/** Highlights and jumps in the page, by its own clock; and where the disc's buttons lie. */
async function inPage(browser, url, disc) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await openPage(context, url)
  await untilTitle(page, MAIN)
  await selectedIs(page, 1)
  const highlights = []
  while (highlights.length < PRESSES) {
    await pause(200)
    highlights.push(await pressArrow(page, highlights.length % 2 === 0 ? "ArrowDown" : "ArrowUp"))
  }
  const jumps = []
  while (jumps.length < JUMPS) {
    for (const { before = [], key, isThere, after = [] } of disc.round) {
      // A menu's buttons may come a moment behind its first picture.
      if (before.length > 0) await pause(1000)
      for (const arrow of before) await move(page, arrow)
      await pause(1000)
      jumps.push({ key, ...(await pressJump(page, pageKey(disc, key), isThere)) })
      if (after.length > 0) await pause(1000)
      for (const arrow of after) await move(page, arrow)
    }
  }
  await context.close()
  return { highlights, jumps }
}

async function move(page, arrow) {
  await page.keyboard.press(PAGE_KEYS[arrow])
  await sleep(300)
}

/** Where two neighbouring buttons lie on a screen; asked of the page, for all players show the disc at the same places. */
async function buttonPlaces(browser, url, { screen: [width, height] }) {
  const context = await browser.newContext()
  const page = await openPage(context, url)
  await untilTitle(page, MAIN)
  await selectedIs(page, 1)
  const { planeWidth, planeHeight, buttons } = await highlightOf(page)
  await context.close()
  const [h, v] = [width / planeWidth, height / planeHeight]
  const placeOf = ({ x, y, width, height }) => {
    const [left, top] = [Math.ceil(x * h), Math.ceil(y * v)]
    return { x: left, y: top, width: Math.floor(width * h) - 1, height: Math.floor(height * v) - 1 }
  }
  const first = buttons.find(({ number }) => number === 1)
  return [placeOf(first), placeOf(buttons.find(({ number }) => number === first.down))]
}

/** The same from outside: keys and pixels of a screen on which a player shows the disc from its first play on. */
async function onScreen(name, screen, press, { round }, places) {
  const codes = new CodeReader(screen)
  if ((await codes.until(isMain, MAX_START_MS)) === null) throw new Error(`title ${codes.title} is shown instead of the menu`)
  await sleep(2000)
  const highlights = await tried(`${name}, buttons`, highlightsOnScreen(screen, press, places))
  const jumps = await tried(`${name}, jumps`, jumpsOnScreen(press, round, codes))
  codes.close()
  return { highlights, jumps }
}

async function jumpsOnScreen(press, round, codes) {
  const jumps = []
  let misses = 0
  while (jumps.length < JUMPS) {
    for (const { before = [], key, isThere, after = [] } of round) {
      if (before.length > 0) await pause(1000)
      for (const arrow of before) {
        press(arrow)
        await sleep(300)
      }
      await pause(1000)
      const from = press(key)
      const seen = await codes.until(isThere)
      if (seen !== null) jumps.push(seen - from)
      else if (++misses >= MAX_MISSES) throw new Error(`${misses} jumps led nowhere; title ${codes.title} is shown`)
      if (after.length > 0) await pause(1000)
      for (const arrow of after) {
        press(arrow)
        await sleep(300)
      }
    }
  }
  return jumps
}

async function highlightsOnScreen(screen, press, places) {
  const reader = new HighlightReader(screen, ...places)
  try {
    await sleep(1000)
    const looks = [await reader.learn()]
    press("down")
    await sleep(2000)
    looks.push(await reader.learn())
    press("up")
    await sleep(1000)
    if (distance(...looks) < 1) throw new Error("no button changes its colours under a key")
    const highlights = []
    let misses = 0
    for (let selected = 0; highlights.length < PRESSES; selected = 1 - selected) {
      await pause(500)
      const from = press(selected === 0 ? "down" : "up")
      const seen = await reader.until(looks[selected], looks[1 - selected])
      if (seen !== null) highlights.push(seen - from)
      else if (++misses >= MAX_MISSES) throw new Error(`${misses} keys lit no other button`)
    }
    return highlights
  } finally {
    reader.close()
  }
}

async function pageOnScreen(executablePath, folder, url, disc, places) {
  const [width, height] = disc.screen
  const screen = await Screen.open(width, height)
  let context = null
  try {
    // The window that Chromium begins with is the only one without a frame.
    context = await chromium.launchPersistentContext(join(folder, `chromium-${disc.mrl}`), {
      ...{ executablePath, headless: false, viewport: null, env: { ...process.env, DISPLAY: screen.display } },
      args: [...CHROMIUM, "--kiosk", "--window-position=0,0", `--window-size=${width + 1},${height + 1}`],
    })
    const [page] = context.pages()
    await page.goto(url)
    await page.addStyleTag({ content: WHOLE_SCREEN })
    // A window without a window manager has no focus: its keys come from the debugger, which takes a moment longer.
    const press = (key) => {
      const from = performance.now()
      void page.keyboard.press(pageKey(disc, key))
      return from
    }
    return await onScreen("the page on a screen", screen, press, disc, places)
  } finally {
    await context?.close()
    await screen.close()
  }
}

async function vlcOnScreen(path, disc, places) {
  const screen = await Screen.open(...disc.screen)
  try {
    startVlc(screen, `${disc.mrl}://${path}`)
    return await onScreen("VLC", screen, (key) => screen.press(VLC_KEYS[key]), disc, places)
  } finally {
    await screen.close()
  }
}

/** One player that cannot do it does not take the others with it. */
async function tried(name, work) {
  try {
    return await work
  } catch (error) {
    console.log(`  ${name}: ${error instanceof Error ? error.message : error}`)
    return null
  }
}

function report(name, { highlights, jumps }) {
  console.log(`menus: ${name} in the page, ${PRESSES} arrows and ${JUMPS} jumps, from the key event's time`)
  console.log(`  key to the frame with another button lit: ${said(highlights)} (goal: one display frame, ${GOALS.frame.toFixed(1)} ms)`)
  const goal = `goal: ${GOALS.jump} and ${GOALS.jump95} ms`
  console.log(`  key to the first frame of another menu or title: ${said(jumps.map(({ ms }) => ms))} (${goal})`)
  // A Blu-ray's button shows that it was pressed, in pictures of the disc's own, before it acts.
  console.log(
    `  from the moment the disc's program jumps: ${said(jumps.map(({ ms, told, answered }) => ms - Math.max(0, told - answered)))}`,
  )
  const way = [
    ["answer", "answered"],
    ["new stretch told", "told"],
    ["its film in the buffer", "buffered"],
    ["frame", "ms"],
  ]
  for (const key of ["enter", "menu"]) {
    const those = jumps.filter((jump) => jump.key === key)
    const moments = way.map(([what, field]) => `${what} ${median(those.map((jump) => jump[field])).toFixed(0)}`)
    console.log(`  on the way of the ${key} key, medians in ms: ${moments.join(", ")}`)
  }
}

function reportScreen(ours, vlc) {
  for (const [what, field] of [
    ["another button lit", "highlights"],
    ["another menu or title", "jumps"],
  ]) {
    const [own, other] = [ours?.[field] ?? null, vlc?.[field] ?? null]
    const ratio = own === null || other === null ? "no ratio" : `ratio ${(median(own) / median(other)).toFixed(2)}`
    console.log(`  key to ${what} on the screen: ${said(own)}; VLC: ${said(other)}: ${ratio}`)
  }
}

async function measure(browser, executablePath, folder, disc) {
  const path = join(samples, disc.file)
  const player = await startPlayer(path)
  try {
    report(disc.name, await inPage(browser, player.url, disc))
    const missing = ["Xvfb", "xdotool", "ffmpeg"].filter((name) => find(name) === "")
    if (missing.length > 0) return console.log(`  on a screen: ${missing.join(", ")} not installed here`)
    const places = await buttonPlaces(browser, player.url, disc)
    const ours = await tried("the page on a screen", pageOnScreen(executablePath, folder, player.url, disc, places))
    if (find("vlc") === "") console.log("  VLC is not installed here")
    // VLC runs as nobody, who may not read everywhere.
    const copy = join(folder, disc.file)
    copyFileSync(path, copy)
    chmodSync(copy, 0o644)
    const vlc = find("vlc") === "" ? null : await tried("VLC", vlcOnScreen(copy, disc, places))
    reportScreen(ours, vlc)
  } finally {
    player.stop()
  }
}

export async function run() {
  const executablePath = process.env.CHROMIUM ?? (find("chromium") || find("google-chrome"))
  if (executablePath === "") return console.log("menus: Chromium is not installed here")
  const folder = mkdtempSync(join(tmpdir(), "opentray-bench-"))
  chmodSync(folder, 0o755)
  const browser = await chromium.launch({ executablePath, args: CHROMIUM })
  try {
    for (const disc of DISCS) {
      // One disc that cannot be measured does not take the other with it.
      try {
        await measure(browser, executablePath, folder, disc)
      } catch (error) {
        console.log(`menus: ${disc.name}: ${error instanceof Error ? error.message : error}`)
      }
    }
    console.log("menus: mpv has had no disc menus since 0.7: it is not measured")
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
