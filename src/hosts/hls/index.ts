import type { HttpBindings } from "@hono/node-server"
import { type Context, Hono } from "hono"
import { DiscError } from "../../base/index.ts"
import type { Host, HostContext } from "../host.ts"
import { ConverterPool } from "./converter-pool.ts"
import type { SoundForm } from "./hls-title.ts"
import { OpenTitles } from "./open-titles.ts"
import { PLAYLIST_TYPE } from "./playlists.ts"
import { SegmentCache } from "./segment-cache.ts"

/** Ten segments of a DVD's title and sound, or two of a Blu-ray's. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024
const SEGMENT_TYPE = "video/mp2t"

type Bytes = Uint8Array<ArrayBuffer>

/** Each title as HLS (RFC 8216), made on demand: `/api/discs/:id/titles/:n/hls/master.m3u8` and what it names. */
export function createHlsHost(context: HostContext): Host {
  const claim = () => context.claim("converter")
  const sound = new ConverterPool({ video: { codecs: ["h264"] }, audio: { codecs: ["aac"] } }, claim)
  const pictures = new Map<string, ConverterPool>()
  const video = (canvas: { width: number; height: number }): ConverterPool => {
    const key = `${canvas.width}x${canvas.height}`
    const pool =
      pictures.get(key) ?? new ConverterPool({ video: { codecs: ["h264"], convertsAll: true, canvas }, audio: { codecs: ["aac"] } }, claim)
    pictures.set(key, pool)
    return pool
  }
  const titles = new OpenTitles(context, { sound, video })
  const cache = new SegmentCache(MAX_CACHE_BYTES)
  const routes = new Hono()
  const base = "/api/discs/:id/titles/:title/hls"

  const title = (c: Context) => titles.get(c.req.param("id") ?? "", ordinal(c.req.param("title") ?? ""))
  const segment = async (c: Context, path: string, make: (signal: AbortSignal) => Promise<Bytes>) => {
    const bytes = await cache.get(`${c.req.param("id")}/${c.req.param("title")}/${path}`, make, goneSignal(c))
    return c.body(bytes, 200, { "content-type": SEGMENT_TYPE, ...CACHED })
  }

  routes.get(
    `${base}/master.m3u8`,
    answering(async (c) => playlist(c, await (await title(c)).master())),
  )
  routes.get(
    `${base}/video.m3u8`,
    answering(async (c) => playlist(c, (await title(c)).videoPlaylist())),
  )
  routes.get(
    `${base}/iframes.m3u8`,
    answering(async (c) => playlist(c, (await title(c)).iFramePlaylist())),
  )
  routes.get(
    `${base}/chapters.json`,
    answering(async (c) => c.body((await title(c)).chapters(), 200, { "content-type": "application/json", ...FRESH })),
  )
  routes.get(
    `${base}/:list{[a-z0-9-]+\\.m3u8}`,
    answering(async (c) => {
      const [kind, number = "", form] = (c.req.param("list") ?? "").replace(".m3u8", "").split("-")
      if (kind !== "text" && kind !== "audio") throw new DiscError("not-found", "there is no such playlist")
      const opened = await title(c)
      if (kind === "text") return playlist(c, await opened.textPlaylist(ordinal(number)))
      return playlist(c, opened.soundPlaylist(ordinal(number), soundForm(form)))
    }),
  )
  routes.get(
    `${base}/video/:segment{[0-9]+\\.ts}`,
    answering(async (c) => {
      const index = segmentNumber(c)
      return segment(c, `video/${index}`, async (signal) => (await title(c)).videoSegment(index, signal))
    }),
  )
  routes.get(
    `${base}/iframes/:segment{[0-9]+\\.ts}`,
    answering(async (c) => {
      const index = segmentNumber(c)
      return segment(c, `iframes/${index}`, async (signal) => {
        const opened = await title(c)
        const key = `${c.req.param("id")}/${c.req.param("title")}/video/${index}`
        return opened.iFrameSegment(index, signal, () => cache.get(key, (inner) => opened.videoSegment(index, inner), signal))
      })
    }),
  )
  routes.get(
    `${base}/audio/:number{[0-9]+}/:form/:segment{[0-9]+\\.ts}`,
    answering(async (c) => {
      const [number, form, index] = [ordinal(c.req.param("number") ?? ""), soundForm(c.req.param("form")), segmentNumber(c)]
      return segment(c, `audio/${number}/${form}/${index}`, async (signal) => (await title(c)).soundSegment(number, form, index, signal))
    }),
  )
  routes.get(
    `${base}/text/:number{[0-9]+}/:segment{[0-9]+\\.vtt}`,
    answering(async (c) => {
      const text = await (await title(c)).textSegment(ordinal(c.req.param("number") ?? ""), segmentNumber(c))
      return c.body(text, 200, { "content-type": "text/vtt; charset=utf-8", ...CACHED })
    }),
  )
  return {
    routes,
    sockets: new Map(),
    close: async () => {
      cache.clear()
      await Promise.all([sound, ...pictures.values()].map((pool) => pool.close()))
      await titles.close()
    },
  }
}

const CACHED = { "cache-control": "private, max-age=3600" }
const FRESH = { "cache-control": "private, no-cache" }

const playlist = (c: Context, text: string) => c.body(text, 200, { "content-type": PLAYLIST_TYPE, ...FRESH })

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
