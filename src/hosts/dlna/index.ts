import { type Context, Hono } from "hono"
import type { Host, HostContext } from "../host.ts"
import { TitleFiles } from "../title-files.ts"
import { ConnectionManager } from "./connection-manager.ts"
import { ContentDirectory } from "./content-directory.ts"
import { advertisementsOf, DESCRIPTION_PATH, describeDevice, deviceUdn, servicePaths } from "./device-description.ts"
import { addressOf, deviceOf, type RendererAt } from "./device-facts.ts"
import { type DeviceRule, resourcesFor } from "./device-rules.ts"
import type { DidlContent } from "./didl.ts"
import { serveIcons } from "./icons.ts"
import type { TreeObject } from "./library-tree.ts"
import { serveMedia } from "./media.ts"
import { Pictures } from "./pictures.ts"
import type { ReadWatch } from "./read-watch.ts"
import { textBody } from "./request-body.ts"
import { type ResourceFacts, titleOf, titleResources } from "./resources.ts"
import { CONNECTION_MANAGER, CONTENT_DIRECTORY, describeService, type ServiceModel, serviceType } from "./service-model.ts"
import { type ActionCall, formatAnswer, formatFault, MAX_SOAP_BYTES, parseActionCall } from "./soap-request.ts"
import { SsdpAnnouncer } from "./ssdp.ts"
import { type SubscribeRequest, Subscriptions } from "./subscriptions.ts"
import { TitleSizes } from "./title-sizes.ts"
import { UPNP_ERRORS, UpnpError } from "./upnp-error.ts"

export { deviceRules } from "./default-rules.ts"
export type { DeviceRule } from "./device-rules.ts"

export type DlnaHostOptions = {
  /** What televisions call this server. */
  readonly name: string
  /** The program's version. */
  readonly version: string
  /** Where it is announced: interfaces by name or address. Default: wherever the server listens, but for loopback. */
  readonly interfaces?: readonly string[]
  /** Which forms which devices are told of; the first that is meant for a device counts. */
  readonly rules?: readonly DeviceRule[]
  /** Hears which bytes devices ask for. */
  readonly reads?: ReadWatch
  /** What is known of the renderer at an address. */
  readonly rendererAt?: RendererAt
  /** Whether titles can be converted here. Default true. */
  readonly canConvert?: boolean
}

type Answer = Readonly<Record<string, string | number>>

type Service = {
  readonly model: ServiceModel
  readonly subscriptions: Subscriptions
  readonly act: (c: Context, call: ActionCall) => Answer | Promise<Answer>
}

/** A UPnP AV MediaServer: televisions find it, look through its discs and play their titles. */
export function createDlnaHost(context: HostContext, options: DlnaHostOptions): Host {
  return new DlnaHost(context, options)
}

class DlnaHost implements Host {
  readonly routes = new Hono()
  readonly sockets: Host["sockets"] = new Map()
  readonly #options: DlnaHostOptions
  readonly #files = new TitleFiles()
  readonly #pictures = new Pictures()
  readonly #facts: ResourceFacts
  readonly #canConvert: boolean
  readonly #directory: ContentDirectory
  readonly #services: readonly Service[]
  readonly #server: string
  #udn: string
  #announcer: SsdpAnnouncer | null = null

  constructor(context: HostContext, options: DlnaHostOptions) {
    this.#options = options
    this.#udn = deviceUdn(options.name, 0)
    this.#server = `${process.platform}/${process.versions.node} UPnP/1.0 DLNADOC/1.50 opentray/${options.version}`
    this.#canConvert = options.canConvert ?? true
    const sizes = new TitleSizes()
    this.#facts = { titleSize: sizes.sizeOf, canConvert: this.#canConvert }
    const directory = new ContentDirectory(context, { canConvert: this.#canConvert, onChange: (changed) => heard.tell(changed) })
    const heard = new Subscriptions(() => directory.variables)
    const manager = new ConnectionManager(this.#canConvert)
    this.#directory = directory
    this.#services = [
      { model: CONTENT_DIRECTORY, subscriptions: heard, act: (c, call) => directory.act(call, (object) => this.#contentOf(c, object)) },
      { model: CONNECTION_MANAGER, subscriptions: new Subscriptions(() => manager.variables), act: (_, call) => manager.act(call) },
    ]
    this.routes.get(DESCRIPTION_PATH, (c) => this.#xml(c, describeDevice({ name: options.name, udn: this.#udn, version: options.version })))
    serveIcons(this.routes)
    for (const service of this.#services) this.#serve(service)
    serveMedia(this.routes, {
      context,
      files: this.#files,
      sizes,
      facts: this.#facts,
      shownTo: (c, resource) => this.#shown(c, [resource])[0] ?? resource,
      onRead: (path, offset, address) => options.reads?.tell(path, offset, address),
    })
    if (this.#canConvert) this.#pictures.serve(this.routes, context)
  }

  async listening({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    this.#udn = deviceUdn(this.#options.name, port)
    const interfaces = announcedOn(host, this.#options.interfaces)
    if (interfaces !== null && interfaces.length === 0) return
    this.#announcer = new SsdpAnnouncer({
      interfaces,
      location: (address) => `http://${address}:${port}${DESCRIPTION_PATH}`,
      server: this.#server,
      advertisements: advertisementsOf(this.#udn),
    })
    await this.#announcer.open()
  }

  async close(): Promise<void> {
    await this.#announcer?.close()
    this.#directory.close()
    for (const { subscriptions } of this.#services) subscriptions.close()
    await Promise.all([this.#files.close(), this.#pictures.close()])
  }

  #serve({ model, subscriptions, act }: Service): void {
    const { description, control, events } = servicePaths(model)
    this.routes.get(description, (c) => this.#xml(c, describeService(model)))
    this.routes.post(control, async (c) => {
      const body = await textBody(c, MAX_SOAP_BYTES)
      if (body === null) return c.text("longer than any call of an action\n", 413)
      try {
        const call = parseActionCall(body, c.req.header("soapaction"), serviceType(model))
        return this.#xml(c, formatAnswer(serviceType(model), call.action, await act(c, call)))
      } catch (error) {
        return this.#xml(c, formatFault(error instanceof UpnpError ? error : new UpnpError(UPNP_ERRORS.actionFailed, "it failed")), 500)
      }
    })
    this.routes.on("SUBSCRIBE", events, (c) => {
      const answer = subscriptions.subscribe(subscribeRequest(c))
      if (answer.status !== 200) return c.body(null, answer.status)
      answer.begin()
      return c.body(null, 200, { sid: answer.sid, timeout: `Second-${answer.seconds}`, server: this.#server, "content-length": "0" })
    })
    this.routes.on("UNSUBSCRIBE", events, (c) => c.body(null, subscriptions.unsubscribe(subscribeRequest(c))))
  }

  #xml(c: Context, text: string, status: 200 | 500 = 200): Response {
    return c.body(text, status, { "content-type": 'text/xml; charset="utf-8"', server: this.#server, ext: "" })
  }

  #shown<R extends readonly Parameters<typeof resourcesFor>[0][number][]>(c: Context, resources: R) {
    return resourcesFor(resources, deviceOf(c, this.#options.rendererAt ?? (() => null)), this.#options.rules ?? [])
  }

  /** Addresses lead to where the request came in: the way by which this device reaches us. */
  #contentOf(c: Context, object: TreeObject): DidlContent {
    const base = `http://${c.req.header("host") ?? ""}`
    const { disc } = object
    if (disc === null) return { base, resources: [], pictures: [] }
    const number = object.kind === "item" ? object.titleNumber : disc.info.mainTitle
    const title = disc.info.titles.find((one) => one.number === number)
    const pictures = title === undefined || !this.#canConvert ? [] : this.#pictures.of(disc, title, base)
    if (object.kind === "container") return { base, resources: [], pictures }
    const { number: titleNumber } = titleOf(disc, object.titleNumber)
    return { base, pictures, resources: this.#shown(c, titleResources(disc, titleNumber, object.choice, this.#facts)) }
  }
}

/** Null: every interface but loopback; empty: none. */
function announcedOn(host: string, wanted: readonly string[] | undefined): readonly string[] | null {
  if (wanted !== undefined) return wanted
  if (host === "0.0.0.0" || host === "::") return null
  return host === "localhost" || host === "::1" || host.startsWith("127.") ? [] : [host]
}

const subscribeRequest = (c: Context): SubscribeRequest => ({
  callback: c.req.header("callback"),
  nt: c.req.header("nt"),
  sid: c.req.header("sid"),
  timeout: c.req.header("timeout"),
  address: addressOf(c),
})
