import { randomUUID } from "node:crypto"
import { DiscError, type Source } from "../base/index.ts"
import type { ListedDisc } from "../hosts/host.ts"
import type { Disc } from "../plugin/index.ts"
import type { Folder } from "../source/index.ts"

/** Discs opened from pages that a server holds at once; the one opened first goes when another comes. */
const MAX_DISCS = 16

/** Of the fingerprint in an id: addresses last from one start to the next. */
const ID_LENGTH = 16

/** How the server opens a disc: by path or address, or from bytes that a host fetches. */
export type OpenDiscFunction = (input: string | Source | Folder) => Promise<Disc>

/** The discs that the server holds open, by the id that URLs carry. */
export class DiscTable {
  readonly #discs = new Map<string, { readonly disc: Disc; readonly listed: ListedDisc }>()
  /** Those that were opened from a page, the first opened first. */
  readonly #fromPages: string[] = []
  readonly #listeners = new Set<() => void>()
  readonly #openDisc: OpenDiscFunction
  readonly #mayOpen: boolean
  readonly #isTaken: (id: string) => boolean

  /** `isTaken`: whether a disc beside this table's has an id. */
  constructor(openDisc: OpenDiscFunction, mayOpen: boolean, isTaken: (id: string) => boolean = () => false) {
    this.#openDisc = openDisc
    this.#mayOpen = mayOpen
    this.#isTaken = (id) => this.#discs.has(id) || isTaken(id)
  }

  get list(): readonly ListedDisc[] {
    return [...this.#discs.values()].map(({ listed }) => listed)
  }

  /** Calls `listener` after discs came or went; the returned function ends that. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  find(id: string): ListedDisc | null {
    return this.#discs.get(id)?.listed ?? null
  }

  add(disc: Disc, name: string): ListedDisc {
    const listed: ListedDisc = {
      id: this.#idFor(disc.info.fingerprint),
      name,
      folder: [],
      get info() {
        return disc.info
      },
      hold: async () => ({ disc, release: () => {} }),
    }
    this.#discs.set(listed.id, { disc, listed })
    this.#changed()
    return listed
  }

  /** @throws DiscError `not-permitted`, and what opening throws */
  async open(input: string | Source | Folder, name: string): Promise<ListedDisc> {
    if (!this.#mayOpen) {
      if (typeof input !== "string") await input.close()
      throw new DiscError("not-permitted", "this server opens no other discs than those it was started with")
    }
    const entry = this.add(await this.#openDisc(input), name)
    this.#fromPages.push(entry.id)
    const oldest = this.#fromPages.length > MAX_DISCS ? this.#fromPages[0] : undefined
    if (oldest !== undefined) await this.remove(oldest)
    return entry
  }

  async remove(id: string): Promise<void> {
    const entry = this.#discs.get(id)
    this.#discs.delete(id)
    const index = this.#fromPages.indexOf(id)
    if (index >= 0) this.#fromPages.splice(index, 1)
    if (entry !== undefined) this.#changed()
    await entry?.disc.close()
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    await Promise.all([...this.#discs.values()].map(({ disc }) => disc.close()))
    this.#discs.clear()
  }

  #idFor(fingerprint: string): string {
    const plain = fingerprint.slice(0, ID_LENGTH)
    return this.#isTaken(plain) ? `${plain}-${randomUUID()}` : plain
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
