import { DiscError } from "../../base/index.ts"
import type { HostContext } from "../host.ts"
import { HlsTitle, type Pools } from "./hls-title.ts"

/** More than people watch at once; the one asked for longest ago is closed. */
const MAX_TITLES = 16
/** A title that nobody asks anything of is closed, and its disc let go; a player asks at least each few segments. */
const IDLE_MS = 30_000

type Opened = { readonly title: Promise<HlsTitle>; idle: NodeJS.Timeout; readonly close: () => Promise<void> }

/** The titles that are being watched. */
export class OpenTitles {
  readonly #context: HostContext
  readonly #pools: Pools
  readonly #opened = new Map<string, Opened>()
  readonly #unwatch: () => void

  constructor(context: HostContext, pools: Pools) {
    this.#context = context
    this.#pools = pools
    this.#unwatch = context.watch(() => this.#forgetGone())
  }

  /** @throws DiscError `not-found`, and what opening disc and title throws */
  get(disc: string, number: number): Promise<HlsTitle> {
    const key = `${disc}/${number}`
    const opened = this.#opened.get(key) ?? this.#open(disc, number)
    this.#opened.delete(key)
    this.#opened.set(key, opened)
    clearTimeout(opened.idle)
    opened.idle = this.#idleTimer(key)
    const [oldest] = this.#opened.keys()
    if (this.#opened.size > MAX_TITLES && oldest !== undefined) this.#close(oldest)
    return opened.title
  }

  async close(): Promise<void> {
    this.#unwatch()
    await Promise.all([...this.#opened.keys()].map((key) => this.#close(key)))
  }

  #open(disc: string, number: number): Opened {
    const key = `${disc}/${number}`
    const listed = this.#context.find(disc)
    if (listed === null) throw new DiscError("not-found", "there is no such disc here")
    if (!listed.info.titles.some((title) => title.number === number)) throw new DiscError("not-found", `the disc has no title ${number}`)
    const held = listed.hold()
    const title = held.then(async ({ disc: open }) => HlsTitle.open(await open.readTitle(number), this.#pools))
    const close = async () => {
      await title.then((opened) => opened.close()).catch(() => {})
      await held.then(({ release }) => release()).catch(() => {})
    }
    title.catch(() => this.#close(key))
    return { title, close, idle: this.#idleTimer(key) }
  }

  #idleTimer(key: string): NodeJS.Timeout {
    return setTimeout(() => void this.#close(key), IDLE_MS).unref()
  }

  #forgetGone(): void {
    for (const key of this.#opened.keys()) if (this.#context.find(key.slice(0, key.lastIndexOf("/"))) === null) void this.#close(key)
  }

  async #close(key: string): Promise<void> {
    const opened = this.#opened.get(key)
    if (opened === undefined) return
    this.#opened.delete(key)
    clearTimeout(opened.idle)
    await opened.close()
  }
}
