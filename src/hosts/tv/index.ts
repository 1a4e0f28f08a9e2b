import { randomUUID } from "node:crypto"
import { type Context, Hono } from "hono"
import * as v from "valibot"
import type { WebSocket } from "ws"
import { DiscError } from "../../base/index.ts"
import { warmUp } from "../../transcode/index.ts"
import type { Host, HostContext } from "../host.ts"
import { RemoteChannel } from "./remote-channel.ts"
import { MAX_REMOTE_MESSAGE_BYTES } from "./remote-message.ts"
import { RunningSession } from "./running-session.ts"

export type { TvSessionListing } from "./protocol.ts"

/** A disc's id and where to begin. */
const MAX_REQUEST_BYTES = 4096
/** Remote controls of one session: a family has fewer phones. */
const MAX_REMOTES = 8

const startRequest = v.object({
  disc: v.pipe(v.string(), v.maxLength(100)),
  from: v.optional(v.picklist(["first-play", "menu"]), "first-play"),
})

/** Live and not to be stored; a DLNA device must not seek in it: sender paced, its beginning and end move (DLNA guidelines 7.4.1.3.24). */
const LIVE_HEADERS = {
  "content-type": "video/mp2t",
  "cache-control": "no-store",
  "accept-ranges": "none",
  "contentFeatures.dlna.org": "DLNA.ORG_OP=00;DLNA.ORG_CI=1;DLNA.ORG_FLAGS=8D100000000000000000000000000000",
  "transferMode.dlna.org": "Streaming",
}
const PLAYLIST_HEADERS = {
  "content-type": "application/vnd.apple.mpegurl",
  "cache-control": "no-store",
  "access-control-allow-origin": "*",
}
const PIECE_HEADERS = { "content-type": "video/mp2t", "cache-control": "public, max-age=60, immutable", "access-control-allow-origin": "*" }

/** Discs with their menus on devices that play only a stream, with a page as their remote control. */
export function createTvHost(context: HostContext): Host {
  const sessions = new Map<string, RunningSession>()
  const routes = new Hono()

  routes.get("/api/tv-sessions", (c) => c.json([...sessions.values()].map(({ listing }) => listing)))
  routes.post("/api/tv-sessions", async (c) => {
    const { disc, from } = await requestOf(c)
    const listed = context.find(disc)
    if (listed === null) throw new DiscError("not-found", "that disc is not open any more; reload the page")
    const id = randomUUID()
    const running = await RunningSession.start(
      id,
      listed,
      from,
      (kind) => context.claim(kind),
      () => sessions.delete(id),
    )
    sessions.set(id, running)
    // The first picture should not wait for a process to start.
    warmUp()
    return c.json(running.listing, 201)
  })
  routes.delete("/api/tv-sessions/:id", async (c) => {
    await sessionOf(sessions, c.req.param("id")).session.close()
    return c.body(null, 204)
  })
  serveStreams(routes, sessions)

  const connect = (socket: WebSocket, query: URLSearchParams) => {
    const running = sessions.get(query.get("session") ?? "")
    if (running === undefined) socket.close(4404, "there is no such session any more")
    else if (running.remotes.size >= MAX_REMOTES) socket.close(4429, "too many remote controls are open")
    else new RemoteChannel(socket, running)
  }
  return {
    routes,
    sockets: new Map([["/api/remote", { maxMessageBytes: MAX_REMOTE_MESSAGE_BYTES, connect }]]),
    close: async () => {
      await Promise.all([...sessions.values()].map(({ session }) => session.close()))
    },
  }
}

function serveStreams(routes: Hono, sessions: ReadonlyMap<string, RunningSession>): void {
  routes.on(["GET", "HEAD"], "/tv/:id/stream.ts", (c) => {
    const { session } = sessionOf(sessions, c.req.param("id"))
    if (c.req.method === "HEAD") return c.body(null, 200, LIVE_HEADERS)
    return c.body(session.stream(), 200, LIVE_HEADERS)
  })
  routes.get("/tv/:id/live.m3u8", async (c) => {
    const { session } = sessionOf(sessions, c.req.param("id"))
    const [segment, part] = [ordinal(c.req.query("_HLS_msn")), ordinal(c.req.query("_HLS_part"))]
    if (segment === null && part !== null) throw new DiscError("bad-argument", "_HLS_part goes with _HLS_msn")
    return c.body(await session.playlist(segment, part), 200, PLAYLIST_HEADERS)
  })
  routes.get("/tv/:id/:piece{(segment|part)-[0-9-]+\\.ts}", async (c) => {
    const { session } = sessionOf(sessions, c.req.param("id"))
    const [, kind, segment = "", part = ""] = /^(segment|part)-(\d{1,9})(?:-(\d{1,4}))?\.ts$/.exec(c.req.param("piece")) ?? []
    const bytes = kind === "part" ? await session.part(Number(segment), Number(part)) : await session.segment(Number(segment))
    if (kind === undefined || bytes === null) throw new DiscError("not-found", "this piece of the stream is not there any more")
    return c.body(new Uint8Array(bytes), 200, PIECE_HEADERS)
  })
}

function sessionOf(sessions: ReadonlyMap<string, RunningSession>, id: string): RunningSession {
  const running = sessions.get(id)
  if (running === undefined) throw new DiscError("not-found", "there is no such session any more; start the menu on the television again")
  return running
}

async function requestOf(c: Context): Promise<v.InferOutput<typeof startRequest>> {
  if (Number(c.req.header("content-length") ?? Number.POSITIVE_INFINITY) > MAX_REQUEST_BYTES) {
    throw new DiscError("limit", "the request is too long")
  }
  const request = v.safeParse(startRequest, await c.req.json().catch(() => null))
  if (!request.success) throw new DiscError("bad-argument", 'give { "disc": ID, "from": "first-play" or "menu" }')
  return request.output
}

/** Null: not given. @throws DiscError `bad-argument` */
function ordinal(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^\d{1,9}$/.test(text)) throw new DiscError("bad-argument", `${text} is no number of a segment or part`)
  return Number(text)
}
