import { DiscError } from "../../../base/index.ts"
import type { Service } from "./description.ts"
import { askDevice } from "./device-http.ts"
import { children, descend, escapeXml, parseXml, textOf, type XmlNode } from "./xml.ts"

/** What a device answers to an act that it refuses; codes are of UPnP Device Architecture 1.1, 3.2.2 and of each service (AVTransport:1 2.4). */
export class DeviceRefusal extends DiscError {
  readonly upnpCode: number

  constructor(action: string, upnpCode: number, description: string) {
    super("unsupported", `the device refused ${action}: ${upnpCode}${description === "" ? "" : ` ${description}`}`)
    this.upnpCode = upnpCode
  }
}

export type CallOptions = { readonly timeoutMs?: number; readonly signal?: AbortSignal }

/**
 * Calls an action of a service (UPnP Device Architecture 1.1, 3.2.1) and gives its answer's element.
 * @throws DeviceRefusal; DiscError `read-failed`, `damaged`, `limit`, `aborted`
 */
export async function callAction(
  service: Service,
  action: string,
  args: Readonly<Record<string, string>>,
  options: CallOptions = {},
): Promise<XmlNode> {
  const fields = Object.entries(args).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
  const { status, body } = await askDevice(service.controlUrl, {
    ...options,
    method: "POST",
    headers: { "content-type": 'text/xml; charset="utf-8"', soapaction: `"${service.type}#${action}"` },
    body: envelope(`<u:${action} xmlns:u="${escapeXml(service.type)}">${fields.join("")}</u:${action}>`),
  })
  const from = `the device at ${service.controlUrl.host}`
  // 500 carries what the device says of its refusal; any other status is from something that does not know the action.
  if (status !== 200 && status !== 500) throw new DeviceRefusal(action, status, `(HTTP ${status})`)
  const answer = descend(parseXml(body, from), "Envelope", "Body")
  const fault = descend(answer, "Fault")
  if (status === 500 || fault !== undefined) {
    const error = descend(fault, "detail", "UPnPError")
    throw new DeviceRefusal(action, Number(textOf(error, "errorCode") ?? status), (textOf(error, "errorDescription") ?? "").slice(0, 200))
  }
  const [result] = children(answer, `${action}Response`)
  if (result === undefined) throw new DiscError("damaged", `${from} did not answer ${action}`)
  return result
}

const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>${body}</s:Body></s:Envelope>`
