import { createHash } from "node:crypto"
import { hostname } from "node:os"
import { ICONS, iconPath } from "./icons.ts"
import { escapeXml } from "./renderer/xml.ts"
import { CONNECTION_MANAGER, CONTENT_DIRECTORY, type ServiceModel, serviceType } from "./service-model.ts"
import type { Advertisement } from "./ssdp.ts"

export const DEVICE_TYPE = "urn:schemas-upnp-org:device:MediaServer:1"
export const DESCRIPTION_PATH = "/dlna/description.xml"
const SERVICES: readonly ServiceModel[] = [CONTENT_DIRECTORY, CONNECTION_MANAGER]

/** Addresses of a service's documents and of its control and event ends. */
export const servicePaths = ({ name }: ServiceModel) =>
  ({ description: `/dlna/${name}.xml`, control: `/dlna/${name}/control`, events: `/dlna/${name}/events` }) as const

/** `friendlyName` in control points. */
export type DeviceName = { readonly name: string; readonly udn: string; readonly version: string }

/** The same each time for the same machine, name and port: control points know a server again by it. */
export function deviceUdn(name: string, port: number): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(["opentray", hostname(), name, port]))
    .digest()
  // A name-based UUID (RFC 9562 5.8: version 8, its own hash).
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString("hex")
  return `uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-")}`
}

/** Control points cut longer names, or refuse them (UPnP Device Architecture 1.0, 2.1: under 64 characters). */
const MAX_NAME_LENGTH = 63

/** The device description document (UPnP Device Architecture 1.0, 2.1; DLNA Guidelines part 1-1, 7.3.2). */
export function describeDevice({ name, udn, version }: DeviceName): string {
  const services = SERVICES.map((service) => {
    const { description, control, events } = servicePaths(service)
    const id = `urn:upnp-org:serviceId:${service.name}`
    return `<service><serviceType>${serviceType(service)}</serviceType><serviceId>${id}</serviceId><SCPDURL>${description}</SCPDURL><controlURL>${control}</controlURL><eventSubURL>${events}</eventSubURL></service>`
  })
  const device = [
    `<deviceType>${DEVICE_TYPE}</deviceType>`,
    `<friendlyName>${escapeXml([...name].slice(0, MAX_NAME_LENGTH).join(""))}</friendlyName>`,
    "<manufacturer>opentray</manufacturer>",
    "<modelDescription>Plays optical discs on every screen</modelDescription>",
    "<modelName>opentray</modelName>",
    `<modelNumber>${escapeXml(version)}</modelNumber>`,
    `<UDN>${udn}</UDN>`,
    `<iconList>${ICONS.map(iconElement).join("")}</iconList>`,
    `<serviceList>${services.join("")}</serviceList>`,
    "<presentationURL>/</presentationURL>",
    '<dlna:X_DLNADOC xmlns:dlna="urn:schemas-dlna-org:device-1-0">DMS-1.50</dlna:X_DLNADOC>',
  ]
  return `<?xml version="1.0" encoding="utf-8"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion><device>${device.join("")}</device></root>
`
}

const iconElement = ({ name, pixels, mimeType }: (typeof ICONS)[number]): string =>
  `<icon><mimetype>${mimeType}</mimetype><width>${pixels}</width><height>${pixels}</height><depth>24</depth><url>${iconPath(name)}</url></icon>`

/** What is announced: the root device, the device by its name, its type and its services. */
export function advertisementsOf(udn: string): readonly Advertisement[] {
  const types = [DEVICE_TYPE, ...SERVICES.map(serviceType)]
  return [
    { target: "upnp:rootdevice", name: `${udn}::upnp:rootdevice` },
    { target: udn, name: udn },
    ...types.map((target) => ({ target, name: `${udn}::${target}` })),
  ]
}
