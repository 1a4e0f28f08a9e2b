import { type ChildProcess, spawn } from "node:child_process"
import { join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")
const SOURCES = join(root, "test/support/typescript-sources.mjs")

/** Says on a signal, on a pipe of its own, what holds the process: kinds of resources, files and sockets, processes. */
const REPORT = `data:text/javascript,${encodeURIComponent(`
import { readdirSync, readFileSync, readlinkSync, writeSync } from "node:fs"
process.on("SIGUSR2", () => {
  globalThis.gc?.()
  const files = readdirSync("/proc/self/fd").flatMap((fd) => {
    try { return [readlinkSync("/proc/self/fd/" + fd).replace(/\\d+/g, "")] } catch { return [] }
  })
  const children = readFileSync("/proc/self/task/" + process.pid + "/children", "utf8").trim().split(" ").filter(Boolean).length
  writeSync(3, JSON.stringify({ resources: process.getActiveResourcesInfo(), files, children, rss: process.memoryUsage.rss() }) + "\\n")
})`)}`

/** What a server's process holds at a moment. `children`: processes, its converters; `rss` in bytes. */
export type Held = {
  readonly resources: readonly string[]
  readonly files: readonly string[]
  readonly children: number
  readonly rss: number
}

/** `opentray serve` as a process of its own: from the sources, or as it is built, where memory is measured that translating them would take. */
export class Serving {
  readonly child: ChildProcess
  #said = ""
  #complained = ""
  #reports = ""

  /** `cache`: what stands for the user's cache folder. */
  constructor(args: readonly string[], cache: string, from: "sources" | "build" = "sources") {
    const program = from === "build" ? [join(root, "dist/cli/main.js")] : ["--import", SOURCES, join(root, "src/cli/main.ts")]
    this.child = spawn(process.execPath, ["--expose-gc", "--import", REPORT, ...program, "serve", ...args], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      env: { ...process.env, XDG_CACHE_HOME: cache },
    })
    this.child.stdout?.on("data", (chunk) => {
      this.#said += chunk
    })
    this.child.stderr?.on("data", (chunk) => {
      this.#complained += chunk
    })
    this.child.stdio[3]?.on("data", (chunk) => {
      this.#reports += chunk
    })
  }

  get said(): string {
    return this.#said
  }

  get stderr(): string {
    return this.#complained
  }

  /** Resolves with the page's address once it is printed. */
  async url(): Promise<string> {
    for (;;) {
      const url = /http:\/\/localhost:\d+\//.exec(this.#said)?.[0]
      if (url !== undefined) return url
      if (this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode}: ${this.#complained}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  ended(): Promise<number | null> {
    if (this.child.exitCode !== null) return Promise.resolve(this.child.exitCode)
    return new Promise((done) => this.child.on("close", (code) => done(code)))
  }

  async held(): Promise<Held> {
    this.#reports = ""
    this.child.kill("SIGUSR2")
    while (!this.#reports.endsWith("\n")) await new Promise((resolve) => setTimeout(resolve, 20))
    return JSON.parse(this.#reports) as Held
  }
}
