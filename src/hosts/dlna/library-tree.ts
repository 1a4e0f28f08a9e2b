import { createHash } from "node:crypto"
import type { TitleInfo } from "../../disc/index.ts"
import type { ListedDisc } from "../host.ts"
import { clock, discName, discSections, streamName } from "./disc-sections.ts"
import type { ResourceChoice } from "./resources.ts"

/** Something that can be opened: the library, a folder of it, a disc, a part of a disc. */
export type TreeContainer = {
  readonly kind: "container"
  readonly id: string
  readonly parentId: string
  readonly title: string
  readonly upnpClass: "object.container" | "object.container.storageFolder"
  readonly childCount: number
  /** A picture of this disc stands for it. */
  readonly disc: ListedDisc | null
}

/** Something that can be played. */
export type TreeItem = {
  readonly kind: "item"
  readonly id: string
  readonly parentId: string
  /** The item of "All titles" that this one is another sight of; null: this is that item, or it is none of them. */
  readonly refId: string | null
  readonly title: string
  readonly upnpClass: "object.item.videoItem" | "object.item.videoItem.movie"
  readonly disc: ListedDisc
  readonly titleNumber: number
  readonly choice: ResourceChoice
  /** BCP 47; null: not one language. */
  readonly language: string | null
  readonly durationSeconds: number
}

export type TreeObject = TreeContainer | TreeItem

/** The library's own container (ContentDirectory:1, 2.7.4.1), and what its parent is called. */
export const ROOT_ID = "0"
const NO_PARENT = "-1"

/** Longer identifiers are none of ours. */
export const MAX_ID_LENGTH = 512
/** Discs whose parts are kept at hand: a person looks into one at a time, each device into its own. */
const MAX_KNOWN_DISCS = 8
/** Digits of a hash that tell folders apart. */
const FOLDER_ID_DIGITS = 16

type Folder = { readonly container: Omit<TreeContainer, "childCount">; readonly folders: string[]; readonly discs: ListedDisc[] }

export type TreeOptions = {
  /** Subtitles can be chosen where they can be drawn into the picture. */
  readonly canConvert: boolean
}

/** The library at one moment as containers and items. Nothing is opened for it: it is made of what is listed. */
export class LibraryTree {
  readonly #options: TreeOptions
  readonly #folders = new Map<string, Folder>()
  readonly #discs = new Map<string, { readonly disc: ListedDisc; readonly parentId: string }>()
  readonly #parts = new Map<string, DiscParts>()
  readonly #sorted = new Map<string, readonly TreeObject[]>()

  constructor(discs: readonly ListedDisc[], options: TreeOptions) {
    this.#options = options
    this.#folder([])
    for (const disc of discs) {
      const parent = this.#folder(disc.folder)
      parent.discs.push(disc)
      this.#discs.set(discId(disc), { disc, parentId: parent.container.id })
    }
  }

  /** Null: there is no such object. */
  find(id: string): TreeObject | null {
    const folder = this.#folders.get(id)
    if (folder !== undefined) return { ...folder.container, childCount: folder.folders.length + folder.discs.length }
    const [top = ""] = id.split("/", 1)
    const known = this.#discs.get(top)
    if (known === undefined) return null
    return id === top ? discContainer(known.disc, known.parentId, this.#options) : (this.#partsOf(top, known.disc).objects.get(id) ?? null)
  }

  /** Of a container, in the order in which a person looks for them; null: there is no such container. */
  children(id: string): readonly TreeObject[] | null {
    const folder = this.#folders.get(id)
    if (folder !== undefined) return this.#folderChildren(id, folder)
    const [top = ""] = id.split("/", 1)
    const known = this.#discs.get(top)
    return known === undefined ? null : (this.#partsOf(top, known.disc).children.get(id) ?? null)
  }

  /** Everything below a container, each container before what is in it; in lists of some hundred, a disc's parts together. */
  *below(id: string): Iterable<readonly TreeObject[]> {
    const folder = this.#folders.get(id)
    if (folder === undefined) {
      yield partsBelow(this.children(id) ?? [], (inside) => this.children(inside) ?? [])
      return
    }
    for (const child of this.#folderChildren(id, folder)) {
      yield [child]
      if (this.#folders.has(child.id)) yield* this.below(child.id)
      else if (child.disc !== null) {
        const { children } = this.#parts.get(child.id) ?? discParts(child.disc, this.#options)
        yield partsBelow(children.get(child.id) ?? [], (inside) => children.get(inside) ?? [])
      }
    }
  }

  /** For each folder, what tells whether its children are the same as before. */
  signatures(): ReadonlyMap<string, string> {
    return new Map([...this.#folders].map(([id, { folders, discs }]) => [id, [...folders, ...discs.map(discId)].sort().join("\n")]))
  }

  #folder(path: readonly string[]): Folder {
    const id = folderId(path)
    const known = this.#folders.get(id)
    if (known !== undefined) return known
    const title = path.at(-1) ?? "Discs"
    const parentId = path.length === 0 ? NO_PARENT : folderId(path.slice(0, -1))
    const folder: Folder = {
      container: { kind: "container", id, parentId, title, upnpClass: "object.container.storageFolder", disc: null },
      folders: [],
      discs: [],
    }
    this.#folders.set(id, folder)
    if (path.length > 0) this.#folder(path.slice(0, -1)).folders.push(id)
    return folder
  }

  #folderChildren(id: string, { folders, discs }: Folder): readonly TreeObject[] {
    const known = this.#sorted.get(id)
    if (known !== undefined) return known
    const inner = folders.flatMap((inside) => this.find(inside) ?? [])
    const sorted = [...byTitle(inner), ...byTitle(discs.map((disc) => discContainer(disc, id, this.#options)))]
    this.#sorted.set(id, sorted)
    return sorted
  }

  #partsOf(id: string, disc: ListedDisc): DiscParts {
    const known = this.#parts.get(id) ?? discParts(disc, this.#options)
    this.#parts.delete(id)
    this.#parts.set(id, known)
    const [oldest] = this.#parts.keys()
    if (this.#parts.size > MAX_KNOWN_DISCS && oldest !== undefined) this.#parts.delete(oldest)
    return known
  }
}

/** Digits of the longest number in a name that is sorted as a number. */
const MAX_DIGITS = 12

/** What titles are sorted by, in people's order: "Disc 2" before "Disc 10", whatever the case and the accents. Intl.Collator takes ten times as long. */
export function sortKey(title: string): string {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
  return plain.replace(/\d+/g, (digits) => digits.padStart(MAX_DIGITS, "0"))
}

function byTitle<T extends TreeObject>(objects: readonly T[]): readonly T[] {
  const keyed = objects.map((object) => ({ object, key: `${sortKey(object.title)}\0${object.id}` }))
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ object }) => object)
}

function partsBelow(parts: readonly TreeObject[], childrenOf: (id: string) => readonly TreeObject[]): readonly TreeObject[] {
  return parts.flatMap((part) => (part.kind === "item" ? [part] : [part, ...partsBelow(childrenOf(part.id), childrenOf)]))
}

function folderId(path: readonly string[]): string {
  if (path.length === 0) return ROOT_ID
  return `f-${createHash("sha256").update(JSON.stringify(path)).digest("hex").slice(0, FOLDER_ID_DIGITS)}`
}

const discId = ({ id }: ListedDisc): string => `d-${encodeURIComponent(id)}`

function discContainer(disc: ListedDisc, parentId: string, options: TreeOptions): TreeContainer {
  return {
    kind: "container",
    id: discId(disc),
    parentId,
    title: discName(disc),
    upnpClass: "object.container",
    // Counted when it is told: of thousands of discs a page shows a few.
    get childCount() {
      return sectionsOf(disc, options).length
    },
    disc,
  }
}

type DiscParts = { readonly objects: ReadonlyMap<string, TreeObject>; readonly children: ReadonlyMap<string, readonly TreeObject[]> }

/** A part of a disc: an item, or a container with what is in it. Identifiers are relative to the disc's. */
type Part = { readonly name: string; readonly title: string } & ({ readonly item: PartItem } | { readonly parts: () => readonly Part[] })
type PartItem = Pick<TreeItem, "titleNumber" | "choice" | "language" | "durationSeconds"> & {
  /** Another sight of a whole title. */
  readonly isReference: boolean
  readonly isFilm?: boolean
}

function discParts(disc: ListedDisc, options: TreeOptions): DiscParts {
  const top = discId(disc)
  const objects = new Map<string, TreeObject>()
  const children = new Map<string, readonly TreeObject[]>()
  const put = (parentId: string, parts: readonly Part[]): void => {
    const made = parts.map((part): TreeObject => {
      const id = `${top}/${part.name}`
      const shared = { id, parentId, title: part.title, disc }
      if ("item" in part) {
        const { isReference, isFilm, ...item } = part.item
        const upnpClass = isFilm ? "object.item.videoItem.movie" : "object.item.videoItem"
        return { kind: "item", ...shared, ...item, upnpClass, refId: isReference ? `${top}/titles/${item.titleNumber}` : null }
      }
      const inside = part.parts()
      put(id, inside)
      return { kind: "container", ...shared, upnpClass: "object.container", childCount: inside.length }
    })
    for (const object of made) objects.set(object.id, object)
    children.set(parentId, made)
  }
  put(top, sectionsOf(disc, options))
  return { objects, children }
}

function sectionsOf(disc: ListedDisc, { canConvert }: TreeOptions): readonly Part[] {
  const { film, episodes, extras, titles, chaptered, multilingual } = discSections(disc.info)
  const list = (name: string, title: string, inside: readonly TitleInfo[], parts: () => readonly Part[]): readonly Part[] =>
    inside.length === 0 ? [] : [{ name, title, parts }]
  const isFilm = (title: TitleInfo) => title === film
  return [
    ...(film === null ? [] : [{ name: "film", title: discName(disc), item: { ...wholeTitle(film), isReference: true, isFilm: true } }]),
    ...list("episodes", "Episodes", episodes, () =>
      episodes.map((title, index) => referencePart("episodes", `Episode ${index + 1} (${clock(title.duration)})`, title)),
    ),
    ...list("extras", "Extras", extras, () => extras.map((title) => referencePart("extras", titleName(title), title))),
    ...list("chapters", "Chapters", chaptered, () => groups("chapters", chaptered, isFilm, chapterParts)),
    ...list("languages", "Languages", multilingual, () =>
      groups("languages", multilingual, isFilm, (title) => languageParts(title, canConvert)),
    ),
    ...list("titles", "All titles", titles, () =>
      titles.map((title) => ({
        name: `titles/${title.number}`,
        title: titleName(title),
        item: { ...wholeTitle(title), isReference: false },
      })),
    ),
  ]
}

const titleName = ({ number, duration }: TitleInfo): string => `Title ${number} (${clock(duration)})`

const wholeTitle = ({ number, duration }: TitleInfo) => ({ titleNumber: number, choice: {}, language: null, durationSeconds: duration })

const referencePart = (section: string, name: string, title: TitleInfo): Part => ({
  name: `${section}/${title.number}`,
  title: name,
  item: { ...wholeTitle(title), isReference: true },
})

/** The film's parts at once; those of each other title in a container of its own, so that nobody scrolls past them. */
function groups(
  section: string,
  titles: readonly TitleInfo[],
  isFilm: (title: TitleInfo) => boolean,
  partsOf: (title: TitleInfo) => readonly Part[],
): readonly Part[] {
  return titles.flatMap((title): readonly Part[] =>
    isFilm(title) ? partsOf(title) : [{ name: `${section}/${title.number}`, title: titleName(title), parts: () => partsOf(title) }],
  )
}

function chapterParts({ number, duration, chapters }: TitleInfo): readonly Part[] {
  return chapters.map(({ start }, index) => ({
    name: `chapters/${number}/${index + 1}`,
    title: `Chapter ${index + 1} (${clock(start)})`,
    item: { titleNumber: number, choice: { chapter: index + 1 }, language: null, durationSeconds: duration - start, isReference: false },
  }))
}

function languageParts({ number, duration, streams }: TitleInfo, canConvert: boolean): readonly Part[] {
  const offered = streams.filter(({ kind }) => kind === "audio" || (kind === "subtitle" && canConvert))
  return offered.map((stream) => ({
    name: `languages/${number}/${stream.kind}-${stream.number}`,
    title: streamName(stream),
    item: {
      titleNumber: number,
      choice: stream.kind === "audio" ? { audio: stream.number } : { subtitle: stream.number },
      language: stream.languageTag,
      durationSeconds: duration,
      isReference: false,
    },
  }))
}
