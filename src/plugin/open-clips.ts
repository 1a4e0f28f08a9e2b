import type { Source } from "../base/index.ts"

/** More than a title's reads use at the same time, far fewer than the files that a system lets one program hold. */
const MAX_OPEN_CLIPS = 32

/** The clips of one title that are open: the one asked for again is not looked up again, the one not asked for longest is closed. */
export class OpenClips<Key> {
  readonly #open: (key: Key) => Promise<Source>
  readonly #clips = new Map<Key, Promise<Source>>()

  constructor(open: (key: Key) => Promise<Source>) {
    this.#open = open
  }

  get(key: Key): Promise<Source> {
    const clip = this.#clips.get(key) ?? this.#open(key)
    // Last in the map's order is what was asked for last.
    this.#clips.delete(key)
    this.#clips.set(key, clip)
    clip.catch(() => this.#clips.delete(key))
    const [oldest] = this.#clips
    if (this.#clips.size > MAX_OPEN_CLIPS && oldest !== undefined) {
      this.#clips.delete(oldest[0])
      void closeWhenOpen(oldest[1])
    }
    return clip
  }

  async close(): Promise<void> {
    const clips = [...this.#clips.values()]
    this.#clips.clear()
    await Promise.all(clips.map(closeWhenOpen))
  }
}

async function closeWhenOpen(clip: Promise<Source>): Promise<void> {
  const source = await clip.catch(() => null)
  await source?.close()
}
