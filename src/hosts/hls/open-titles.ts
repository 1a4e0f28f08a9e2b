import { DiscError } from "../../base/index.ts"
import type { HostContext } from "../host.ts"
import type { ConverterPool } from "./converter-pool.ts"
import { HlsTitle, type VideoPlan } from "./hls-title.ts"

/** More than people watch at once; the one asked for longest ago is closed. */
const MAX_TITLES = 16
/** A title that nothing is read of is closed, and its disc let go; opening it again costs no more than its tables, for what was found out is kept. */
const IDLE_MS = 5_000
/** Plans that are kept: some tens of kilobytes each. */
const MAX_PLANS = 200

type Opened = { readonly title: Promise<HlsTitle>; users: number; idle: NodeJS.Timeout | null; readonly close: () => Promise<void> }

/** The titles that are being watched. */
export class OpenTitles {
  readonly #context: HostContext
  readonly #pool: ConverterPool
  readonly #opened = new Map<string, Opened>()
  readonly #plans = new Map<string, VideoPlan>()
  readonly #unwatch: () => void

  constructor(context: HostContext, pool: ConverterPool) {
    this.#context = context
    this.#pool = pool
    this.#unwatch = context.watch(() => this.#forgetGone())
  }

  /** The title stays open until `work` is done. @throws DiscError `not-found`, what opening disc and title throws, and what `work` throws */
  async use<T>(disc: string, number: number, work: (title: HlsTitle) => T | Promise<T>): Promise<T> {
    const key = `${disc}/${number}`
    const opened = this.#opened.get(key) ?? this.#open(disc, number)
    this.#opened.delete(key)
    this.#opened.set(key, opened)
    opened.users++
    if (opened.idle !== null) clearTimeout(opened.idle)
    this.#closeOldest()
    try {
      return await work(await opened.title)
    } finally {
      opened.users--
      if (opened.users === 0) opened.idle = setTimeout(() => void this.#close(key), IDLE_MS).unref()
    }
  }

  async close(): Promise<void> {
    this.#unwatch()
    await Promise.all([...this.#opened.keys()].map((key) => this.#close(key)))
  }

  #closeOldest(): void {
    if (this.#opened.size <= MAX_TITLES) return
    const oldest = [...this.#opened].find(([, { users }]) => users === 0)
    if (oldest === undefined) throw new DiscError("limit", `${MAX_TITLES} titles are being made for players already; try again`)
    void this.#close(oldest[0])
  }

  #open(disc: string, number: number): Opened {
    const key = `${disc}/${number}`
    const listed = this.#context.find(disc)
    if (listed === null) throw new DiscError("not-found", "there is no such disc here")
    if (!listed.info.titles.some((title) => title.number === number)) throw new DiscError("not-found", `the disc has no title ${number}`)
    const held = listed.hold()
    const title = held.then(async ({ disc: open }) => {
      const opened = await HlsTitle.open(await open.readTitle(number), this.#pool, this.#plans.get(key) ?? null)
      this.#plans.set(key, opened.plan)
      const [oldest] = this.#plans.keys()
      if (this.#plans.size > MAX_PLANS && oldest !== undefined) this.#plans.delete(oldest)
      return opened
    })
    const close = async () => {
      await title.then((opened) => opened.close()).catch(() => {})
      await held.then(({ release }) => release()).catch(() => {})
    }
    title.catch(() => this.#close(key))
    return { title, close, users: 0, idle: null }
  }

  #forgetGone(): void {
    const isGone = (key: string) => this.#context.find(key.slice(0, key.lastIndexOf("/"))) === null
    for (const key of this.#plans.keys()) if (isGone(key)) this.#plans.delete(key)
    for (const key of this.#opened.keys()) if (isGone(key)) void this.#close(key)
  }

  async #close(key: string): Promise<void> {
    const opened = this.#opened.get(key)
    if (opened === undefined) return
    this.#opened.delete(key)
    if (opened.idle !== null) clearTimeout(opened.idle)
    await opened.close()
  }
}
