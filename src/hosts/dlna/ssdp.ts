import type { RemoteInfo } from "node:dgram"
import { GROUP, GroupSockets, PORT } from "./group-sockets.ts"
import { isInNetwork, type NetworkAddress } from "./network-addresses.ts"
import { formatSsdp, maxAgeOf, type SsdpMessage } from "./ssdp-message.ts"

/** What a device says of itself: itself, its type, and each of its services. */
export type Advertisement = {
  /** NT and ST: `upnp:rootdevice`, `uuid:...`, `urn:schemas-upnp-org:device:MediaServer:1`. */
  readonly target: string
  /** USN. */
  readonly name: string
}

export type AnnouncerOptions = {
  /** Interfaces by name or address; null: all but loopback. */
  readonly interfaces: readonly string[] | null
  /** Where the description is to be had by who reaches us at `address`. */
  readonly location: (address: string) => string
  /** SERVER: `Linux/6.1 UPnP/1.0 opentray/1.0`. */
  readonly server: string
  readonly advertisements: readonly Advertisement[]
}

/** How long control points may believe in us; said again well before. */
const MAX_AGE_SECONDS = 1800
const ANNOUNCE_AGAIN_MS = 800_000
/** A datagram may get lost: the first announcement is made three times. */
const FIRST_ANNOUNCEMENTS_MS = [0, 400, 1500]
/** MX is how long the asker waits; a longer one only keeps us waiting. */
const MAX_DELAY_SECONDS = 3
/** Answers that wait for their moment: more askers at once are no control points. */
const MAX_WAITING_ANSWERS = 200

/** Makes a device known on the network: announces it, answers searches, and says goodbye. */
export class SsdpAnnouncer {
  readonly #options: AnnouncerOptions
  readonly #sockets: GroupSockets
  readonly #timers = new Set<NodeJS.Timeout>()
  #again: NodeJS.Timeout | null = null
  #waitingAnswers = 0

  constructor(options: AnnouncerOptions) {
    this.#options = options
    this.#sockets = new GroupSockets(
      options.interfaces,
      (message, from) => this.#answer(message, from),
      (address) => this.#announceFirst(address),
    )
  }

  async open(): Promise<void> {
    await this.#sockets.open()
    this.#again = setInterval(() => {
      for (const address of this.#sockets.addresses) void this.#announce(address)
    }, ANNOUNCE_AGAIN_MS)
    this.#again.unref()
  }

  /** Resolves when the goodbyes are on their way. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    if (this.#again !== null) clearInterval(this.#again)
    const goodbyes = this.#options.advertisements.map(({ target, name }) =>
      formatSsdp("notify", { HOST: `${GROUP}:${PORT}`, NT: target, NTS: "ssdp:byebye", USN: name }),
    )
    await Promise.all(this.#sockets.addresses.flatMap((address) => goodbyes.map((bytes) => this.#sockets.send(address, bytes))))
    this.#sockets.close()
  }

  #announceFirst(address: NetworkAddress): void {
    for (const wait of FIRST_ANNOUNCEMENTS_MS) this.#later(wait, () => void this.#announce(address))
  }

  async #announce(from: NetworkAddress): Promise<void> {
    const { advertisements, location, server } = this.#options
    for (const { target, name } of advertisements) {
      const headers = {
        HOST: `${GROUP}:${PORT}`,
        "CACHE-CONTROL": `max-age=${MAX_AGE_SECONDS}`,
        LOCATION: location(from.address),
        NT: target,
        NTS: "ssdp:alive",
        SERVER: server,
        USN: name,
      }
      await this.#sockets.send(from, formatSsdp("notify", headers))
    }
  }

  /** Only to askers of our own networks: an answer to any other address would let a stranger aim our packets at it. */
  #answer({ kind, headers }: SsdpMessage, asker: RemoteInfo): void {
    if (kind !== "search" || headers.get("man") !== '"ssdp:discover"') return
    const wait = /^\d{1,4}$/.exec(headers.get("mx") ?? "")
    const target = headers.get("st")
    const from = this.#sockets.addresses.find((address) => isInNetwork(asker.address, address))
    if (wait === null || target === undefined || from === undefined || asker.port === 0) return
    const wanted = this.#options.advertisements.filter((one) => target === "ssdp:all" || target === one.target)
    const longest = Math.min(Math.max(Number(wait[0]), 1), MAX_DELAY_SECONDS) * 1000
    for (const one of wanted) {
      if (this.#waitingAnswers >= MAX_WAITING_ANSWERS) return
      this.#waitingAnswers++
      // Spread over half of the time: an answer needs time to arrive.
      this.#later((Math.random() * longest) / 2, () => {
        this.#waitingAnswers--
        void this.#sockets.send(from, this.#found(one, from), asker)
      })
    }
  }

  #found({ target, name }: Advertisement, { address }: NetworkAddress): Buffer {
    return formatSsdp("response", {
      "CACHE-CONTROL": `max-age=${MAX_AGE_SECONDS}`,
      DATE: new Date().toUTCString(),
      EXT: "",
      LOCATION: this.#options.location(address),
      SERVER: this.#options.server,
      ST: target,
      USN: name,
    })
  }

  #later(wait: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, wait)
    timer.unref()
    this.#timers.add(timer)
  }
}

/** What was heard of a device on the network. Untrusted: whoever sends a datagram writes all of it. */
export type SsdpNews = {
  readonly kind: "alive" | "byebye"
  /** NT or ST. */
  readonly target: string
  /** USN. */
  readonly name: string
  /** Where its description is; null with `byebye`. Not checked: it may name any place. */
  readonly location: string | null
  readonly server: string | null
  readonly maxAgeSeconds: number
  /** Who sent it. */
  readonly from: string
}

export type FinderOptions = {
  /** Interfaces by name or address; null: all but loopback. */
  readonly interfaces: readonly string[] | null
  /** What is searched for: `urn:schemas-upnp-org:device:MediaRenderer:1`. News of other targets are not told. */
  readonly target: string
  readonly onNews: (news: SsdpNews) => void
}

/** Longer ones help no one: who is there says so again. */
const MAX_BELIEVED_SECONDS = 86_400
/** Datagrams may get lost: each search goes out twice. */
const SEARCHES_MS = [0, 300]

/** Listens for devices of one type and searches for them. Only messages from our own networks count. */
export class SsdpFinder {
  readonly #options: FinderOptions
  readonly #sockets: GroupSockets
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(options: FinderOptions) {
    this.#options = options
    this.#sockets = new GroupSockets(
      options.interfaces,
      (message, from) => this.#hear(message, from),
      (address) => this.#searchFrom(address, 2),
    )
  }

  /** Searches once on every interface; others are searched on when they appear. */
  open(): Promise<void> {
    return this.#sockets.open()
  }

  /** Asks again; answers come within `waitSeconds` (1 to 5). */
  search(waitSeconds = 2): void {
    for (const address of this.#sockets.addresses) this.#searchFrom(address, waitSeconds)
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#sockets.close()
  }

  #searchFrom(address: NetworkAddress, waitSeconds: number): void {
    const headers = {
      HOST: `${GROUP}:${PORT}`,
      MAN: '"ssdp:discover"',
      MX: String(Math.min(Math.max(waitSeconds, 1), 5)),
      ST: this.#options.target,
    }
    const bytes = formatSsdp("search", headers)
    for (const wait of SEARCHES_MS) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        void this.#sockets.send(address, bytes)
      }, wait)
      timer.unref()
      this.#timers.add(timer)
    }
  }

  #hear(message: SsdpMessage, { address }: RemoteInfo): void {
    const { kind, headers } = message
    const target = headers.get(kind === "notify" ? "nt" : "st")
    const name = headers.get("usn")
    if (kind === "search" || target !== this.#options.target || name === undefined) return
    if (!this.#sockets.addresses.some((own) => isInNetwork(address, own))) return
    const says = kind === "response" ? "ssdp:alive" : headers.get("nts")
    const location = headers.get("location") ?? null
    if (says !== "ssdp:byebye" && (says !== "ssdp:alive" || location === null)) return
    this.#options.onNews({
      kind: says === "ssdp:byebye" ? "byebye" : "alive",
      target,
      name,
      location: says === "ssdp:byebye" ? null : location,
      server: headers.get("server") ?? null,
      maxAgeSeconds: Math.min(maxAgeOf(message) ?? MAX_AGE_SECONDS, MAX_BELIEVED_SECONDS),
      from: address,
    })
  }
}
