import { createHash } from "node:crypto"
import { DiscError } from "../../../base/index.ts"
import { SsdpFinder, type SsdpNews } from "../ssdp.ts"
import { RendererControl } from "./control.ts"
import { fetchDescription, locationFrom, type RendererDescription } from "./description.ts"

const MEDIA_RENDERER = "urn:schemas-upnp-org:device:MediaRenderer:1"
/** More renderers than any house has; what comes then is not looked at. */
const MAX_RENDERERS = 64
/** Renderers at one address: a programme that plays for several rooms has as many. */
const MAX_AT_ONE_ADDRESS = 16
/** Descriptions fetched at once. */
const MAX_FETCHES = 8
/** Pages ask often; the answers to one search are still coming in. */
const SEARCH_AGAIN_MS = 2_000
/** A description that could not be had is not asked for again within this: whoever sends datagrams could have us ask for ever. */
const RETRY_MS = 10_000

export type FoundRenderer = {
  /** Fit for a URL; the same whenever the device is met again. */
  readonly id: string
  /** Its IPv4 address. */
  readonly address: string
  readonly description: RendererDescription
  /** What it says it takes, as `Sink` of GetProtocolInfo; empty where it does not say. */
  readonly sink: string
}

type Entry = { readonly found: FoundRenderer; readonly location: string; expiresAtMs: number }

export type DirectoryOptions = {
  /** Interfaces by name or address to search on; null (default): all but loopback. */
  readonly interfaces?: readonly string[] | null
}

/** The renderers on the network: found by SSDP, kept until they say goodbye or fall silent. */
export class RendererDirectory {
  readonly #finder: SsdpFinder
  readonly #known = new Map<string, Entry>()
  /** Locations that are being fetched, or were in vain and when. */
  readonly #fetching = new Set<string>()
  readonly #failed = new Map<string, number>()
  readonly #closing = new AbortController()
  #opening: Promise<void> | null = null
  #searchedMs = 0

  constructor({ interfaces = null }: DirectoryOptions = {}) {
    this.#finder = new SsdpFinder({ interfaces, target: MEDIA_RENDERER, onNews: (news) => this.#hear(news) })
  }

  /** Begins to listen and search, the first time; searches again after that. */
  async search(): Promise<void> {
    const isFirst = this.#opening === null
    this.#opening ??= this.#finder.open()
    await this.#opening
    if (Date.now() - this.#searchedMs < SEARCH_AGAIN_MS) return
    this.#searchedMs = Date.now()
    // Opening searches too.
    if (!isFirst) this.#finder.search()
  }

  list(): readonly FoundRenderer[] {
    const now = Date.now()
    for (const [key, { expiresAtMs }] of this.#known) if (expiresAtMs < now) this.#known.delete(key)
    return [...this.#known.values()].map(({ found }) => found).sort((a, b) => a.description.name.localeCompare(b.description.name))
  }

  find(id: string): FoundRenderer | null {
    return this.list().find((renderer) => renderer.id === id) ?? null
  }

  /** What is known of the device at an address, for those who serve it; null: no renderer was met there. */
  rendererAt(address: string): { readonly friendlyName: string; readonly sink: string } | null {
    for (const { found } of this.#known.values()) {
      if (found.address === address) return { friendlyName: found.description.name, sink: found.sink }
    }
    return null
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#finder.close()
  }

  #hear({ kind, name, location, maxAgeSeconds, from }: SsdpNews): void {
    const [udn = ""] = name.split("::")
    const known = this.#known.get(udn)
    // A goodbye counts from the device itself alone.
    if (kind === "byebye") {
      if (known?.found.address === from) this.#known.delete(udn)
      return
    }
    const url = locationFrom(location ?? "", from)
    if (url === null) return
    if (known?.location === url.href) known.expiresAtMs = Date.now() + maxAgeSeconds * 1000
    else if (this.#hasRoomFor(url.hostname)) void this.#meet(udn, url, maxAgeSeconds)
  }

  #hasRoomFor(address: string): boolean {
    const found = this.list()
    const there = found.filter((renderer) => renderer.address === address).length
    return this.#fetching.size < MAX_FETCHES && found.length < MAX_RENDERERS && there < MAX_AT_ONE_ADDRESS
  }

  async #meet(udn: string, location: URL, maxAgeSeconds: number): Promise<void> {
    const failedAt = this.#failed.get(location.href)
    if (this.#fetching.has(location.href)) return
    if (failedAt !== undefined && Date.now() - failedAt < RETRY_MS) return
    this.#fetching.add(location.href)
    try {
      const description = await fetchDescription(location, this.#closing.signal)
      if (description.udn !== udn) throw new DiscError("damaged", `the device at ${location.host} is not the one that was announced`)
      const sink = await new RendererControl(description).sink({ signal: this.#closing.signal }).catch(() => "")
      const found = { id: idOf(description.udn), address: location.hostname, description, sink }
      this.#known.set(description.udn, { found, location: location.href, expiresAtMs: Date.now() + maxAgeSeconds * 1000 })
      this.#failed.delete(location.href)
    } catch {
      // Not a renderer, not well, or not well-meant: to a viewer it is as if it were not there.
      if (this.#failed.size >= MAX_RENDERERS) this.#failed.clear()
      this.#failed.set(location.href, Date.now())
    } finally {
      this.#fetching.delete(location.href)
    }
  }
}

function idOf(udn: string): string {
  const plain = /^uuid:([\w-]{1,64})$/.exec(udn)?.[1]
  return plain ?? createHash("sha256").update(udn).digest("hex").slice(0, 32)
}
