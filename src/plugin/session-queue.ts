import { DiscError } from "../base/index.ts"
import type { Item } from "./items.ts"
import type { WatchedItem } from "./session.ts"

/** What a queue asks of its session. */
export type QueueSource = {
  /** Nothing is to be read now: the end was reached, or the session is far enough ahead. */
  readonly waits: () => boolean
  /** Reads on and puts what comes of it into the queue. Errors are told by `fail`. */
  readonly read: () => Promise<void>
  readonly close: () => Promise<void>
}

/** The items of a session on their way to its one puller, and the latest state for its watchers. */
export class SessionQueue {
  readonly #source: QueueSource
  readonly #watchers = new Set<(item: WatchedItem) => void>()
  readonly #latest = new Map<WatchedItem["type"], WatchedItem>()
  #items: Item[] = []
  #closed = false
  #pulling = false
  #error: unknown = null
  #wake: () => void = () => {}
  /** Acts of a person one after another: each finds the session where the last one left it. */
  #acts: Promise<unknown> = Promise.resolve()

  constructor(source: QueueSource) {
    this.#source = source
  }

  /** Behind everything that waits. */
  push(items: readonly Item[]): void {
    for (const item of items) this.#items.push(item)
  }

  /** In front of everything that waits, but behind the beginning of its stretch. */
  unshift(items: readonly Item[]): void {
    const start = this.#items.findLastIndex((item) => item.type === "discontinuity" && item.flush)
    this.#items.splice(start + 1, 0, ...items)
  }

  /** Drops what waits, but for what `keep` says. */
  drop(keep: (item: Item) => boolean = () => false): void {
    this.#items = this.#items.filter(keep)
  }

  /** Somebody acted, or the screen went on: a waiting puller looks again. */
  wake(): void {
    this.#wake()
  }

  /** The puller gets the error, and the session is closed. */
  fail(error: unknown): void {
    this.#error = error
    this.#wake()
  }

  /** Runs a person's act after those before it; `nothing` where the session is closed by then. */
  act<T>(act: () => Promise<T>, nothing: T): Promise<T> {
    const answer = this.#acts.then(() => (this.#closed ? nothing : act()))
    this.#acts = answer.catch(() => {})
    return answer
  }

  async *iterate(): AsyncGenerator<Item> {
    this.#take()
    try {
      for (let batch = await this.#pull(); batch !== null; batch = await this.#pull()) {
        for (const item of batch) {
          yield item
          if (item.type === "end") return
        }
      }
    } finally {
      await this.#source.close()
    }
  }

  async batch(): Promise<readonly Item[] | null> {
    this.#take()
    try {
      return await this.#pull()
    } finally {
      this.#pulling = false
    }
  }

  watch(listener: (item: WatchedItem) => void): () => void {
    this.#watchers.add(listener)
    for (const item of this.#latest.values()) listener(item)
    return () => this.#watchers.delete(listener)
  }

  close(): void {
    this.#closed = true
    this.#items = []
    this.#watchers.clear()
    this.#wake()
  }

  #take(): void {
    if (this.#pulling) throw new DiscError("bad-argument", "a session has one puller; use watch() for a second screen")
    this.#pulling = true
  }

  async #pull(): Promise<readonly Item[] | null> {
    while (!this.#closed) {
      if (this.#error !== null) {
        const error = this.#error
        this.#error = null
        await this.#source.close()
        throw error
      }
      if (this.#items.length > 0) return this.#hand()
      if (this.#source.waits()) await this.#sleep()
      else await this.#source.read()
    }
    return null
  }

  #hand(): readonly Item[] {
    const items = this.#items
    this.#items = []
    for (const item of items) this.#tell(item)
    return items
  }

  #tell(item: Item): void {
    switch (item.type) {
      case "position":
      case "allowed":
      case "streams":
      case "highlight":
      case "still":
        this.#latest.set(item.type, item)
        for (const watcher of this.#watchers) watcher(item)
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
