import { createSocket, type RemoteInfo, type Socket } from "node:dgram"
import { type NetworkAddress, networkAddresses } from "./network-addresses.ts"
import { parseSsdp, type SsdpMessage } from "./ssdp-message.ts"

/** Multicast group and port of the protocol. */
export const GROUP = "239.255.255.250"
export const PORT = 1900
/** Routers that a message may pass (UPnP Device Architecture 1.1, 1.3.2). */
const TTL = 2
/** Interfaces come and go: a cable, a wireless network, an address that changes. */
const LOOK_AGAIN_MS = 10_000

/** A socket for what is sent to the group, joined on each of the addresses, and one on each address to send from. */
export class GroupSockets {
  readonly #wanted: readonly string[] | null
  readonly #onMessage: (message: SsdpMessage, from: RemoteInfo) => void
  readonly #onAddress: (address: NetworkAddress) => void
  readonly #senders = new Map<string, { readonly of: NetworkAddress; readonly socket: Socket }>()
  #receiver: Socket | null = null
  #timer: NodeJS.Timeout | null = null
  #closed = false

  /** `wanted`: interfaces by name or address, null: all but loopback. `onAddress` hears of each address that can be sent from. */
  constructor(
    wanted: readonly string[] | null,
    onMessage: (message: SsdpMessage, from: RemoteInfo) => void,
    onAddress: (address: NetworkAddress) => void,
  ) {
    this.#wanted = wanted
    this.#onMessage = onMessage
    this.#onAddress = onAddress
  }

  get addresses(): readonly NetworkAddress[] {
    return [...this.#senders.values()].map(({ of }) => of)
  }

  async open(): Promise<void> {
    await this.#look()
    if (this.#closed) return
    this.#timer = setInterval(() => void this.#look(), LOOK_AGAIN_MS)
    this.#timer.unref()
  }

  /** Best effort, as UDP is: what cannot be sent now is said again later. */
  send(
    from: NetworkAddress,
    bytes: Buffer,
    to: { readonly address: string; readonly port: number } = { address: GROUP, port: PORT },
  ): Promise<void> {
    const sender = this.#senders.get(from.address)
    if (sender === undefined) return Promise.resolve()
    return new Promise((resolve) => sender.socket.send(bytes, to.port, to.address, () => resolve()))
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    closeQuietly(this.#receiver)
    this.#receiver = null
    for (const { socket } of this.#senders.values()) closeQuietly(socket)
    this.#senders.clear()
  }

  async #look(): Promise<void> {
    const now = networkAddresses(this.#wanted)
    for (const [address, { of, socket }] of this.#senders) {
      if (now.some((one) => one.address === address && one.name === of.name && one.netmask === of.netmask)) continue
      closeQuietly(socket)
      this.#senders.delete(address)
    }
    if (this.#receiver === null) {
      this.#receiver = await this.#openReceiver()
      for (const { of } of this.#senders.values()) this.#joinGroup(of)
    }
    for (const one of now) {
      if (this.#closed || this.#senders.has(one.address)) continue
      await this.#join(one)
    }
    if (this.#closed) this.close()
  }

  /** Null when another program has the port for itself; tried again later. */
  #openReceiver(): Promise<Socket | null> {
    const socket = createSocket({ type: "udp4", reuseAddr: true })
    return new Promise((resolve) => {
      socket.on("error", () => {
        if (this.#receiver === socket) this.#receiver = null
        closeQuietly(socket)
        resolve(null)
      })
      socket.on("message", (bytes, from) => this.#take(bytes, from))
      socket.bind({ port: PORT, exclusive: false }, () => resolve(socket))
    })
  }

  async #join(one: NetworkAddress): Promise<void> {
    const socket = await openSender(one, (bytes, from) => this.#take(bytes, from))
    if (socket === null) return
    if (this.#closed) return closeQuietly(socket)
    socket.on("error", () => {
      closeQuietly(socket)
      if (this.#senders.get(one.address)?.socket === socket) this.#senders.delete(one.address)
    })
    this.#senders.set(one.address, { of: one, socket })
    this.#joinGroup(one)
    this.#onAddress(one)
  }

  #joinGroup({ address }: NetworkAddress): void {
    try {
      this.#receiver?.addMembership(GROUP, address)
    } catch {
      // Joined already (two addresses on one interface), or gone again: what can be heard is heard.
    }
  }

  #take(bytes: Buffer, from: RemoteInfo): void {
    const message = this.#closed ? null : parseSsdp(bytes)
    if (message !== null) this.#onMessage(message, from)
  }
}

/** A socket that sends from this address. Null: the address has gone. */
function openSender({ address }: NetworkAddress, onMessage: (bytes: Buffer, from: RemoteInfo) => void): Promise<Socket | null> {
  const socket = createSocket({ type: "udp4" })
  return new Promise((resolve) => {
    const fail = () => {
      closeQuietly(socket)
      resolve(null)
    }
    socket.once("error", fail)
    socket.on("message", onMessage)
    socket.bind({ address, port: 0 }, () => {
      socket.off("error", fail)
      try {
        socket.setMulticastInterface(address)
        socket.setMulticastTTL(TTL)
        resolve(socket)
      } catch {
        fail()
      }
    })
  })
}

function closeQuietly(socket: Socket | null): void {
  if (socket === null) return
  socket.removeAllListeners("message")
  // An error that is under way must not end the process.
  socket.on("error", () => {})
  try {
    socket.close()
  } catch {
    // Closed already.
  }
}
