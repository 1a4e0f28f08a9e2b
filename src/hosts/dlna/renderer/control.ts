import { DiscError } from "../../../base/index.ts"
import type { RendererDescription, Service } from "./description.ts"
import { askDevice } from "./device-http.ts"
import { type CallOptions, callAction } from "./soap.ts"
import { formatUpnpTime, parseUpnpTime } from "./upnp-time.ts"
import { children, descend, parseXml, textOf } from "./xml.ts"

/** Televisions answer these when they have opened the stream. Who takes longer is taken for gone: a viewer should hear of that within 10 s. */
const ACT_MS = 8_500
/** Where a device does not say its own. */
const USUAL_MAX_VOLUME = 100
/** Volumes of devices are small numbers. */
const MOST_MAX_VOLUME = 65_535

/** TransportState (AVTransport:1 2.2.1); `none`: nothing is there to play. */
export type TransportState = "playing" | "paused" | "stopped" | "transitioning" | "none"

/** `isOk`: false when the device says that something went wrong (TransportStatus ERROR_OCCURRED). */
export type Transport = { readonly state: TransportState; readonly isOk: boolean }

const STATES: Readonly<Record<string, TransportState>> = {
  PLAYING: "playing",
  PAUSED_PLAYBACK: "paused",
  STOPPED: "stopped",
  TRANSITIONING: "transitioning",
  NO_MEDIA_PRESENT: "none",
}

/** The acts of a MediaRenderer:1 that playing takes. Each throws DeviceRefusal, or DiscError when there is no proper answer. */
export class RendererControl {
  readonly description: RendererDescription
  #maxVolume: Promise<number> | null = null

  constructor(description: RendererDescription) {
    this.description = description
  }

  /** The `Sink` of its GetProtocolInfo: what it takes. Empty where it does not say. */
  async sink(options: CallOptions = {}): Promise<string> {
    const service = this.description.connectionManager
    if (service === null) return ""
    return textOf(await callAction(service, "GetProtocolInfo", {}, options), "Sink") ?? ""
  }

  /** `metadata`: DIDL-Lite of the one item. */
  async load(uri: string, metadata: string, options: CallOptions = {}): Promise<void> {
    await this.#act("SetAVTransportURI", { CurrentURI: uri, CurrentURIMetaData: metadata }, options)
  }

  async play(options: CallOptions = {}): Promise<void> {
    await this.#act("Play", { Speed: "1" }, options)
  }

  async pause(options: CallOptions = {}): Promise<void> {
    await this.#act("Pause", {}, options)
  }

  async stop(options: CallOptions = {}): Promise<void> {
    await this.#act("Stop", {}, options)
  }

  /** In seconds of what is loaded; whole ones are asked for. */
  async seek(seconds: number, options: CallOptions = {}): Promise<void> {
    await this.#act("Seek", { Unit: "REL_TIME", Target: formatUpnpTime(seconds) }, options)
  }

  async transport(options: CallOptions = {}): Promise<Transport> {
    const answer = await this.#ask("GetTransportInfo", options)
    const state = STATES[textOf(answer, "CurrentTransportState") ?? ""] ?? "none"
    return { state, isOk: textOf(answer, "CurrentTransportStatus") !== "ERROR_OCCURRED" }
  }

  /** Seconds of what is loaded, and its address; null where the device does not say. */
  async position(options: CallOptions = {}): Promise<{ readonly seconds: number | null; readonly uri: string | null }> {
    const answer = await this.#ask("GetPositionInfo", options)
    return { seconds: parseUpnpTime(textOf(answer, "RelTime")), uri: textOf(answer, "TrackURI") || null }
  }

  /** 0 to 100; null where it has no volume. */
  async volume(options: CallOptions = {}): Promise<number | null> {
    const service = this.description.renderingControl
    if (service === null) return null
    const answer = await callAction(service, "GetVolume", { InstanceID: "0", Channel: "Master" }, options)
    const value = Number(textOf(answer, "CurrentVolume"))
    return Number.isFinite(value) ? Math.min(100, Math.round((value * 100) / (await this.#loudest(service)))) : null
  }

  /** 0 to 100. @throws DiscError `unsupported` where it has no volume */
  async setVolume(volume: number, options: CallOptions = {}): Promise<void> {
    const service = this.description.renderingControl
    if (service === null) throw new DiscError("unsupported", `${this.description.name} has no volume to set`)
    const value = Math.round((Math.min(100, Math.max(0, volume)) * (await this.#loudest(service))) / 100)
    await callAction(service, "SetVolume", { InstanceID: "0", Channel: "Master", DesiredVolume: String(value) }, options)
  }

  #act(action: string, args: Readonly<Record<string, string>>, options: CallOptions): Promise<unknown> {
    return callAction(this.description.avTransport, action, { InstanceID: "0", ...args }, { timeoutMs: ACT_MS, ...options })
  }

  #ask(action: string, options: CallOptions): Promise<unknown> {
    return callAction(this.description.avTransport, action, { InstanceID: "0" }, options)
  }

  #loudest(service: Service): Promise<number> {
    this.#maxVolume ??= maxVolume(service).catch(() => USUAL_MAX_VOLUME)
    return this.#maxVolume
  }
}

/** The allowedValueRange of Volume in the service's description (RenderingControl:1 2.2.16). */
async function maxVolume({ descriptionUrl }: Service): Promise<number> {
  if (descriptionUrl === null) return USUAL_MAX_VOLUME
  const { body } = await askDevice(descriptionUrl)
  const variables = children(descend(parseXml(body, `the device at ${descriptionUrl.host}`), "scpd", "serviceStateTable"), "stateVariable")
  const volume = variables.find((variable) => textOf(variable, "name") === "Volume")
  const maximum = Number(textOf(descend(volume, "allowedValueRange"), "maximum"))
  return Number.isInteger(maximum) && maximum > 0 && maximum <= MOST_MAX_VOLUME ? maximum : USUAL_MAX_VOLUME
}
