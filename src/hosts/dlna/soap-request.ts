import { descend, escapeXml, parseXml, textOf, type XmlNode } from "./renderer/xml.ts"
import { UPNP_ERRORS, UpnpError } from "./upnp-error.ts"

/** Browse and Search with the longest criteria that are read have 5 kB. */
export const MAX_SOAP_BYTES = 64 * 1024

/** An action that a control point calls. */
export type ActionCall = {
  readonly action: string
  /** @throws UpnpError 402 where it is missing */
  text(name: string): string
  /** A ui4. @throws UpnpError 402 */
  number(name: string): number
}

/** Largest ui4. */
const MAX_UI4 = 2 ** 32 - 1

/**
 * Reads an action call (UPnP Device Architecture 1.0, 3.2.1). `header` is SOAPACTION, which names the service and the action.
 * @throws UpnpError 401, 402
 */
export function parseActionCall(body: string, header: string | undefined, serviceType: string): ActionCall {
  // The quotes are part of it (3.2.1); not every device knows.
  const [, type, action] = /^"?([^"#]{1,200})#(\w{1,100})"?$/.exec(header ?? "") ?? []
  if (type !== serviceType || action === undefined)
    throw new UpnpError(UPNP_ERRORS.invalidAction, "SOAPACTION names no action of this service")
  const call = descend(parseBody(body), "Envelope", "Body", action)
  if (call === undefined) throw new UpnpError(UPNP_ERRORS.invalidArgs, `the body is no call of ${action}`)
  const text = (name: string): string => {
    // An empty element is an empty text.
    const value = textOf(call, name)
    if (value === null) throw new UpnpError(UPNP_ERRORS.invalidArgs, `${name} is missing`)
    return value
  }
  return {
    action,
    text,
    number: (name) => {
      const digits = text(name)
      const value = /^\d{1,10}$/.test(digits) ? Number(digits) : Number.POSITIVE_INFINITY
      if (value > MAX_UI4) throw new UpnpError(UPNP_ERRORS.invalidArgs, `${name} is no number`)
      return value
    },
  }
}

function parseBody(body: string): XmlNode {
  try {
    return parseXml(body, "the control point")
  } catch {
    throw new UpnpError(UPNP_ERRORS.invalidArgs, "the body is no XML, or has a DOCTYPE")
  }
}

const envelope = (inside: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>${inside}</s:Body></s:Envelope>\n`

/** Arguments in the order in which the service description lists them. */
export function formatAnswer(serviceType: string, action: string, args: Readonly<Record<string, string | number>>): string {
  const fields = Object.entries(args).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
  return envelope(`<u:${action}Response xmlns:u="${serviceType}">${fields.join("")}</u:${action}Response>`)
}

export function formatFault({ code, message }: UpnpError): string {
  const error = `<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${code}</errorCode><errorDescription>${escapeXml(message)}</errorDescription></UPnPError>`
  return envelope(`<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>${error}</detail></s:Fault>`)
}
