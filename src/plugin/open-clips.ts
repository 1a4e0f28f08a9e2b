import type { Source } from "../base/index.ts"

/** More than a title's reads use at the same time, far fewer than the files that a system lets one program hold. */
const MAX_OPEN_CLIPS = 32

/** What is open of something: the one asked for again is not opened again, the one not asked for longest is closed. `null`: there is no such one. */
export class KeptOpen<Key, Opened extends { close(): Promise<void> } | null> {
  readonly #most: number
  readonly #opened = new Map<Key, Promise<Opened>>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: Key, open: () => Promise<Opened>): Promise<Opened> {
    const opened = this.#opened.get(key) ?? open()
    // Last in the map's order is what was asked for last.
    this.#opened.delete(key)
    this.#opened.set(key, opened)
    opened.catch(() => this.#opened.delete(key))
    const [oldest] = this.#opened
    if (this.#opened.size > this.#most && oldest !== undefined) {
      this.#opened.delete(oldest[0])
      void closeWhenOpen(oldest[1])
    }
    return opened
  }

  async close(): Promise<void> {
    const all = [...this.#opened.values()]
    this.#opened.clear()
    await Promise.all(all.map(closeWhenOpen))
  }
}

async function closeWhenOpen(opening: Promise<{ close(): Promise<void> } | null>): Promise<void> {
  const opened = await opening.catch(() => null)
  await opened?.close()
}

/** The clips of one title that are open. */
export class OpenClips<Key> {
  readonly #open: (key: Key) => Promise<Source>
  readonly #clips: KeptOpen<Key, Source>

  constructor(open: (key: Key) => Promise<Source>, most = MAX_OPEN_CLIPS) {
    this.#open = open
    this.#clips = new KeptOpen(most)
  }

  get(key: Key): Promise<Source> {
    return this.#clips.get(key, () => this.#open(key))
  }

  close(): Promise<void> {
    return this.#clips.close()
  }
}
