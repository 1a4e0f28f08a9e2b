import { randomUUID } from "node:crypto"
import { basename } from "node:path"
import { DiscError, type Source } from "../base/index.ts"
import type { OpenDisc } from "../hosts/host.ts"
import type { Disc } from "../plugin/index.ts"
import type { Folder } from "../source/index.ts"

/** Discs opened from pages that a server holds at once; the one opened first goes when another comes. */
const MAX_DISCS = 16

/** How the server opens a disc: by path or address, or from bytes that a host fetches. */
export type OpenDiscFunction = (input: string | Source | Folder) => Promise<Disc>

/** The discs that the server holds open, by the id that URLs carry. */
export class DiscTable {
  readonly #discs = new Map<string, OpenDisc>()
  /** Those that were opened from a page, the first opened first. */
  readonly #fromPages: string[] = []
  readonly #openDisc: OpenDiscFunction
  readonly #mayOpen: boolean

  constructor(openDisc: OpenDiscFunction, mayOpen: boolean) {
    this.#openDisc = openDisc
    this.#mayOpen = mayOpen
  }

  get list(): readonly OpenDisc[] {
    return [...this.#discs.values()]
  }

  find(id: string): OpenDisc | null {
    return this.#discs.get(id) ?? null
  }

  add(disc: Disc, name: string): OpenDisc {
    const entry: OpenDisc = { id: randomUUID(), disc, name }
    this.#discs.set(entry.id, entry)
    return entry
  }

  /** @throws DiscError `not-permitted`, and what opening throws */
  async open(input: string | Source | Folder, name: string): Promise<OpenDisc> {
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
    await entry?.disc.close()
  }

  async close(): Promise<void> {
    await Promise.all(this.list.map(({ disc }) => disc.close()))
    this.#discs.clear()
  }
}

/** For people: no folders, no credentials. */
export function nameOf(spec: string): string {
  if (!/^https?:/i.test(spec)) return basename(spec)
  try {
    return decodeURIComponent(basename(new URL(spec).pathname)) || new URL(spec).host
  } catch {
    return "disc"
  }
}
