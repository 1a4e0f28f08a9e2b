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
  #tree: LibraryTree
  /** Begins with the time, so that a server that was started again is not taken for unchanged. */
  #updateId = Math.floor(Date.now() / 1000) % 2 ** 31
  /** Folders that changed since the last event, each with its update. */
  readonly #changed = new Map<string, number>()
  #timer: NodeJS.Timeout | null = null

  constructor(context: HostContext, options: ContentDirectoryOptions) {
    this.#context = context
    this.#options = options
    this.#tree = this.#build()
    this.#unwatch = context.watch(() => this.#changedOutside())
  }

  get variables(): Readonly<Record<string, string>> {
    return { SystemUpdateID: String(this.#updateId), ContainerUpdateIDs: "" }
  }

  /** @throws UpnpError */
  act(call: ActionCall, contentOf: ContentOf): Answer {
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

  #search(call: ActionCall, contentOf: ContentOf): Answer {
    const id = idOf(call, "ContainerID")
    if (this.#tree.children(id) === null) throw new UpnpError(UPNP_ERRORS.noSuchContainer, "there is no such container")
    const matches = parseSearchCriteria(call.text("SearchCriteria"))
    const sort = parseSortCriteria(call.text("SortCriteria"))
    const found: TreeObject[] = []
    for (const object of this.#tree.below(id)) if (matches(object)) found.push(object)
    return this.#answer(sort(found), pageOf(call), call, contentOf)
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

  #build(): LibraryTree {
    return new LibraryTree(this.#context.discs(), { canConvert: this.#options.canConvert })
  }

  #changedOutside(): void {
    const before = this.#tree.signatures()
    this.#tree = this.#build()
    this.#updateId = (this.#updateId + 1) % 2 ** 32
    for (const [id, signature] of this.#tree.signatures()) if (before.get(id) !== signature) this.#changed.set(id, this.#updateId)
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => this.#tell(), EVENT_EVERY_MS)
    this.#timer.unref()
  }

  #tell(): void {
    this.#timer = null
    const containers = [...this.#changed].map(([id, update]) => `${id},${update}`).join(",")
    this.#changed.clear()
    this.#options.onChange({ SystemUpdateID: String(this.#updateId), ContainerUpdateIDs: containers })
  }
}

type Page = { readonly start: number; readonly count: number }
const pageOf = (call: ActionCall): Page => ({ start: call.number("StartingIndex"), count: call.number("RequestedCount") })

function idOf(call: ActionCall, name: string): string {
  const id = call.text(name)
  if (id.length > MAX_ID_LENGTH) throw new UpnpError(UPNP_ERRORS.noSuchObject, "there is no such object")
  return id
}
