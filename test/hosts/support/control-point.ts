import { XMLParser } from "fast-xml-parser"

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@", parseTagValue: false, isArray: (name) => MANY.has(name) })
const MANY = new Set(["container", "item", "res", "upnp:albumArtURI", "service", "action", "argument", "stateVariable", "e:property"])

// biome-ignore lint/suspicious/noExplicitAny: documents of any shape; what a test expects of them it says itself
export type Xml = any

export const readXml = (text: string): Xml => parser.parse(text)

export type BrowseOptions = {
  readonly flag?: "BrowseMetadata" | "BrowseDirectChildren"
  readonly filter?: string
  readonly start?: number
  readonly count?: number
  readonly sort?: string
  readonly headers?: Record<string, string>
}

export type DidlObject = {
  readonly kind: "container" | "item"
  readonly id: string
  readonly parentId: string
  readonly refId: string | null
  readonly title: string
  readonly upnpClass: string
  readonly childCount: number | null
  readonly resources: readonly {
    readonly url: string
    readonly protocolInfo: string
    readonly attributes: Readonly<Record<string, string>>
  }[]
  readonly art: readonly { readonly url: string; readonly profile: string }[]
  readonly language: string | null
}

export type Page = { readonly objects: readonly DidlObject[]; readonly returned: number; readonly total: number; readonly updateId: number }

/** Talks to a MediaServer as the standard says, with nothing of the server's own code. */
export class ControlPoint {
  readonly #base: string

  /** `base`: `http://127.0.0.1:1234/` */
  constructor(base: string) {
    this.#base = base
  }

  async call(service: string, action: string, args: Readonly<Record<string, string | number>>, headers: Record<string, string> = {}) {
    const type = `urn:schemas-upnp-org:service:${service}:1`
    const fields = Object.entries(args).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    return this.post(service, envelope(`<u:${action} xmlns:u="${type}">${fields.join("")}</u:${action}>`), {
      soapaction: `"${type}#${action}"`,
      ...headers,
    })
  }

  async post(
    service: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; xml: Xml; body: Xml }> {
    const response = await fetch(new URL(`/dlna/${service}/control`, this.#base), {
      method: "POST",
      body,
      headers: { "content-type": 'text/xml; charset="utf-8"', ...headers },
    })
    const xml = readXml(await response.text())
    return { status: response.status, headers: response.headers, xml, body: xml["s:Envelope"]?.["s:Body"] }
  }

  async answer(
    service: string,
    action: string,
    args: Readonly<Record<string, string | number>> = {},
    headers: Record<string, string> = {},
  ) {
    const { status, body } = await this.call(service, action, args, headers)
    if (status !== 200) throw new Error(`${action}: ${JSON.stringify(body)}`)
    return body[`u:${action}Response`]
  }

  /** The error code of an action that fails. */
  async errorOf(service: string, action: string, args: Readonly<Record<string, string | number>>): Promise<number> {
    const { status, body } = await this.call(service, action, args)
    if (status !== 500) throw new Error(`${action} did not fail: ${status}`)
    return Number(body["s:Fault"].detail.UPnPError.errorCode)
  }

  async browse(
    id: string,
    { flag = "BrowseDirectChildren", filter = "*", start = 0, count = 0, sort = "", headers = {} }: BrowseOptions = {},
  ): Promise<Page> {
    const args = { ObjectID: id, BrowseFlag: flag, Filter: filter, StartingIndex: start, RequestedCount: count, SortCriteria: sort }
    return pageOf(await this.answer("ContentDirectory", "Browse", args, headers))
  }

  async search(id: string, criteria: string, { filter = "*", start = 0, count = 0, sort = "" }: BrowseOptions = {}): Promise<Page> {
    const args = {
      ContainerID: id,
      SearchCriteria: criteria,
      Filter: filter,
      StartingIndex: start,
      RequestedCount: count,
      SortCriteria: sort,
    }
    return pageOf(await this.answer("ContentDirectory", "Search", args))
  }

  /** All items below a container. */
  async items(id = "0"): Promise<readonly DidlObject[]> {
    const { objects } = await this.browse(id)
    const inside = await Promise.all(objects.map((one) => (one.kind === "item" ? [one] : this.items(one.id))))
    return inside.flat()
  }

  /** The object that a path of titles leads to. */
  async at(...titles: readonly string[]): Promise<DidlObject> {
    let id = "0"
    let found: DidlObject | undefined
    for (const title of titles) {
      const { objects } = await this.browse(id)
      found = objects.find((one) => one.title.startsWith(title))
      if (found === undefined) throw new Error(`no "${title}" among ${objects.map((one) => one.title).join(", ")}`)
      id = found.id
    }
    return found as DidlObject
  }
}

const pageOf = (answer: Xml): Page => ({
  objects: didlObjects(answer.Result),
  returned: Number(answer.NumberReturned),
  total: Number(answer.TotalMatches),
  updateId: Number(answer.UpdateID),
})

/** Keeps the order of containers among themselves and of items among themselves. */
export function didlObjects(didl: string): readonly DidlObject[] {
  const root = readXml(didl)["DIDL-Lite"]
  const all = (["container", "item"] as const).flatMap((kind) => (root[kind] ?? []).map((one: Xml) => didlObject(kind, one)))
  const order = [...didl.matchAll(/<(?:container|item) id="([^"]*)"/g)].map(([, id]) => unescapeXml(id ?? ""))
  return all.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
}

function didlObject(kind: DidlObject["kind"], one: Xml): DidlObject {
  return {
    kind,
    id: one["@id"],
    parentId: one["@parentID"],
    refId: one["@refID"] ?? null,
    title: one["dc:title"],
    upnpClass: one["upnp:class"],
    childCount: one["@childCount"] === undefined ? null : Number(one["@childCount"]),
    resources: (one.res ?? []).map(({ "#text": url, ...rest }: Xml) => ({
      url,
      protocolInfo: rest["@protocolInfo"],
      attributes: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name.slice(1), value])),
    })),
    art: (one["upnp:albumArtURI"] ?? []).map((art: Xml) => ({ url: art["#text"], profile: art["@dlna:profileID"] })),
    language: one["dc:language"] ?? null,
  }
}

const unescapeXml = (text: string): string =>
  text
    .replace(/&amp;/g, "&")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
const escapeXml = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")

export const envelope = (inside: string): string =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>${inside}</s:Body></s:Envelope>`
