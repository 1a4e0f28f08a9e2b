import { randomUUID } from "node:crypto"
import { Hono } from "hono"
import * as v from "valibot"
import type { WebSocket } from "ws"
import { DiscError } from "../../base/index.ts"
import { warmUp } from "../../transcode/index.ts"
import type { HeldDisc, Host, HostContext, ListedDisc } from "../host.ts"
import { Thumbnails } from "../thumbnails.ts"
import { BrowserSession, type Channel } from "./browser-session.ts"
import { describe, discOf, serveCatalogue } from "./catalogue.ts"
import { fileEndpoint } from "./file-socket.ts"
import { MAX_MESSAGE_BYTES, parsePageMessage } from "./page-message.ts"
import { PictureFolder } from "./picture-folder.ts"
import type { DiscListing, HostMessage, PlayRequest } from "./protocol.ts"
import { servePage } from "./static-page.ts"

/** A socket that is this far behind is not read any more: its page has gone or will never catch up. */
const MAX_SOCKET_BACKLOG_BYTES = 64 * 1024 * 1024

const openRequest = v.object({ spec: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096)) })

/** In pixels; the page shows 112, screens have twice as many. */
const THUMBNAIL_WIDTH = 256

export type BrowserHostOptions = {
  /** The folder of the built page; default: where `npm run build` puts it. */
  readonly page?: string
  /** A folder where pictures are kept from one run to the next; without it they are kept in memory. */
  readonly pictures?: string
}

/** Plays discs in a browser page: the page, what it asks for, and a session for each that watches. */
export function createBrowserHost(context: HostContext, options: BrowserHostOptions = {}): Host {
  const sessions = new Map<string, BrowserSession>()
  const thumbnails = new Thumbnails({
    width: THUMBNAIL_WIDTH,
    kept: options.pictures === undefined ? null : new PictureFolder(options.pictures),
  })
  // The first picture should not wait for a process to start.
  warmUp()
  const routes = new Hono()

  serveCatalogue(routes, context, thumbnails)
  routes.post("/api/discs", async (c) => {
    if (Number(c.req.header("content-length") ?? Number.POSITIVE_INFINITY) > MAX_MESSAGE_BYTES) {
      throw new DiscError("limit", "the request is too long for a path or an address")
    }
    const request = v.safeParse(openRequest, await c.req.json().catch(() => null))
    if (!request.success) throw new DiscError("bad-argument", "give the path or address of a disc")
    return c.json(describe(await context.open(request.output.spec)))
  })
  routes.get("/api/stream/:session", (c) => {
    const stream = sessions.get(c.req.param("session"))?.stream() ?? null
    if (stream === null) return c.json({ code: "not-found", message: "there is no such stream, or it is being read already" }, 404)
    return c.body(stream, 200, { "content-type": "video/mp2t", "cache-control": "no-store" })
  })
  servePage(routes, options.page)

  const start = async (request: PlayRequest, channel: Channel): Promise<BrowserSession> => {
    const uncount = context.claim("session")
    const id = randomUUID()
    let held: HeldDisc | null = null
    const release = () => {
      sessions.delete(id)
      uncount()
      held?.release()
    }
    try {
      held = await discOf(context, request.disc).hold()
      const session = BrowserSession.start(id, held.disc, request, { channel, claim: (kind) => context.claim(kind), release })
      sessions.set(id, session)
      return session
    } catch (error) {
      release()
      throw error
    }
  }
  return {
    routes,
    sockets: new Map([
      ["/api/session", { maxMessageBytes: MAX_MESSAGE_BYTES, connect: (socket: WebSocket) => serveSocket(socket, start) }],
      ["/api/files", fileEndpoint(context, listing)],
    ]),
    close: async () => {
      await Promise.all([...sessions.values()].map((session) => session.close()))
      await thumbnails.close()
    },
  }
}

function listing({ id, name, info }: ListedDisc): DiscListing {
  return { id, name, info }
}

/** One socket is one session: it begins with the page's `play` and ends with the socket. */
function serveSocket(socket: WebSocket, start: (request: PlayRequest, channel: Channel) => Promise<BrowserSession>): void {
  const channel: Channel = {
    send: (message) => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > MAX_SOCKET_BACKLOG_BYTES) socket.terminate()
      else socket.send(message)
    },
    close: () => socket.close(),
  }
  const say = (message: HostMessage) => channel.send(JSON.stringify(message))
  /** Null when it could not begin; the page has heard why. */
  const begin = async (request: PlayRequest): Promise<BrowserSession | null> => {
    try {
      const session = await start(request, channel)
      say({ type: "session", stream: `api/stream/${session.id}` })
      return session
    } catch (error) {
      // One page's trouble is not the other pages': the server goes on.
      const known = error instanceof DiscError
      say({
        type: "error",
        code: known ? error.code : "internal",
        message: known ? error.message : "something is wrong in opentray itself",
      })
      socket.close()
      return null
    }
  }
  let session: Promise<BrowserSession | null> | null = null
  socket.on("message", (data, isBinary) => {
    const message = isBinary ? null : parsePageMessage(String(data))
    if (message === null) return socket.close(1008, "not a message of the page")
    if (session !== null) return void session.then((begun) => begun?.take(message)).catch(() => socket.terminate())
    if (message.type !== "play") return socket.close(1008, "a session begins with play")
    session = begin(message)
  })
  socket.on("error", () => socket.terminate())
  socket.on("close", () => void session?.then((begun) => begun?.close()))
}
