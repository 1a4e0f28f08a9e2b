import type { TreeObject } from "./library-tree.ts"
import { escapeXml } from "./renderer/xml.ts"
import type { Resource } from "./resources.ts"

/** Which optional properties an answer has: what a Filter argument names (ContentDirectory:1, 2.5.7). */
export type DidlFilter = (property: string) => boolean

/** Longer ones name properties many times over. */
const MAX_FILTER_LENGTH = 2000

/** `*`, or a list of properties. An attribute of `res` brings `res` itself. */
export function parseFilter(text: string): DidlFilter {
  const named = new Set(
    text
      .slice(0, MAX_FILTER_LENGTH)
      .split(",")
      .map((property) => property.trim()),
  )
  if (named.has("*")) return () => true
  if ([...named].some((property) => property.startsWith("res@"))) named.add("res")
  return (property) => named.has(property)
}

/** Pictures of a disc or title: profile, pixels at most, address. */
export type DidlPicture = {
  readonly profile: "JPEG_TN" | "JPEG_SM"
  readonly url: string
  readonly protocolInfo: string
  readonly resolution: string
}

export type DidlContent = {
  /** `http://address:port`: resources are told with their whole address. */
  readonly base: string
  readonly resources: readonly Resource[]
  readonly pictures: readonly DidlPicture[]
}

const DIDL_START =
  '<DIDL-Lite xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
  'xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/" xmlns:dlna="urn:schemas-dlna-org:metadata-1-0/">'

/** The document around elements of `didlObject`. */
export const didlDocument = (objects: readonly string[]): string => `${DIDL_START}${objects.join("")}</DIDL-Lite>`

/** One object as an element of DIDL-Lite. */
export function didlObject(object: TreeObject, filter: DidlFilter, content: DidlContent): string {
  const tag = object.kind
  const attributes = {
    id: object.id,
    parentID: object.parentId,
    restricted: "1",
    ...(object.kind === "container" && filter("@childCount") ? { childCount: String(object.childCount) } : {}),
    ...(object.kind === "container" && filter("@searchable") ? { searchable: "1" } : {}),
    ...(object.kind === "item" && object.refId !== null && filter("@refID") ? { refID: object.refId } : {}),
  }
  const inside = [
    `<dc:title>${escapeXml(object.title)}</dc:title>`,
    `<upnp:class>${object.upnpClass}</upnp:class>`,
    // A storage folder must say how much it holds; -1: not known (ContentDirectory:1, appendix B.4.4).
    ...(object.upnpClass === "object.container.storageFolder" ? ["<upnp:storageUsed>-1</upnp:storageUsed>"] : []),
    ...(object.kind === "item" && object.language !== null && filter("dc:language")
      ? [`<dc:language>${escapeXml(object.language)}</dc:language>`]
      : []),
    ...(filter("upnp:albumArtURI") ? content.pictures.map(albumArt) : []),
    ...(filter("res") ? content.resources.map((resource) => resourceElement(resource, filter, content.base)) : []),
    ...(object.kind === "item" && filter("res") ? content.pictures.map((picture) => pictureElement(picture, filter)) : []),
  ]
  return `<${tag}${attributeText(attributes)}>${inside.join("")}</${tag}>`
}

const albumArt = ({ profile, url }: DidlPicture): string =>
  `<upnp:albumArtURI dlna:profileID="${profile}">${escapeXml(url)}</upnp:albumArtURI>`

function resourceElement(resource: Resource, filter: DidlFilter, base: string): string {
  const { sizeBytes, durationSeconds, resolution, audioChannels, sampleRate } = resource
  const bytesPerSecond = sizeBytes === null || durationSeconds <= 0 ? null : Math.round(sizeBytes / durationSeconds)
  const optional = {
    size: sizeBytes,
    duration: didlDuration(durationSeconds),
    // Bytes a second, whatever its name says (ContentDirectory:1, appendix B.2.1.4).
    bitrate: bytesPerSecond,
    resolution,
    nrAudioChannels: audioChannels,
    sampleFrequency: sampleRate,
  }
  const told = Object.entries(optional).filter(([name, value]) => value !== null && filter(`res@${name}`))
  const attributes = { protocolInfo: resource.protocolInfo, ...Object.fromEntries(told.map(([name, value]) => [name, String(value)])) }
  return `<res${attributeText(attributes)}>${escapeXml(base + resource.path)}</res>`
}

function pictureElement({ url, protocolInfo, resolution }: DidlPicture, filter: DidlFilter): string {
  return `<res${attributeText({ protocolInfo, ...(filter("res@resolution") ? { resolution } : {}) })}>${escapeXml(url)}</res>`
}

const attributeText = (attributes: Readonly<Record<string, string>>): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join("")

/** `1:23:45.678` (ContentDirectory:1, appendix B.2.1.3). */
export function didlDuration(seconds: number): string {
  const milliseconds = Math.max(0, Math.round(seconds * 1000))
  const whole = Math.floor(milliseconds / 1000)
  const two = (number: number) => String(number).padStart(2, "0")
  const fraction = String(milliseconds % 1000).padStart(3, "0")
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${fraction}`
}
