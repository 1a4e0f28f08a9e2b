import { randomUUID } from "node:crypto"
import { request } from "node:http"
import { escapeXml } from "./renderer/xml.ts"

/** A house has a dozen control points; each subscribes to both services, and again after it was restarted. */
const MAX_SUBSCRIPTIONS = 200
const MAX_OF_ONE_ADDRESS = 20
/** What a control point may ask for, in seconds; one that asks for ever or for nothing gets the most. */
const MIN_SECONDS = 60
const MAX_SECONDS = 1800
/** A control point that takes longer to hear an event does not hear it. */
const NOTIFY_MS = 5_000
/** A control point may hear the first event before the answer to its subscription, and not know it yet. */
const FIRST_EVENT_MS = 100
const FIRST_AGAIN_MS = 1_000
/** Events in a row that a control point did not take before it is given up. */
const MAX_FAILURES = 3
const MAX_CALLBACK_LENGTH = 1000
const MAX_CALLBACKS = 5
/** Event keys are ui4; behind the last comes 1 (UPnP Device Architecture 1.0, 4.2.1). */
const LAST_KEY = 2 ** 32 - 1

export type Variables = Readonly<Record<string, string>>

type Subscription = {
  readonly sid: string
  readonly address: string
  readonly callback: URL
  expiresAt: number
  key: number
  failures: number
  /** What is not sent yet; later values take the place of earlier ones. */
  pending: Variables | null
  isSending: boolean
}

/** What SUBSCRIBE asks for, as headers say it. */
export type SubscribeRequest = {
  readonly callback: string | undefined
  readonly nt: string | undefined
  readonly sid: string | undefined
  readonly timeout: string | undefined
  /** Who asks. */
  readonly address: string | null
}

export type SubscribeAnswer =
  | { readonly status: 200; readonly sid: string; readonly seconds: number; readonly begin: () => void }
  | { readonly status: 400 | 412 | 503 }

/** Who wants to hear of a service's variables (UPnP Device Architecture 1.0, 4). Events go only to who subscribed: to the address that asked. */
export class Subscriptions {
  readonly #current: () => Variables
  readonly #all = new Map<string, Subscription>()
  readonly #sending = new Set<AbortController>()
  #closed = false

  /** `current`: all evented variables, for the first event. */
  constructor(current: () => Variables) {
    this.#current = current
  }

  get count(): number {
    this.#forgetExpired()
    return this.#all.size
  }

  /** Begins or renews. `begin`, called when the answer goes out, sends the first event soon after. */
  subscribe({ callback, nt, sid, timeout, address }: SubscribeRequest): SubscribeAnswer {
    this.#forgetExpired()
    const seconds = secondsOf(timeout)
    if (sid !== undefined) {
      if (callback !== undefined || nt !== undefined) return { status: 400 }
      const known = this.#of(sid, address)
      if (known === null) return { status: 412 }
      known.expiresAt = Date.now() + seconds * 1000
      return { status: 200, sid, seconds, begin: () => {} }
    }
    const url = address === null ? null : callbackOf(callback, address)
    if (nt !== "upnp:event" || url === null || address === null) return { status: 412 }
    const ofAddress = [...this.#all.values()].filter((one) => one.address === address)
    if (this.#closed || this.#all.size >= MAX_SUBSCRIPTIONS || ofAddress.length >= MAX_OF_ONE_ADDRESS) return { status: 503 }
    const begun = this.#begin(address, url, seconds)
    return {
      status: 200,
      sid: begun.sid,
      seconds,
      begin: () => void this.#pause(FIRST_EVENT_MS).then(() => this.#queue(begun, this.#current())),
    }
  }

  #begin(address: string, callback: URL, seconds: number): Subscription {
    const sid = `uuid:${randomUUID()}`
    const expiresAt = Date.now() + seconds * 1000
    const begun: Subscription = { sid, address, callback, expiresAt, key: 0, failures: 0, pending: null, isSending: false }
    this.#all.set(sid, begun)
    return begun
  }

  unsubscribe({ callback, nt, sid, address }: SubscribeRequest): 200 | 400 | 412 {
    if (sid === undefined) return 412
    if (callback !== undefined || nt !== undefined) return 400
    const known = this.#of(sid, address)
    if (known === null) return 412
    this.#all.delete(sid)
    return 200
  }

  /** Variables have changed. */
  tell(changed: Variables): void {
    this.#forgetExpired()
    for (const one of this.#all.values()) this.#queue(one, changed)
  }

  close(): void {
    this.#closed = true
    this.#all.clear()
    for (const abort of this.#sending) abort.abort()
  }

  #of(sid: string, address: string | null): Subscription | null {
    const known = this.#all.get(sid)
    return known !== undefined && known.address === address ? known : null
  }

  #forgetExpired(): void {
    const now = Date.now()
    for (const [sid, { expiresAt }] of this.#all) if (expiresAt <= now) this.#all.delete(sid)
  }

  #queue(to: Subscription, variables: Variables): void {
    to.pending = { ...to.pending, ...variables }
    if (!to.isSending) void this.#send(to)
  }

  async #send(to: Subscription): Promise<void> {
    to.isSending = true
    while (to.pending !== null && this.#all.get(to.sid) === to) {
      const { pending, key } = to
      to.pending = null
      const isTaken = await this.#notify(to, key, pending)
      to.failures = isTaken ? 0 : to.failures + 1
      if (to.failures >= MAX_FAILURES) this.#all.delete(to.sid)
      // The first one, with all variables, is what the others build on.
      if (isTaken || key > 0) to.key = key === LAST_KEY ? 1 : key + 1
      else await this.#sendAgain(to, pending)
    }
    to.isSending = false
  }

  async #sendAgain(to: Subscription, variables: Variables): Promise<void> {
    to.pending = { ...variables, ...to.pending }
    await this.#pause(FIRST_AGAIN_MS)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms).unref())
  }

  /** Whether it was taken. A redirect is not followed. */
  #notify({ callback, sid }: Subscription, key: number, variables: Variables): Promise<boolean> {
    const body = formatPropertySet(variables)
    const abort = new AbortController()
    this.#sending.add(abort)
    const headers = {
      "content-type": 'text/xml; charset="utf-8"',
      "content-length": String(Buffer.byteLength(body)),
      nt: "upnp:event",
      nts: "upnp:propchange",
      sid,
      seq: String(key),
      connection: "close",
    }
    return new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => abort.abort(), NOTIFY_MS)
      const done = (taken: boolean) => {
        clearTimeout(timer)
        this.#sending.delete(abort)
        // Nobody reads what it answers.
        notice.destroy()
        resolve(taken)
      }
      const notice = request(callback, { method: "NOTIFY", headers, agent: false, signal: abort.signal })
      notice.on("error", () => done(false))
      notice.on("response", ({ statusCode }) => done(statusCode === 200))
      notice.end(body)
    })
  }
}

/** `Second-1800`, within our bounds. */
function secondsOf(timeout: string | undefined): number {
  const match = /^\s*Second-(\d{1,9})\s*$/i.exec(timeout ?? "")
  return match === null ? MAX_SECONDS : Math.min(Math.max(Number(match[1]), MIN_SECONDS), MAX_SECONDS)
}

/** The first of `<http://192.168.1.7:1234/events>...` that leads back to who asks; null: none does. */
function callbackOf(header: string | undefined, address: string): URL | null {
  const text = (header ?? "").slice(0, MAX_CALLBACK_LENGTH)
  for (const [, candidate = ""] of [...text.matchAll(/<([^<>\s]+)>/g)].slice(0, MAX_CALLBACKS)) {
    if (!URL.canParse(candidate)) continue
    const url = new URL(candidate)
    const host = url.hostname.replace(/^\[|\]$/g, "")
    if (url.protocol === "http:" && host === address && url.username === "" && url.password === "") return url
  }
  return null
}

function formatPropertySet(variables: Variables): string {
  const properties = Object.entries(variables).map(([name, value]) => `<e:property><${name}>${escapeXml(value)}</${name}></e:property>`)
  return `<?xml version="1.0" encoding="utf-8"?>\n<e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0">${properties.join("")}</e:propertyset>\n`
}
