import { XMLParser } from "fast-xml-parser"
import { DiscError, decodeReferences, type Place } from "../../base/index.ts"

/** META/DL/bdmt_xxx.xml: the disc's name in one language, and its pictures. */
export type DiscLibrary = {
  /** ISO 639-2, from the file's name. */
  readonly languageCode: string
  readonly title: string | null
  readonly alternativeTitle: string | null
  /** Of a set of discs: how many there are, and which this is. */
  readonly numberOfSets: number | null
  readonly setNumber: number | null
  readonly thumbnails: readonly Thumbnail[]
  /** Names of the titles of index.bdmv. */
  readonly tableOfContents: readonly { readonly titleNumber: number; readonly name: string }[]
}

/** `path` is relative to META/DL; the size is not on every disc. */
export type Thumbnail = { readonly path: string; readonly width: number | null; readonly height: number | null }

/** libbluray refuses files over 1 MiB, too; real ones have 1 to 4 KiB. */
export const MAX_DISC_LIBRARY_BYTES = 1 << 20
/** Elements inside elements; the real ones have five levels. */
const MAX_DEPTH = 32
/** Of thumbnails and of title names: more than 999 titles a disc cannot have. */
const MAX_ENTRIES = 999
/** Longer names are cut: nobody could read them. */
const MAX_NAME_LENGTH = 1000

type Element = { readonly [name: string]: unknown }

/**
 * Layout: libbluray `meta_parse.c`. Prefixes of names (`di:title`) are dropped; entities of a DOCTYPE are never expanded.
 * @throws DiscError `damaged` when it is no XML, `limit` when it is larger than any real one
 */
export function parseDiscLibrary(bytes: Uint8Array, languageCode: string, place: Place): DiscLibrary {
  if (bytes.length > MAX_DISC_LIBRARY_BYTES) throw new DiscError("limit", `${bytes.length} bytes of names are more than a disc has`, place)
  const info = descend(parseXml(decodeText(bytes), place), "disclib", "discinfo")
  const title = child(info, "title")
  const description = child(info, "description")
  return {
    languageCode,
    title: text(child(title, "name")),
    alternativeTitle: text(child(title, "alternative")),
    numberOfSets: integer(child(title, "numSets")),
    setNumber: integer(child(title, "setNumber")),
    thumbnails: children(description, "thumbnail").flatMap(readThumbnail).slice(0, MAX_ENTRIES),
    tableOfContents: children(descend(description, "tableOfContents"), "titleName").flatMap(readTitleName).slice(0, MAX_ENTRIES),
  }
}

function parseXml(source: string, place: Place): unknown {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    // Entities of a DOCTYPE could grow without bound; the five of XML and character references are decoded by us.
    processEntities: false,
    maxNestedTags: MAX_DEPTH,
  })
  try {
    return parser.parse(source)
  } catch (error) {
    throw new DiscError("damaged", "is no XML; the disc's own name is not shown", place, { cause: error })
  }
}

function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes)
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes)
  return new TextDecoder().decode(bytes)
}

function readThumbnail(element: unknown): readonly Thumbnail[] {
  const path = attribute(element, "href")
  // It becomes part of a path: a plain name, nothing that leaves the folder.
  if (path === null || !/^[\w.-]+$/.test(path) || path.includes("..")) return []
  const size = /^(\d{1,5})x(\d{1,5})$/.exec(attribute(element, "size") ?? "")
  return [{ path, width: size === null ? null : Number(size[1]), height: size === null ? null : Number(size[2]) }]
}

function readTitleName(element: unknown): DiscLibrary["tableOfContents"] {
  const titleNumber = Number(attribute(element, "titleNumber"))
  const name = text(element)
  return Number.isInteger(titleNumber) && name !== null ? [{ titleNumber, name }] : []
}

const isElement = (value: unknown): value is Element => typeof value === "object" && value !== null && !Array.isArray(value)

function children(parent: unknown, name: string): readonly unknown[] {
  if (!isElement(parent) || !Object.hasOwn(parent, name)) return []
  const value = parent[name]
  return Array.isArray(value) ? value : [value]
}

const child = (parent: unknown, name: string): unknown => children(parent, name)[0]
const descend = (from: unknown, ...names: readonly string[]): unknown => names.reduce<unknown>(child, from)

function attribute(element: unknown, name: string): string | null {
  const value = isElement(element) && Object.hasOwn(element, `@${name}`) ? element[`@${name}`] : null
  return typeof value === "string" ? decodeReferences(value) : null
}

function text(element: unknown): string | null {
  const value = isElement(element) ? element["#text"] : element
  if (typeof value !== "string") return null
  const clean = decodeReferences(value).trim().slice(0, MAX_NAME_LENGTH)
  return clean === "" ? null : clean
}

function integer(element: unknown): number | null {
  const value = text(element)
  return value !== null && /^\d{1,4}$/.test(value) ? Number(value) : null
}
