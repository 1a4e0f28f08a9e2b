import { XMLParser } from "fast-xml-parser"
import { DiscError, decodeReferences } from "../../../base/index.ts"

/** Elements inside elements; device descriptions have seven levels, SOAP answers five. */
const MAX_DEPTH = 24
/** Longer texts are no name, address or list that a device needs: `Sink` of GStreamer, with every type it knows, has 12,000 characters. */
const MAX_TEXT_LENGTH = 64 * 1024

/** An element of a parsed document; read it with the functions below. */
export type XmlNode = unknown

/**
 * Parses XML from the network; prefixes of names are dropped. `from` names the sender in errors. The caller bounds its length.
 * @throws DiscError `damaged` when it is no XML, or has a DOCTYPE: no device needs one, and entities could grow without bound
 */
export function parseXml(text: string, from: string): XmlNode {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new DiscError("damaged", `${from} sent XML with a DOCTYPE, which is not read`)
  const parser = new XMLParser({
    removeNSPrefix: true,
    parseTagValue: false,
    processEntities: false,
    maxNestedTags: MAX_DEPTH,
  })
  try {
    return parser.parse(text, true)
  } catch (cause) {
    throw new DiscError("damaged", `${from} sent what is no XML`, {}, { cause })
  }
}

/** All children of a name. */
export function children(parent: XmlNode, name: string): readonly XmlNode[] {
  if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, name)) return []
  const value = (parent as Readonly<Record<string, unknown>>)[name]
  return Array.isArray(value) ? value : [value]
}

/** The first descendant along a path of names. */
export const descend = (from: XmlNode, ...names: readonly string[]): XmlNode =>
  names.reduce<XmlNode>((node, name) => children(node, name)[0], from)

/** The text of a child; null where there is none. */
export function textOf(parent: XmlNode, name: string): string | null {
  const node = children(parent, name)[0]
  const value = typeof node === "object" && node !== null ? (node as { readonly "#text"?: unknown })["#text"] : node
  if (typeof value !== "string" || value.length > MAX_TEXT_LENGTH) return null
  return decodeReferences(value).trim()
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" }

/** As text or attribute value. Characters that XML 1.0 has no way to write are left out. */
export function escapeXml(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "").replace(/[&<>"']/g, (char) => ESCAPES[char] ?? "")
}
