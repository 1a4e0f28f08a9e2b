import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import WebSocket from "ws"
import type { DiscListing, HostMessage } from "../../src/hosts/browser/protocol.ts"

/** A page's connections without the page. */
export class Client {
  readonly socket: WebSocket
  readonly messages: HostMessage[] = []

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on("message", (data, isBinary) => {
      if (!isBinary) this.messages.push(JSON.parse(String(data)) as HostMessage)
    })
  }

  static async connect(url: string, path: string, options: WebSocket.ClientOptions = {}): Promise<Client> {
    const socket = new WebSocket(url.replace("http", "ws") + path, options)
    const client = new Client(socket)
    await new Promise((resolve, reject) => {
      socket.on("open", resolve)
      socket.on("error", reject)
    })
    return client
  }

  say(message: unknown): void {
    this.socket.send(JSON.stringify(message))
  }

  /** The first message of a type, now or later. */
  async hear<T extends HostMessage["type"]>(type: T): Promise<Extract<HostMessage, { type: T }>> {
    for (;;) {
      const found = this.messages.find((message): message is Extract<HostMessage, { type: T }> => message.type === type)
      if (found !== undefined) return found
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  get closed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.readyState === WebSocket.CLOSED) resolve()
      else this.socket.on("close", () => resolve())
    })
  }
}

export const playMessage = (disc: string) => ({
  type: "play",
  ...{ disc, start: { title: 1, time: 0 } },
  videoCodecs: ["h264"],
  audioCodecs: ["aac"],
})

export const discs = async (url: string): Promise<readonly DiscListing[]> =>
  (await fetch(`${url}api/discs`)).json() as Promise<DiscListing[]>

/** Status of a request with headers that `fetch` does not let one set. */
export function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on("error", reject)
    asked.end()
  })
}

/** A file over HTTP with ranges, and the lengths that it was asked for. */
export async function serveRanges(bytes: Uint8Array): Promise<{ readonly url: string; requests(): readonly number[]; close(): void }> {
  const requests: number[] = []
  const server = createServer((asked, response) => {
    const [, from = "", to = ""] = /bytes=(\d+)-(\d*)/.exec(asked.headers.range ?? "") ?? []
    if (from === "") {
      requests.push(0)
      response
        .writeHead(200, { "accept-ranges": "bytes", "content-length": bytes.length, etag: '"1"' })
        .end(asked.method === "HEAD" ? undefined : bytes)
      return
    }
    const end = Math.min(to === "" ? bytes.length - 1 : Number(to), bytes.length - 1)
    requests.push(end - Number(from) + 1)
    const headers = { "content-range": `bytes ${from}-${end}/${bytes.length}`, "content-length": end - Number(from) + 1, etag: '"1"' }
    response.writeHead(206, { ...headers, "accept-ranges": "bytes" }).end(bytes.subarray(Number(from), end + 1))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/disc.iso`,
    requests: () => requests,
    close: () => void server.close(),
  }
}
