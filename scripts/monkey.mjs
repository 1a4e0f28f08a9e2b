// Presses keys, moves the pointer and seeks at random in sessions of whole discs, at speed, and sees that nothing breaks, waits for ever or fills memory.
// `npm run build` first; `npm run monkey -- --help` says how discs are given.
// The same seed gives the same keys; what a disc answers may differ with the moment at which bytes arrive.
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { DiscError, openDisc, ticks } from "../dist/index.js"
import { randomOf } from "./fuzz/mutate.mjs"

const SECOND = 90_000
/** A session that has something to give gives it sooner than this, on a busy machine too. */
const MAX_WAIT_MS = 10_000
const AHEAD_SECONDS = 1
/** What a process may keep more at the end than after the first quarter: caches fill, and the collector takes its time. */
const MAX_GROWTH = 24 * 2 ** 20
/** A session hands out no still in smaller pieces, and no picture before the next one begins. */
const SLACK = SECOND / 4
/** Batches pulled between two keys. */
const MAX_PULLS = 12
/** What ends a session by name: a fault of the disc, a menu that it does not have. */
const NAMED = new Set(["limit", "damaged", "unsupported", "not-found"])

const USAGE = `npm run monkey -- [--keys 20000] [--seed 1] [DISC ...]

DISC is a DVD's or Blu-ray's image or folder; without one the two samples are taken. The keys are shared out among the discs.
Stub discs of real Blu-rays' structures are written with
  node --import ./test/support/typescript-sources.mjs test/plugin/write-stub-discs.ts FOLDER`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keys: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const [keys, seed] = [Number(values.keys), Number(values.seed)]
if (![keys, seed].every(Number.isSafeInteger)) {
  console.error(`--keys and --seed are whole numbers\n\n${USAGE}`)
  process.exit(2)
}
const samples = join(import.meta.dirname, "../samples")
const discs =
  positionals.length > 0 ? positionals.map((path) => resolve(path)) : ["dvd.iso", "bluray.iso"].map((name) => join(samples, name))

/** One session with a screen that follows what it is given, and may be behind it. */
class Screen {
  constructor(session, reports) {
    this.session = session
    this.reports = reports
    this.pending = null
    this.highest = 0
    this.announced = 0
    this.now = 0
    this.holds = false
    this.ended = false
  }

  /** A batch, unless the session rightly waits; false: it waited. */
  async pull() {
    this.pending ??= this.session.batch()
    const rightly = this.holds || this.ended || (this.reports && this.highest >= this.now + AHEAD_SECONDS * SECOND - SLACK)
    let timer
    const late = new Promise((done) => {
      timer = setTimeout(() => done("late"), rightly ? 2 : MAX_WAIT_MS)
    })
    const items = await Promise.race([this.pending, late])
    clearTimeout(timer)
    if (items === "late") {
      if (rightly) return false
      throw new Error(`the session gives nothing and says nothing; handed out to ${this.highest}, on the screen ${this.now}`)
    }
    this.pending = null
    for (const item of items ?? []) this.take(item)
    return items !== null
  }

  take(item) {
    const at = item.type === "packet" ? (item.pts ?? 0) : item.at
    const begins = item.type === "discontinuity" && item.flush
    // Streams may be told right before the stretch that they belong to.
    if (!begins) this.highest = Math.max(this.highest, this.announced)
    this.announced = item.type === "streams" ? at : 0
    if (item.type === "streams") return
    if (begins) {
      if (item.showFrom <= this.highest) throw new Error(`a new stretch begins at ${item.showFrom}, and ${this.highest} was handed out`)
      this.now = item.showFrom
    }
    if (item.type === "still") this.holds = item.seconds === "until-key"
    if (item.type === "packet" || item.type === "discontinuity") this.holds = false
    this.ended = item.type === "end" || (this.ended && item.type !== "discontinuity")
    this.highest = Math.max(this.highest, at)
  }

  /** Time goes on, no further than to what is there. */
  show(share) {
    this.now = Math.max(this.now, Math.min(this.highest, this.now + share * 2 * SECOND))
    if (this.reports && this.now > 0) this.session.presented(ticks(Math.round(this.now)))
  }
}

const COLOURS = ["red", "green", "yellow", "blue"]
const KEYS = [
  "up",
  "down",
  "left",
  "right",
  "enter",
  "enter",
  "enter",
  "next",
  "previous",
  "return",
  "popup",
  "audio",
  "subtitle",
  "angle",
  ...COLOURS,
]
const MENUS = ["root", "title", "audio", "subtitle", "angle", "chapter"]

function act(session, plane, random) {
  const below = (count) => random.below(count)
  switch (below(10)) {
    case 0:
      return session.point(below(plane.width), below(plane.height), below(2) === 0)
    case 1:
      return session.seek(below(random.pick([60, 8000])))
    case 2:
      return session.menu(random.pick(MENUS))
    case 3:
      return session.chapter(1 + below(5))
    case 4:
      return session.select({ audio: 1 + below(2), subtitle: below(3) === 0 ? null : 1 + below(2) })
    case 5:
      return session.press(`digit-${below(10)}`)
    default:
      return session.press(random.pick(KEYS))
  }
}

async function withinTime(answer) {
  let timer
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error("a key is not answered")), MAX_WAIT_MS)
  })
  try {
    return await Promise.race([answer, late])
  } catch (error) {
    // A stream or chapter that is not there: the answer is an error with a name.
    if (error instanceof DiscError && error.code === "not-found") return { outcome: "nothing", flush: false }
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function begin(disc, random) {
  const from = random.pick([
    { from: "first-play" },
    { from: "first-play" },
    { menu: "title" },
    { title: 1 + random.below(disc.info.titles.length), program: true },
  ])
  const screen = new Screen(disc.play({ ...from, aheadSeconds: AHEAD_SECONDS }), random.below(2) === 0)
  await screen.pull()
  return screen
}

const totals = { keys: 0, done: 0, refused: 0, flushed: 0, sessions: 0, named: 0 }
let quarter = 0

function memory() {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

async function monkey(path, count, first) {
  const disc = await openDisc(path)
  const plane = disc.info.kind === "dvd-video" ? { width: 720, height: 576 } : { width: 1920, height: 1080 }
  let screen = null
  for (let number = first; number < first + count; number++) {
    const random = randomOf(seed, number)
    try {
      if (screen === null || screen.ended || random.below(400) === 0) {
        await screen?.session.close()
        screen = await begin(disc, random)
        totals.sessions++
      }
      const pulls = random.below(MAX_PULLS)
      for (let pull = 0; pull < pulls && (await screen.pull()); pull++) screen.show(random.below(100) / 100)
      const { outcome, flush } = await withinTime(act(screen.session, plane, random))
      totals.keys++
      if (outcome in totals) totals[outcome]++
      if (flush) {
        totals.flushed++
        screen.holds = false
        screen.ended = false
      }
    } catch (error) {
      if (!(error instanceof DiscError && NAMED.has(error.code)))
        throw new Error(`${path}, key ${number}: ${error.message}`, { cause: error })
      totals.named++
      screen = null
    }
    if (number === Math.floor(keys / 4)) quarter = memory()
  }
  await screen?.session.close()
  await disc.close()
}

const started = Date.now()
const share = Math.ceil(keys / discs.length)
for (const [index, path] of discs.entries()) await monkey(path, Math.min(share, keys - index * share), index * share)
const growth = memory() - quarter
const { sessions, done, refused, flushed, named } = totals
console.log(
  `${totals.keys} keys on ${discs.length} discs in ${((Date.now() - started) / 1000).toFixed(1)} s: ${done} did something, ${flushed} jumped, ${refused} refused; ` +
    `${sessions} sessions, ${named} ended by a named error; memory after the first quarter grew by ${(growth / 2 ** 20).toFixed(1)} MiB`,
)
if (globalThis.gc !== undefined && growth > MAX_GROWTH) {
  console.error("memory is not flat")
  process.exitCode = 1
}
