import type { ServerResponse } from "node:http"
import type { HttpBindings } from "@hono/node-server"
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import type { Context } from "hono"
import { DiscError, type Source } from "../base/index.ts"
import { parseRange } from "./byte-range.ts"

/** Read and sent at a time: a client that does not take it costs us this much, twice. */
const CHUNK_BYTES = 128 * 1024
/** A client that takes nothing for so long while its connection stands is not coming back; a film paused over dinner is. */
const MAX_PAUSE_MS = 60 * 60 * 1000

export type RangedBody = {
  /** Nothing is read of it while the client takes nothing. */
  readonly content: Pick<Source, "size" | "read">
  /** Content-Type. */
  readonly type: string
  /** A strong entity tag with its quotes: the same tag means the same bytes. */
  readonly etag: string
  /** Sent with every answer that describes the content (200, 206, 304). */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Answers a GET or HEAD with content or one range of it (RFC 9110: `Range`, `If-Range`, `If-Match`, `If-None-Match`). Resolves when the answer is
 * sent or the client has gone, so that the caller knows when `content` is needed no longer; the result is what the route returns.
 * @throws what reading the first bytes throws; a later failure cuts the connection, which tells the client that the body is not complete
 */
export async function rangedBody(c: Context, body: RangedBody): Promise<Response> {
  const { content, etag } = body
  const headers = { ...body.headers, etag, "accept-ranges": "bytes" }
  const ifMatch = c.req.header("if-match")
  if (ifMatch !== undefined && !names(ifMatch, etag, false)) return c.body(null, 412)
  const ifNoneMatch = c.req.header("if-none-match")
  if (ifNoneMatch !== undefined && names(ifNoneMatch, etag, true)) return c.body(null, 304, headers)

  const wanted = parseRange(rangeHeader(c, etag), content.size)
  if (wanted.kind === "unsatisfiable") return c.body(null, 416, { "content-range": `bytes */${content.size}` })
  const { start, end } = wanted.kind === "part" ? wanted : { start: 0, end: content.size }
  const described = {
    ...headers,
    "content-type": body.type,
    "content-length": String(end - start),
    ...(wanted.kind === "part" ? { "content-range": `bytes ${start}-${end - 1}/${content.size}` } : {}),
  }
  const status = wanted.kind === "part" ? 206 : 200
  if (c.req.raw.method === "HEAD") return c.body(null, status, described)
  // Straight to the socket: a Web stream in between would print failed reads to the console, and costs a third of the speed.
  const { outgoing } = c.env as HttpBindings
  await send(outgoing as ServerResponse, content, { start, end, begin: () => outgoing.writeHead(status, described) })
  return RESPONSE_ALREADY_SENT
}

/** Ranges are defined for GET alone (14.2), and hold only while the content is what the client has the rest of (13.1.5). */
function rangeHeader(c: Context, etag: string): string | undefined {
  if (c.req.raw.method !== "GET") return undefined
  const ifRange = c.req.header("if-range")
  return ifRange === undefined || ifRange.trim() === etag ? c.req.header("range") : undefined
}

/** Whether a list of entity tags, or `*`, names ours. A weak comparison passes over `W/` (8.8.3.2). */
function names(list: string, etag: string, weak: boolean): boolean {
  if (list.trim() === "*") return true
  return list.split(",").some((item) => (weak ? item.trim().replace(/^W\//, "") : item.trim()) === etag)
}

type Stretch = { readonly start: number; readonly end: number; readonly begin: () => void }

async function send(outgoing: ServerResponse, content: RangedBody["content"], { start, end, begin }: Stretch): Promise<void> {
  const gone = new AbortController()
  const onClose = () => gone.abort()
  outgoing.once("close", onClose)
  const read = async (at: number) => {
    const bytes = await content.read(at, Math.min(CHUNK_BYTES, end - at), { signal: gone.signal })
    if (bytes.length === 0) throw new DiscError("read-failed", "the title ends early", { offset: at })
    return bytes
  }
  try {
    let bytes = start < end ? await read(start) : new Uint8Array(0)
    if (outgoing.destroyed) return
    begin()
    for (let at = start + bytes.length; at < end; at += bytes.length) {
      // The next read runs while this chunk is under way, and not before the one ahead of it has gone.
      const room = outgoing.write(bytes) ? Promise.resolve() : taken(outgoing, "drain")
      const [next] = await Promise.all([read(at), room])
      if (outgoing.destroyed) return
      bytes = next
    }
    outgoing.end(bytes)
    await taken(outgoing, "finish")
  } catch (error) {
    if (!outgoing.headersSent && !outgoing.destroyed) throw error
    outgoing.destroy()
  } finally {
    outgoing.off("close", onClose)
    gone.abort()
  }
}

/** `event`: the client has taken what was written; or it has gone, or is given up. */
function taken(outgoing: ServerResponse, event: "drain" | "finish"): Promise<void> {
  return new Promise((resolve) => {
    if (outgoing.destroyed || (event === "finish" && outgoing.writableFinished)) return resolve()
    const timer = setTimeout(() => outgoing.destroy(), MAX_PAUSE_MS)
    const done = () => {
      clearTimeout(timer)
      outgoing.off(event, done)
      outgoing.off("close", done)
      resolve()
    }
    outgoing.on(event, done)
    outgoing.on("close", done)
  })
}
