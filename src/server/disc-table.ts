import { randomUUID } from "node:crypto"
import { basename } from "node:path"
import { DiscError } from "../base/index.ts"
import type { OpenDisc } from "../hosts/host.ts"
import type { Disc } from "../plugin/index.ts"

/** Discs a server holds open at once; the one opened first goes when another comes. */
const MAX_DISCS = 16

/** The discs that the server holds open, by the id that URLs carry. */
export class DiscTable {
  readonly #discs = new Map<string, OpenDisc>()
  readonly #openDisc: (spec: string) => Promise<Disc>
  readonly #mayOpen: (spec: string) => boolean

  constructor(openDisc: (spec: string) => Promise<Disc>, mayOpen: (spec: string) => boolean) {
    this.#openDisc = openDisc
    this.#mayOpen = mayOpen
  }

  get list(): readonly OpenDisc[] {
    return [...this.#discs.values()]
  }

  find(id: string): OpenDisc | null {
    return this.#discs.get(id) ?? null
  }

  async add(disc: Disc, name: string): Promise<OpenDisc> {
    const entry: OpenDisc = { id: randomUUID(), disc, name }
    this.#discs.set(entry.id, entry)
    if (this.#discs.size > MAX_DISCS) {
      const [oldest] = this.#discs.values()
      if (oldest !== undefined) {
        this.#discs.delete(oldest.id)
        await oldest.disc.close()
      }
    }
    return entry
  }

  async open(spec: string): Promise<OpenDisc> {
    if (!this.#mayOpen(spec)) throw new DiscError("not-permitted", "this server opens no other discs than those it was started with")
    const disc = await this.#openDisc(spec)
    return this.add(disc, nameOf(spec))
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
