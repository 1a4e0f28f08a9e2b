import type { HostContext } from "../host.ts"
import { type DidlContent, didlDocument, didlObject, parseFilter } from "./didl.ts"
import { LibraryTree, MAX_ID_LENGTH, type TreeObject } from "./library-tree.ts"
import { SEARCH_PROPERTIES, SORT_PROPERTIES } from "./properties.ts"
import { parseSearchCriteria } from "./search-criteria.ts"
import type { ActionCall } from "./soap-request.ts"
import { parseSortCriteria } from "./sort-criteria.ts"
import { UPNP_ERRORS, UpnpError } from "./upnp-error.ts"

/** Objects in one answer, at most; control points ask for the rest by StartingIndex. */
const MAX_RETURNED = 5_000
/** Variables that change often are told at most so often (ContentDirectory:1, table 2-2). */
const EVENT_EVERY_MS = 2_000

/** Searches under way at once, and how long one works before others get their turn. */
const MAX_SEARCHES = 8
const SLICE_MS = 10

type Answer = Readonly<Record<string, string | number>>

export type ContentDirectoryOptions = {
  readonly canConvert: boolean
  /** Hears of variables that changed. */
  readonly onChange: (changed: Readonly<Record<string, string>>) => void
}

/** What an object is made of for whoever asks: resources and pictures with their whole addresses. */
export type ContentOf = (object: TreeObject) => DidlContent

/** ContentDirectory:1 over the discs that the server lists. Nothing is opened to answer. */
export class ContentDirectory {
  readonly #context: HostContext
  readonly #options: ContentDirectoryOptions
  readonly #unwatch: () => void
  /** Null: discs came or went since it was made. */
  #made: LibraryTree | null = null
  /** Which folders held what when that was last told. */
  #told: ReadonlyMap<string, string>
  /** Begins with the time, so that a server that was started again is not taken for unchanged. */
  #updateId = Math.floor(Date.now() / 1000) % 2 ** 31
  #searches = 0
  #timer: NodeJS.Timeout | null = null

  constructor(context: HostContext, options: ContentDirectoryOptions) {
    this.#context = context
    this.#options = options
    this.#told = this.#tree.signatures()
    this.#unwatch = context.watch(() => this.#changedOutside())
  }

  get #tree(): LibraryTree {
    this.#made ??= new LibraryTree(this.#context.discs(), { canConvert: this.#options.canConvert })
    return this.#made
  }

  get variables(): Readonly<Record<string, string>> {
    return { SystemUpdateID: String(this.#updateId), ContainerUpdateIDs: "" }
  }

  /** @throws UpnpError */
  act(call: ActionCall, contentOf: ContentOf): Answer | Promise<Answer> {
    switch (call.action) {
      case "GetSearchCapabilities":
        return { SearchCaps: SEARCH_PROPERTIES.join(",") }
      case "GetSortCapabilities":
        return { SortCaps: SORT_PROPERTIES.join(",") }
      case "GetSystemUpdateID":
        return { Id: this.#updateId }
      case "Browse":
        return this.#browse(call, contentOf)
      case "Search":
        return this.#search(call, contentOf)
      default:
        throw new UpnpError(UPNP_ERRORS.invalidAction, `there is no action ${call.action}`)
    }
  }

  close(): void {
    this.#unwatch()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #browse(call: ActionCall, contentOf: ContentOf): Answer {
    const id = idOf(call, "ObjectID")
    const flag = call.text("BrowseFlag")
    if (flag !== "BrowseMetadata" && flag !== "BrowseDirectChildren")
      throw new UpnpError(UPNP_ERRORS.invalidArgs, "BrowseFlag is none of its values")
    const object = this.#tree.find(id)
    if (object === null) throw new UpnpError(UPNP_ERRORS.noSuchObject, "there is no such object")
    if (flag === "BrowseMetadata") {
      // A page of one object: what it says of pages does not matter (2.7.4.2), but must be there.
      pageOf(call)
      return this.#answer([object], { start: 0, count: 1 }, call, contentOf)
    }
    const children = this.#tree.children(id)
    if (children === null) throw new UpnpError(UPNP_ERRORS.noSuchObject, "the object is no container")
    return this.#answer(parseSortCriteria(call.text("SortCriteria"))(children), pageOf(call), call, contentOf)
  }

  async #search(call: ActionCall, contentOf: ContentOf): Promise<Answer> {
    const id = idOf(call, "ContainerID")
    const tree = this.#tree
    if (tree.children(id) === null) throw new UpnpError(UPNP_ERRORS.noSuchContainer, "there is no such container")
    const matches = parseSearchCriteria(call.text("SearchCriteria"))
    const sort = parseSortCriteria(call.text("SortCriteria"))
    const page = pageOf(call)
    if (this.#searches >= MAX_SEARCHES) throw new UpnpError(UPNP_ERRORS.cannotProcess, "other searches run; try again")
    this.#searches++
    try {
      return this.#answer(sort(await matching(tree.below(id), matches)), page, call, contentOf)
    } finally {
      this.#searches--
    }
  }

  #answer(objects: readonly TreeObject[], { start, count }: Page, call: ActionCall, contentOf: ContentOf): Answer {
    const filter = parseFilter(call.text("Filter"))
    const page = objects.slice(start, start + (count === 0 ? MAX_RETURNED : Math.min(count, MAX_RETURNED)))
    return {
      Result: didlDocument(page.map((object) => didlObject(object, filter, contentOf(object)))),
      NumberReturned: page.length,
      TotalMatches: objects.length,
      UpdateID: this.#updateId,
    }
  }

  #changedOutside(): void {
    this.#made = null
    this.#updateId = (this.#updateId + 1) % 2 ** 32
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => this.#tell(), EVENT_EVERY_MS)
    this.#timer.unref()
  }

  #tell(): void {
    this.#timer = null
    const now = this.#tree.signatures()
    const changed = [...now].filter(([id, signature]) => this.#told.get(id) !== signature).map(([id]) => `${id},${this.#updateId}`)
    this.#told = now
    this.#options.onChange({ SystemUpdateID: String(this.#updateId), ContainerUpdateIDs: changed.join(",") })
  }
}

/** Goes through a library in slices, so that the films that are being sent go on. */
async function matching(lists: Iterable<readonly TreeObject[]>, matches: (object: TreeObject) => boolean): Promise<readonly TreeObject[]> {
  const found: TreeObject[] = []
  let begun = performance.now()
  for (const list of lists) {
    for (const object of list) if (matches(object)) found.push(object)
    if (performance.now() - begun < SLICE_MS) continue
    await new Promise((resolve) => setImmediate(resolve))
    begun = performance.now()
  }
  return found
}

type Page = { readonly start: number; readonly count: number }
const pageOf = (call: ActionCall): Page => ({ start: call.number("StartingIndex"), count: call.number("RequestedCount") })

function idOf(call: ActionCall, name: string): string {
  const id = call.text(name)
  if (id.length > MAX_ID_LENGTH) throw new UpnpError(UPNP_ERRORS.noSuchObject, "there is no such object")
  return id
}
