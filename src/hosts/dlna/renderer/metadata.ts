import { formatUpnpTime } from "./upnp-time.ts"
import { escapeXml } from "./xml.ts"

/** What a renderer is told of what it is to play. */
export type ItemFacts = {
  readonly name: string
  readonly uri: string
  readonly protocolInfo: string
  readonly durationSeconds: number | null
  readonly sizeBytes: number | null
  /** `720x576` */
  readonly resolution: string | null
}

/** DIDL-Lite with one video (ContentDirectory:1 2.8), as SetAVTransportURI wants it. Some televisions refuse to play without. */
export function itemMetadata({ name, uri, protocolInfo, durationSeconds, sizeBytes, resolution }: ItemFacts): string {
  const attributes: Readonly<Record<string, string | null>> = {
    protocolInfo,
    duration: durationSeconds === null ? null : `${formatUpnpTime(durationSeconds)}.000`,
    size: sizeBytes === null ? null : String(sizeBytes),
    resolution,
  }
  const said = Object.entries(attributes).flatMap(([key, value]) => (value === null ? [] : [` ${key}="${escapeXml(value)}"`]))
  const namespaces =
    'xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/" xmlns:dlna="urn:schemas-dlna-org:metadata-1-0/"'
  const item = `<dc:title>${escapeXml(name)}</dc:title><upnp:class>object.item.videoItem.movie</upnp:class><res${said.join("")}>${escapeXml(uri)}</res>`
  return `<DIDL-Lite ${namespaces}><item id="0" parentID="-1" restricted="1">${item}</item></DIDL-Lite>`
}
