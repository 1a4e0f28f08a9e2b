import { isIPv4 } from "node:net"
import { DiscError } from "../../../base/index.ts"
import { askDevice } from "./device-http.ts"
import { children, descend, parseXml, textOf, type XmlNode } from "./xml.ts"

/** Devices inside devices that are looked at; a combined television has three. */
const MAX_DEVICES = 20
/** Longer names do not fit on any line. */
const MAX_NAME_LENGTH = 100

/** What a control point needs of a MediaRenderer's device description. */
export type RendererDescription = {
  /** `uuid:...`, the device's own for ever. */
  readonly udn: string
  readonly name: string
  readonly avTransport: Service
  readonly renderingControl: Service | null
  readonly connectionManager: Service | null
}

/** `type` is the whole URN, with its version. */
export type Service = { readonly type: string; readonly controlUrl: URL; readonly descriptionUrl: URL | null }

/**
 * Fetches and reads a description. @throws DiscError `damaged`, `not-permitted`, `read-failed`, `limit`, `unsupported` (it is no renderer)
 */
export async function fetchDescription(location: URL, signal?: AbortSignal): Promise<RendererDescription> {
  const { status, body } = await askDevice(location, signal === undefined ? {} : { signal })
  if (status !== 200) throw new DiscError("read-failed", `the device at ${location.host} gave no description (HTTP ${status})`)
  return parseDescription(body, location)
}

/**
 * Reads a device description (UPnP Device Architecture 1.1, 2.3). Every URL in it must lead back to the host that gave it.
 * @throws DiscError `damaged`, `not-permitted`, `unsupported`
 */
export function parseDescription(xml: string, location: URL): RendererDescription {
  const from = `the device at ${location.host}`
  const root = descend(parseXml(xml, from), "root")
  const base = resolveAt(location, textOf(root, "URLBase") || location.href, location)
  for (const device of devicesOf(root)) {
    if (!/:device:MediaRenderer:\d+$/.test(textOf(device, "deviceType") ?? "")) continue
    const services = children(descend(device, "serviceList"), "service")
    const find = (kind: string) => readService(services, kind, base, location)
    const avTransport = find("AVTransport")
    const udn = textOf(device, "UDN") ?? ""
    if (avTransport === null || !/^uuid:[\x21-\x7e]{1,100}$/.test(udn)) continue
    const name = printable(textOf(device, "friendlyName") ?? "") || location.hostname
    return { udn, name, avTransport, renderingControl: find("RenderingControl"), connectionManager: find("ConnectionManager") }
  }
  throw new DiscError("unsupported", `${from} is no renderer that takes what is pushed to it (no AVTransport)`)
}

/** The root device and those inside it, in the document's order. */
function devicesOf(root: XmlNode): readonly XmlNode[] {
  const found: XmlNode[] = [...children(root, "device")]
  for (let index = 0; index < found.length && found.length < MAX_DEVICES; index++) {
    found.push(...children(descend(found[index], "deviceList"), "device"))
  }
  return found.slice(0, MAX_DEVICES)
}

function readService(services: readonly XmlNode[], kind: string, base: URL, location: URL): Service | null {
  const type = new RegExp(`^urn:schemas-upnp-org:service:${kind}:\\d+$`)
  const service = services.find((candidate) => type.test(textOf(candidate, "serviceType") ?? ""))
  const control = textOf(service, "controlURL")
  if (service === undefined || !control) return null
  const description = textOf(service, "SCPDURL")
  return {
    type: textOf(service, "serviceType") ?? "",
    controlUrl: resolveAt(base, control, location),
    descriptionUrl: description ? resolveAt(base, description, location) : null,
  }
}

/** The URL, when it leads to the device itself. Its port may be another: devices run several servers. */
function resolveAt(base: URL, path: string, location: URL): URL {
  let url: URL
  try {
    url = new URL(path, base)
  } catch {
    throw new DiscError("damaged", `the device at ${location.host} names an address that is none`)
  }
  if (url.protocol === "http:" && url.hostname === location.hostname && url.username === "" && url.password === "") return url
  throw new DiscError(
    "not-permitted",
    `the device at ${location.host} points to another place (${printable(url.host)}), which is not followed`,
  )
}

/** On one line, without what a terminal would obey. */
const printable = (text: string): string => [...text.replace(/[\p{C}\s]+/gu, " ").trim()].slice(0, MAX_NAME_LENGTH).join("")

/**
 * Where a device says its description is, when that is on the host that says so; else null. A name would be looked up, and could mean any machine:
 * devices give their address.
 */
export function locationFrom(text: string, sender: string): URL | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const isItself = url.protocol === "http:" && isIPv4(url.hostname) && url.hostname === sender && url.username === "" && url.password === ""
  return isItself ? url : null
}
