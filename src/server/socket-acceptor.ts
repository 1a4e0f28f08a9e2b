import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { Host, SocketEndpoint } from "../hosts/host.ts"
import type { Guard } from "./guard.ts"

/** A machine that went away without a word (sleep, a lost network) is noticed after two of these. */
const PING_EVERY_MS = 2_000
/** Shorter messages are not worth compressing. */
const COMPRESS_FROM_BYTES = 4096

/** Lets pages open the hosts' sockets, and ends those whose other side no longer answers. */
export class SocketAcceptor {
  readonly #endpoints: ReadonlyMap<string, SocketEndpoint>
  readonly #acceptors: ReadonlyMap<SocketEndpoint, WebSocketServer>
  readonly #guard: Guard
  /** Sockets, and whether they answered since the last ping. */
  readonly #alive = new Map<WebSocket, boolean>()
  readonly #timer: NodeJS.Timeout

  constructor(hosts: readonly Host[], guard: Guard) {
    this.#endpoints = new Map(hosts.flatMap((host) => [...host.sockets]))
    this.#acceptors = new Map([...this.#endpoints.values()].map((endpoint) => [endpoint, acceptorOf(endpoint)]))
    this.#guard = guard
    this.#timer = setInterval(() => this.#ping(), PING_EVERY_MS)
    this.#timer.unref()
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until the upgrade is done nobody else listens: a socket reset here must not end the process.
    socket.on("error", () => socket.destroy())
    const endpoint = this.#endpoints.get(pathOf(request))
    const acceptor = endpoint === undefined ? undefined : this.#acceptors.get(endpoint)
    const refusal = this.#guard.refusal(request.headers)
    if (endpoint === undefined || acceptor === undefined || refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal === null ? "404 Not Found" : "403 Forbidden"}\r\nConnection: close\r\n\r\n`)
      return
    }
    acceptor.handleUpgrade(request, socket, head, (webSocket) => {
      this.#alive.set(webSocket, true)
      webSocket.on("pong", () => this.#alive.set(webSocket, true))
      webSocket.on("message", () => this.#alive.set(webSocket, true))
      webSocket.on("close", () => this.#alive.delete(webSocket))
      endpoint.connect(webSocket, queryOf(request))
    })
  }

  close(): void {
    clearInterval(this.#timer)
    for (const socket of this.#alive.keys()) socket.terminate()
    for (const acceptor of this.#acceptors.values()) acceptor.close()
  }

  #ping(): void {
    for (const [socket, alive] of this.#alive) {
      if (!alive) {
        socket.terminate()
        continue
      }
      this.#alive.set(socket, false)
      if (socket.readyState === socket.OPEN) socket.ping()
    }
  }
}

function acceptorOf({ maxMessageBytes }: SocketEndpoint): WebSocketServer {
  return new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: { threshold: COMPRESS_FROM_BYTES } })
}

function queryOf({ url = "/" }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.split("?")[1] ?? "")
}

function pathOf({ url = "/" }: IncomingMessage): string {
  const [path] = url.split("?")
  return path ?? "/"
}
