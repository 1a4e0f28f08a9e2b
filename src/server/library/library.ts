import { createHash } from "node:crypto"
import { realpath } from "node:fs/promises"
import { basename, resolve } from "node:path"
import { DiscError, type Source } from "../../base/index.ts"
import type { DiscInfo } from "../../disc/index.ts"
import { cacheFolder } from "../../hosts/cache-folder.ts"
import type { HeldDisc, LibraryProblem, LibraryStatus, ListedDisc } from "../../hosts/host.ts"
import type { Disc } from "../../plugin/index.ts"
import type { Folder } from "../../source/index.ts"
import { nameOf } from "../name-of.ts"
import { openConfined } from "./confined.ts"
import { DiscPool } from "./disc-pool.ts"
import { type FoundDisc, type FoundDiscs, findDiscs, lookAt, type Refused, stampOf } from "./find-discs.ts"
import { FolderWatch } from "./folder-watch.ts"
import { InfoCache } from "./info-cache.ts"
import { sharedStreams } from "./shared-streams.ts"

/** Discs read at the same time: more would only make a disk's arm travel. */
const READ_AT_ONCE = 2
/** What is known already is looked up so many at a time. */
const LOOK_UPS_AT_ONCE = 32
/** A disc that was written to a moment ago is still being copied; one that does not change for so long is not. */
const SETTLE_MS = 3_000
/** Written to so long ago, it is whole at first sight. */
const SETTLED_MS = 10_000
/** What the system could not read may be readable later, without any change that we would see. */
const RETRY_MS = 5 * 60_000
/** Comings and goings are told together. */
const TELL_AFTER_MS = 100
/** Of the fingerprint in an id. */
const ID_LENGTH = 16

export type LibraryOptions = {
  /** Opens what the library found. */
  readonly openDisc: (input: Source | Folder) => Promise<Disc>
  /** Of opentray: what another version read is read again. */
  readonly version: string
  /** Where to keep what was read; default: the user's cache folder. */
  readonly cache?: string
}

type Entry = {
  readonly found: FoundDisc
  /** When it was first seen in this state. */
  readonly seenAt: number
  state: "new" | "reading" | "ready" | "failed"
  listed: ListedDisc | null
  problem: LibraryProblem | null
  failedAt: number
}

type Root = { readonly kind: "disc" | "folder"; readonly path: string }

/**
 * Discs in folders, and discs given by themselves. They appear and go as files come and go; each is opened once to read what is on it, later only
 * while a host holds it.
 */
export class Library {
  readonly #options: LibraryOptions
  readonly #roots: readonly Root[]
  readonly #cache: InfoCache
  readonly #pool = new DiscPool()
  readonly #watch: FolderWatch
  readonly #listeners = new Set<() => void>()
  readonly #entries = new Map<string, Entry>()
  readonly #byId = new Map<string, ListedDisc>()
  #sorted: readonly ListedDisc[] | null = null
  #refused: readonly Refused[] = []
  #reading = new Set<Promise<void>>()
  #telling: NodeJS.Timeout | null = null
  #closed = false

  private constructor(roots: readonly Root[], options: LibraryOptions) {
    this.#options = options
    this.#roots = roots
    this.#cache = new InfoCache(options.cache ?? cacheFolder(), options.version, roots.map(({ path }) => path).join("\n"))
    this.#watch = new FolderWatch(() => this.#look())
  }

  /**
   * Looks for the discs once; those that are known from an earlier run are listed when this resolves, the others when they are read.
   * @throws DiscError `not-found` when a path is not there
   */
  static async open(specs: readonly string[], options: LibraryOptions): Promise<Library> {
    const roots: Root[] = []
    for (const spec of specs) roots.push(await rootOf(spec))
    const library = new Library(roots, options)
    await library.#watch.lookNow()
    await library.#forget()
    return library
  }

  /** In the order of folders and names. */
  get list(): readonly ListedDisc[] {
    this.#sorted ??= [...this.#byId.values()].sort(byPlace)
    return this.#sorted
  }

  get status(): LibraryStatus {
    const entries = [...this.#entries.values()]
    return {
      reading: entries.filter(({ state }) => state === "new" || state === "reading").length,
      problems: [...entries.flatMap(({ problem }) => problem ?? []), ...this.#refused],
    }
  }

  find(id: string): ListedDisc | null {
    return this.#byId.get(id) ?? null
  }

  /** Calls `listener` after discs came, changed or went; the returned function ends that. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#listeners.clear()
    if (this.#telling !== null) clearTimeout(this.#telling)
    await this.#watch.close()
    await this.#pool.close()
    await Promise.all(this.#reading)
  }

  /** One look at all folders. Answers which folders to watch, and in how many ms something should be looked at again. */
  async #look(): Promise<{ readonly directories: readonly string[]; readonly againMs: number | null }> {
    const found = await this.#find()
    this.#refused = found.refused
    const now = Date.now()
    const fresh: Entry[] = []
    for (const disc of found.discs) {
      const entry = this.#entries.get(disc.path)
      if (entry !== undefined && entry.found.stamp === disc.stamp) {
        if (entry.state === "failed" && entry.problem?.code === "read-failed" && now - entry.failedAt > RETRY_MS) entry.state = "new"
        continue
      }
      if (entry !== undefined) this.#remove(entry)
      fresh.push(this.#add(disc, now))
    }
    const paths = new Set(found.discs.map(({ path }) => path))
    for (const entry of this.#entries.values()) if (!paths.has(entry.found.path)) this.#remove(entry)

    await this.#lookUp(fresh)
    this.#readOn()
    const unsettled = [...this.#entries.values()].some((entry) => entry.state === "new" && !isSettled(entry, now))
    return { directories: found.directories, againMs: unsettled ? SETTLE_MS : null }
  }

  async #find(): Promise<FoundDiscs> {
    const all: FoundDiscs[] = []
    const folders = this.#roots.filter(({ kind }) => kind === "folder")
    for (const { path, kind } of this.#roots) {
      if (kind === "folder") all.push(await findDiscs(path, folders.length > 1 ? [basename(path)] : []).catch(() => nothing))
      else if (isAddress(path) || (await lookAt(path)) !== null) {
        all.push({ ...nothing, discs: [{ path, root: null, name: nameOf(path), folder: [], ...(await stampOf(path)) }] })
      }
    }
    return {
      discs: all.flatMap(({ discs }) => discs),
      directories: all.flatMap(({ directories }) => directories),
      refused: all.flatMap(({ refused }) => refused),
    }
  }

  #add(found: FoundDisc, now: number): Entry {
    const entry: Entry = { found, seenAt: now, state: "new", listed: null, problem: null, failedAt: 0 }
    this.#entries.set(found.path, entry)
    return entry
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.found.path)
    void this.#pool.drop(entry.found.path)
    this.#unlist(entry)
  }

  #unlist(entry: Entry): void {
    if (entry.listed === null) return
    this.#byId.delete(entry.listed.id)
    entry.listed = null
    this.#changed()
  }

  /** What is kept of discs that are there no more goes, but not because a drive is not mounted today. */
  async #forget(): Promise<void> {
    const paths = [...this.#entries.keys()]
    const isThere = ({ path }: Root) => paths.some((found) => found.startsWith(path))
    if (this.#roots.every(isThere)) await this.#cache.keepOnly(paths)
  }

  async #lookUp(entries: readonly Entry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += LOOK_UPS_AT_ONCE) {
      const some = entries.slice(at, at + LOOK_UPS_AT_ONCE)
      const known = await Promise.all(some.map(({ found }) => this.#cache.get(found.path, found.stamp)))
      for (const [index, entry] of some.entries()) {
        const disc = known[index]
        if (disc !== null && disc !== undefined) this.#list(entry, disc.info, disc.id)
      }
    }
  }

  /** Reads what is new, a few at a time. */
  #readOn(): void {
    const now = Date.now()
    for (const entry of this.#entries.values()) {
      if (this.#closed || this.#reading.size >= READ_AT_ONCE) return
      if (entry.state !== "new" || !isSettled(entry, now)) continue
      entry.state = "reading"
      const reading = this.#read(entry).finally(() => {
        this.#reading.delete(reading)
        this.#readOn()
      })
      this.#reading.add(reading)
    }
  }

  async #read(entry: Entry): Promise<void> {
    const { found } = entry
    const isCurrent = () => !this.#closed && this.#entries.get(found.path) === entry
    try {
      const { disc, release } = await this.#hold(found)
      release()
      if (!isCurrent()) return
      const { id } = this.#list(entry, disc.info, null)
      await this.#cache.put(found.path, found.stamp, { id, info: disc.info })
    } catch (error) {
      if (!isCurrent()) return
      const known = error instanceof DiscError
      const message = known ? withoutName(error.message, found.name) : "something is wrong in opentray itself"
      entry.state = "failed"
      entry.failedAt = Date.now()
      entry.problem = { name: found.name, folder: found.folder, code: known ? error.code : "internal", message }
      this.#changed()
    }
  }

  #hold(found: FoundDisc): Promise<HeldDisc> {
    return this.#pool.hold(found.path, async () => this.#options.openDisc(await openConfined(found)))
  }

  #list(entry: Entry, info: DiscInfo, knownId: string | null): ListedDisc {
    const { found } = entry
    const listed: ListedDisc = {
      id: this.#idFor(info.fingerprint, found.path, knownId),
      name: found.name,
      folder: found.folder,
      info: sharedStreams(info),
      hold: () => this.#holdListed(entry, info.fingerprint),
    }
    entry.state = "ready"
    entry.listed = listed
    entry.problem = null
    this.#byId.set(listed.id, listed)
    this.#changed()
    return listed
  }

  async #holdListed(entry: Entry, fingerprint: string): Promise<HeldDisc> {
    if (this.#entries.get(entry.found.path) !== entry) throw new DiscError("not-found", "that disc is not in the library any more")
    const held = await this.#hold(entry.found)
    if (held.disc.info.fingerprint === fingerprint) return held
    // Another disc lies there, though its size and time are the same.
    held.release()
    this.#unlist(entry)
    entry.state = "new"
    this.#readOn()
    throw new DiscError("source-changed", "another disc lies there now; open it again")
  }

  /** Derived from the content, so that addresses last; equal discs are told apart by where they lie, and keep the id that they once had. */
  #idFor(fingerprint: string, path: string, known: string | null): string {
    const plain = fingerprint.slice(0, ID_LENGTH)
    const own = `${plain}-${createHash("sha256").update(path).digest("hex").slice(0, ID_LENGTH)}`
    return [known, plain].find((id) => id?.startsWith(plain) && !this.#byId.has(id)) ?? own
  }

  #changed(): void {
    this.#sorted = null
    this.#telling ??= setTimeout(() => {
      this.#telling = null
      for (const listener of this.#listeners) listener()
    }, TELL_AFTER_MS)
  }
}

const nothing: FoundDiscs = { discs: [], directories: [], refused: [] }

/** A URL, or a drive as Windows names it: `stat` knows neither. */
const isAddress = (spec: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(spec) || spec.startsWith("\\\\.\\")

async function rootOf(spec: string): Promise<Root> {
  if (isAddress(spec)) return { kind: "disc", path: spec }
  const path = resolve(spec)
  const kind = await lookAt(path)
  if (kind === null) throw new DiscError("not-found", "there is no such file or folder", { path: spec })
  return { kind, path: kind === "folder" ? await realpath(path) : path }
}

/** It stands beside the name already. */
const withoutName = (message: string, name: string): string => (message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message)

function isSettled({ found, seenAt }: Entry, now: number): boolean {
  return found.stamp === null || now - found.changedAt > SETTLED_MS || now - seenAt >= SETTLE_MS
}

/** Folder by folder, in each by name, numbers as people count. */
function byPlace(a: ListedDisc, b: ListedDisc): number {
  for (let depth = 0; ; depth++) {
    const [left, right] = [a.folder[depth], b.folder[depth]]
    if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined) || order(a.name, b.name)
    if (left !== right) return order(left, right)
  }
}

const collator = new Intl.Collator(undefined, { numeric: true })
const order = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : Number(a > b))
