/** All cached directories together; about 200 bytes each. A Blu-ray has some 3,000 entries, a large DVD-ROM some 50,000. */
const MAX_CACHED_ENTRIES = 100_000

/** Directories by path, the least recently used forgotten first. */
export class DirectoryCache<Directory> {
  readonly #items = new Map<string, { directory: Directory; cost: number }>()
  #cost = 0

  get(path: string): Directory | null {
    const item = this.#items.get(path)
    if (item === undefined) return null
    this.#items.delete(path)
    this.#items.set(path, item)
    return item.directory
  }

  set(path: string, directory: Directory, entries: number): void {
    this.#remove(path)
    // An empty directory takes room too.
    const cost = entries + 1
    this.#items.set(path, { directory, cost })
    this.#cost += cost
    for (const oldest of this.#items.keys()) {
      if (this.#cost <= MAX_CACHED_ENTRIES || this.#items.size === 1) break
      this.#remove(oldest)
    }
  }

  clear(): void {
    this.#items.clear()
    this.#cost = 0
  }

  #remove(path: string): void {
    const item = this.#items.get(path)
    if (item === undefined) return
    this.#items.delete(path)
    this.#cost -= item.cost
  }
}
