// Keys in a player on a screen of its own (Xvfb), measured from outside: a key by XTEST, then the screen's pixels, 60 times a second.
import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { readCode } from "./frame-code.mjs"

const RATE = 60
/** A player that shows nothing for so long shows nothing. */
const MAX_WAIT_MS = 15_000
/** Displays below are people's. */
const [FIRST_DISPLAY, LAST_DISPLAY] = [90, 120]
const NOBODY = 65534

export class Screen {
  #children = []
  #server
  #keys

  /** @returns a screen of `width` by `height` pixels with nothing on it */
  static async open(width, height) {
    for (let number = FIRST_DISPLAY; number <= LAST_DISPLAY; number++) {
      const server = spawn("Xvfb", [`:${number}`, "-screen", "0", `${width}x${height}x24`, "-ac", "-nolisten", "tcp"], { stdio: "ignore" })
      await Promise.race([sleep(1000), new Promise((ended) => server.on("exit", ended))])
      if (server.exitCode === null) return new Screen(server, `:${number}`, width, height)
    }
    throw new Error("Xvfb does not start")
  }

  constructor(server, display, width, height) {
    this.#server = server
    this.display = display
    this.width = width
    this.height = height
    this.#keys = this.spawn("xdotool", ["-"], { stdio: ["pipe", "ignore", "ignore"] })
    // A pointer over a button would select it.
    this.#keys.stdin.write(`mousemove 1 ${height - 1}\n`)
  }

  spawn(program, args, options = {}) {
    const child = spawn(program, args, { stdio: "ignore", ...options, env: { ...process.env, DISPLAY: this.display, ...options.env } })
    this.#children.push(child)
    return child
  }

  /** The moment at which the key went out. */
  press(key) {
    const at = performance.now()
    this.#keys.stdin.write(`key --delay 0 ${key}\n`)
    return at
  }

  /** Calls `onFrame(pixels, at)` with the part's RGB pixels. The result stops it. */
  grab({ x, y, width, height }, onFrame) {
    const args = ["-v", "error", "-fflags", "nobuffer", "-f", "x11grab", "-framerate", RATE, "-draw_mouse", 0]
    const place = ["-video_size", `${width}x${height}`, "-grab_x", x, "-grab_y", y, "-i", this.display]
    const out = ["-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "-flush_packets", 1, "-"]
    const child = this.spawn("ffmpeg", [...args, ...place, ...out].map(String), { stdio: ["ignore", "pipe", "ignore"] })
    const frame = Buffer.alloc(width * height * 3)
    let filled = 0
    child.stdout.on("data", (chunk) => {
      for (let from = 0; from < chunk.length; ) {
        const count = chunk.copy(frame, filled, from, Math.min(chunk.length, from + frame.length - filled))
        from += count
        filled = (filled + count) % frame.length
        if (filled === 0) onFrame(frame, performance.now())
      }
    })
    return () => child.kill()
  }

  async close() {
    for (const child of [...this.#children.toReversed(), this.#server]) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill()
      await Promise.race([new Promise((ended) => child.on("exit", ended)), sleep(2000).then(() => child.kill("SIGKILL"))])
    }
  }
}

/** VLC with nothing but the picture, as large as the disc has it. It refuses to run as root. */
export function startVlc(screen, mrl) {
  const home = mkdtempSync(join(tmpdir(), "opentray-vlc-"))
  chmodSync(home, 0o777)
  const args = ["--intf", "dummy", "--fullscreen", "--no-video-title-show", "--no-osd", "--aout=adummy", "--vout=xcb_x11", mrl]
  const isRoot = process.getuid?.() === 0
  const [program, all] = isRoot ? ["setpriv", [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "vlc", ...args]] : ["vlc", args]
  const child = screen.spawn(program, all, { env: { HOME: home } })
  child.on("exit", () => rmSync(home, { recursive: true, force: true }))
}

/** What the frame code says is on the screen, frame by frame. */
export class CodeReader {
  #waiting = null
  #stop
  /** Title of the last code seen. */
  title = null

  constructor(screen) {
    const height = Math.max(1, Math.floor(screen.height / 96))
    const part = { x: 0, y: Math.floor(screen.height / 192), width: screen.width, height }
    this.#stop = screen.grab(part, (pixels, at) => {
      const line = Uint8Array.from({ length: screen.width }, (_, x) => pixels[3 * (screen.width * (height >> 1) + x) + 1])
      const title = readCode(line)?.title ?? null
      if (title !== null) this.title = title
      if (title !== null && this.#waiting?.isThere(title)) this.#waiting.done(at)
    })
  }

  /** Resolves with the moment at which such a title is seen first; null: not in time. */
  until(isThere, limit = MAX_WAIT_MS) {
    return new Promise((resolve) => {
      const done = (at) => {
        clearTimeout(timer)
        this.#waiting = null
        resolve(at)
      }
      const timer = setTimeout(() => done(null), limit)
      this.#waiting = { isThere, done }
    })
  }

  close() {
    this.#stop()
  }
}

/** Which of two buttons is selected, by the mean colours of both their places; rectangles are the screen's. */
export class HighlightReader {
  #stop
  #latest = null
  #waiting = null

  constructor(screen, first, second) {
    const [x, y] = [Math.min(first.x, second.x), Math.min(first.y, second.y)]
    const width = Math.max(first.x + first.width, second.x + second.width) - x
    const height = Math.max(first.y + first.height, second.y + second.height) - y
    const places = [first, second].map((place) => ({ ...place, x: place.x - x, y: place.y - y }))
    this.#stop = screen.grab({ x, y, width, height }, (pixels, at) => {
      this.#latest = places.flatMap((place) => meanColour(pixels, width, place))
      this.#waiting?.(this.#latest, at)
    })
  }

  /** The mean of what is seen in the next second. */
  async learn() {
    const seen = []
    this.#waiting = (means) => seen.push(means)
    await sleep(1000)
    this.#waiting = null
    if (seen.length === 0) throw new Error("ffmpeg gives no pictures of the screen")
    return seen[0].map((_, i) => seen.reduce((sum, means) => sum + means[i], 0) / seen.length)
  }

  /** Resolves with the moment at which the screen looks more like `to` than like `from`; null: not in time. */
  until(from, to) {
    return new Promise((resolve) => {
      const done = (at) => {
        clearTimeout(timer)
        this.#waiting = null
        resolve(at)
      }
      const timer = setTimeout(() => done(null), MAX_WAIT_MS)
      this.#waiting = (means, at) => distance(means, to) < distance(means, from) && done(at)
    })
  }

  close() {
    this.#stop()
  }
}

export const distance = (a, b) => Math.hypot(...a.map((value, i) => value - b[i]))

function meanColour(pixels, stride, { x, y, width, height }) {
  const sums = [0, 0, 0]
  for (let row = y; row < y + height; row++) {
    for (let at = 3 * (row * stride + x); at < 3 * (row * stride + x + width); at++) sums[at % 3] += pixels[at]
  }
  return sums.map((sum) => sum / (width * height))
}
