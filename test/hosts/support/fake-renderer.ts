import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { parseDescription, type RendererDescription } from "../../../src/hosts/dlna/renderer/description.ts"

/** What the fake answers to an action: the answer's elements, a UPnP error code, or null for no answer at all. */
export type Answer = Readonly<Record<string, string | number>> | number | null

/** A MediaRenderer that does what a test says, and tells what it was asked. */
export class FakeRenderer {
  /** By action. What is not here succeeds with an empty answer. */
  readonly answers: Record<string, (args: Readonly<Record<string, string>>) => Answer> = {}
  readonly calls: { readonly action: string; readonly args: Readonly<Record<string, string>> }[] = []
  state = "STOPPED"
  status = "OK"
  uri = ""
  /** Seconds, and since when it plays; null: its position stands. */
  position = 0
  #since: number | null = null
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.answers = {
      GetProtocolInfo: () => ({ Source: "", Sink: "http-get:*:video/mpeg:*" }),
      SetAVTransportURI: ({ CurrentURI = "" }) => {
        this.uri = CurrentURI
        this.moveTo(0)
        return {}
      },
      Play: () => this.play(),
      Pause: () => {
        this.moveTo(this.now)
        this.#since = null
        this.state = "PAUSED_PLAYBACK"
        return {}
      },
      Stop: () => {
        this.#since = null
        this.state = "STOPPED"
        return {}
      },
      Seek: ({ Target = "" }) => {
        const [hours = 0, minutes = 0, seconds = 0] = Target.split(":").map(Number)
        this.moveTo(hours * 3600 + minutes * 60 + seconds)
        return {}
      },
      GetTransportInfo: () => ({ CurrentTransportState: this.state, CurrentTransportStatus: this.status, CurrentSpeed: 1 }),
      GetPositionInfo: () => ({ Track: 1, TrackURI: this.uri, RelTime: `0:00:${String(Math.floor(this.now)).padStart(2, "0")}` }),
      GetVolume: () => ({ CurrentVolume: 15 }),
    }
  }

  static async start(): Promise<FakeRenderer> {
    const server = createServer()
    const fake = new FakeRenderer(server)
    server.on("request", (request: IncomingMessage, response: ServerResponse) => void fake.#serve(request, response))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return fake
  }

  get location(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/description.xml`)
  }

  get description(): RendererDescription {
    return parseDescription(descriptionXml({ friendlyName: "Fake" }), this.location)
  }

  get now(): number {
    return this.position + (this.#since === null ? 0 : (Date.now() - this.#since) / 1000)
  }

  /** The addresses it was given, in order. */
  get loaded(): readonly string[] {
    return this.calls.filter(({ action }) => action === "SetAVTransportURI").map(({ args }) => args.CurrentURI ?? "")
  }

  play(): Answer {
    this.#since = Date.now()
    this.state = "PLAYING"
    return {}
  }

  moveTo(seconds: number): void {
    this.position = seconds
    if (this.#since !== null) this.#since = Date.now()
  }

  /** As if its plug were pulled: nothing answers there any more. */
  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === "/rc.xml") {
      const range = "<allowedValueRange><minimum>0</minimum><maximum>30</maximum><step>1</step></allowedValueRange>"
      response.end(`<scpd><serviceStateTable><stateVariable><name>Volume</name>${range}</stateVariable></serviceStateTable></scpd>`)
      return
    }
    let body = ""
    for await (const chunk of request) body += chunk
    const [, action = ""] = /#(\w+)"/.exec(String(request.headers.soapaction)) ?? []
    const args = Object.fromEntries([...body.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name, value]) => [name, value]))
    this.calls.push({ action, args })
    const answer = this.answers[action]?.(args) ?? (action in this.answers ? null : {})
    if (answer === null) return
    const inner =
      typeof answer === "number"
        ? `<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${answer}</errorCode><errorDescription>so it is</errorDescription></UPnPError></detail></s:Fault>`
        : `<u:${action}Response xmlns:u="x">${Object.entries(answer)
            .map(([name, value]) => `<${name}>${value}</${name}>`)
            .join("")}</u:${action}Response>`
    response.writeHead(typeof answer === "number" ? 500 : 200, { "content-type": "text/xml" })
    response.end(
      `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inner}</s:Body></s:Envelope>`,
    )
  }
}

/** A device description with whatever is to be odd about it. */
export function descriptionXml(odd: {
  readonly friendlyName?: string
  readonly urlBase?: string
  readonly controlUrl?: string
  readonly deviceType?: string
  readonly prolog?: string
  readonly udn?: string
}): string {
  const { friendlyName = "Fake", urlBase = "", controlUrl = "/control", deviceType = "MediaRenderer:1", prolog = "" } = odd
  const service = (name: string, control: string) =>
    `<service><serviceType>urn:schemas-upnp-org:service:${name}:1</serviceType><serviceId>urn:upnp-org:serviceId:${name}</serviceId><SCPDURL>/rc.xml</SCPDURL><controlURL>${control}</controlURL><eventSubURL>/event</eventSubURL></service>`
  const services = service("AVTransport", controlUrl) + service("RenderingControl", "/control") + service("ConnectionManager", "control")
  return `<?xml version="1.0"?>${prolog}<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>${urlBase === "" ? "" : `<URLBase>${urlBase}</URLBase>`}<device><deviceType>urn:schemas-upnp-org:device:${deviceType}</deviceType><friendlyName>${friendlyName}</friendlyName><UDN>${odd.udn ?? "uuid:00000000-0000-0000-0000-000000000001"}</UDN><serviceList>${services}</serviceList></device></root>`
}
