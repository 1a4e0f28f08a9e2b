import type { HttpBindings } from "@hono/node-server"
import { type Context, Hono } from "hono"
import { DiscError } from "../../base/index.ts"
import type { Host, HostContext } from "../host.ts"
import { ConverterPool } from "./converter-pool.ts"
import type { HlsTitle, SoundForm } from "./hls-title.ts"
import { OpenTitles } from "./open-titles.ts"
import { PLAYLIST_TYPE } from "./playlists.ts"
import { SegmentCache } from "./segment-cache.ts"
import { firstPicture } from "./segment-writer.ts"

/** Ten segments of a DVD's title and sound, or two of a Blu-ray's. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024
const SEGMENT_TYPE = "video/mp2t"

type Bytes = Uint8Array<ArrayBuffer>

/** Each title as HLS (RFC 8216), made on demand: `/api/discs/:id/titles/:n/hls/master.m3u8` and what it names. */
export function createHlsHost(context: HostContext): Host {
  const pool = new ConverterPool(() => context.claim("converter"))
  const titles = new OpenTitles(context, pool)
  const cache = new SegmentCache(MAX_CACHE_BYTES)
  const routes = new Hono()
  const base = "/api/discs/:id/titles/:title/hls"

  const use = <T>(c: Context, work: (title: HlsTitle) => T | Promise<T>): Promise<T> =>
    titles.use(c.req.param("id") ?? "", ordinal(c.req.param("title") ?? ""), work)
  const playlist = async (c: Context, write: (title: HlsTitle) => string | Promise<string>, type = PLAYLIST_TYPE) =>
    c.body(await use(c, write), 200, { "content-type": type, ...FRESH })
  const segment = (c: Context, path: string, make: (title: HlsTitle, signal: AbortSignal) => Promise<Bytes>): Promise<Bytes> => {
    const [disc, number] = [c.req.param("id") ?? "", ordinal(c.req.param("title") ?? "")]
    if (context.find(disc) === null) throw new DiscError("not-found", "there is no such disc here")
    const making = (signal: AbortSignal) => titles.use(disc, number, (title) => make(title, signal))
    return cache.get(`${disc}/${number}/${path}`, making, goneSignal(c))
  }
  const video = (c: Context, index: number) => segment(c, `video/${index}`, (title, signal) => title.videoSegment(index, signal))

  const lists: Readonly<Record<string, (title: HlsTitle) => string | Promise<string>>> = {
    "master.m3u8": (title) => title.master(),
    "video.m3u8": (title) => title.videoPlaylist(),
    "iframes.m3u8": (title) => title.iFramePlaylist(),
  }
  get(`${base}/chapters.json`, (c) => playlist(c, (title) => title.chapters(), "application/json"))
  get(`${base}/:list{[a-z0-9-]+\\.m3u8}`, (c) => {
    const name = c.req.param("list") ?? ""
    const write = lists[name]
    if (write !== undefined) return playlist(c, write)
    const [kind, number = "", form] = name.replace(".m3u8", "").split("-")
    if (kind === "text") return playlist(c, (title) => title.textPlaylist(ordinal(number)))
    if (kind === "audio") return playlist(c, (title) => title.soundPlaylist(ordinal(number), soundForm(form)))
    throw new DiscError("not-found", "there is no such playlist")
  })
  get(`${base}/video/:segment{[0-9]+\\.ts}`, async (c) => media(c, await video(c, segmentNumber(c))))
  get(`${base}/iframes/:segment{[0-9]+\\.ts}`, async (c) => {
    const index = segmentNumber(c)
    const isCopied = await use(c, (title) => title.plan.isCopied)
    if (!isCopied) return media(c, firstPicture(await video(c, index)))
    return media(c, await segment(c, `iframes/${index}`, (title, signal) => title.iFrameSegment(index, signal)))
  })
  get(`${base}/audio/:number{[0-9]+}/:form/:segment{[0-9]+\\.ts}`, async (c) => {
    const [number, form, index] = [ordinal(c.req.param("number") ?? ""), soundForm(c.req.param("form")), segmentNumber(c)]
    return media(
      c,
      await segment(c, `audio/${number}/${form}/${index}`, (title, signal) => title.soundSegment(number, form, index, signal)),
    )
  })
  get(`${base}/text/:number{[0-9]+}/:segment{[0-9]+\\.vtt}`, async (c) => {
    const text = await use(c, (title) => title.textSegment(ordinal(c.req.param("number") ?? ""), segmentNumber(c)))
    return c.body(text, 200, { "content-type": "text/vtt; charset=utf-8", ...CACHED })
  })
  return {
    routes,
    sockets: new Map(),
    close: async () => {
      cache.clear()
      await pool.close()
      await titles.close()
    },
  }

  function get(path: string, answer: (c: Context) => Promise<Response>): void {
    routes.get(path, answering(answer))
  }
}

const CACHED = { "cache-control": "private, max-age=3600" }
const FRESH = { "cache-control": "private, no-cache" }

const media = (c: Context, bytes: Bytes) => c.body(bytes, 200, { "content-type": SEGMENT_TYPE, ...CACHED })

/** A client that is told to wait asks again (RFC 9110 15.6.4); other errors are the server's to tell. */
function answering(answer: (c: Context) => Promise<Response>) {
  return async (c: Context): Promise<Response> => {
    try {
      return await answer(c)
    } catch (error) {
      if (!(error instanceof DiscError) || error.code !== "limit") throw error
      return c.json({ code: error.code, message: error.message }, 503, { "retry-after": "2" })
    }
  }
}

/** Aborted when the client has gone before it had its answer. */
function goneSignal(c: Context): AbortSignal {
  const gone = new AbortController()
  const { outgoing } = c.env as HttpBindings
  outgoing.once("close", () => gone.abort())
  return gone.signal
}

const segmentNumber = (c: Context): number => {
  const [digits = ""] = (c.req.param("segment") ?? "").split(".")
  if (digits.length > 6) throw new DiscError("not-found", "there is no such segment")
  return Number(digits)
}

function soundForm(text: string | undefined): SoundForm {
  if (text === "aac" || text === "ac3" || text === "eac3") return text
  throw new DiscError("not-found", "sound is offered as aac, ac3 or eac3")
}

function ordinal(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new DiscError("not-found", `"${text.slice(0, 20)}" is not the number of a title or stream`)
}
