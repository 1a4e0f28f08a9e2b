import type { Context, Hono } from "hono"
import { DiscError, ticksFromSeconds } from "../../base/index.ts"
import { parseRange } from "../byte-range.ts"
import { openConvertedStream } from "../converted-stream.ts"
import type { HostContext, ListedDisc } from "../host.ts"
import { rangedBody } from "../ranged-body.ts"
import type { TitleFiles } from "../title-files.ts"
import { plainPackets } from "./content-views.ts"
import { addressOf } from "./device-facts.ts"
import { contentFeatures } from "./profiles.ts"
import {
  copiesVideo,
  parseResourceName,
  type Resource,
  type ResourceChoice,
  type ResourceFacts,
  startOf,
  titleOf,
  titleResources,
} from "./resources.ts"
import { formatTimeSeek, parseTimeSeek, type TimeSeek } from "./time-seek.ts"
import type { TitleSizes } from "./title-sizes.ts"

export type MediaOptions = {
  readonly context: HostContext
  readonly files: TitleFiles
  readonly sizes: TitleSizes
  readonly facts: ResourceFacts
  /** What this device hears of a resource, its type above all. */
  readonly shownTo: (c: Context, resource: Resource) => Resource
  /** Hears which byte of a resource the device at an address asks for. */
  readonly onRead: (path: string, offset: number, address: string | null) => void
}

/** When a device may come back that found all converters at work. */
const RETRY_SECONDS = "10"

/** Serves titles in every form: `/dlna/media/:disc/:title/:choice/:file`, as `resourcePath` names them. */
export function serveMedia(routes: Hono, options: MediaOptions): void {
  routes.get("/dlna/media/:disc/:title/:choice/:file", async (c) => {
    const disc = options.context.find(c.req.param("disc"))
    const name = parseResourceName(c.req.param("choice"), c.req.param("file"))
    const number = /^[1-9]\d{0,4}$/.test(c.req.param("title")) ? Number(c.req.param("title")) : 0
    if (disc === null || name === null) throw new DiscError("not-found", "there is no such title here")
    const resource = titleResources(disc, number, name.choice, options.facts).find(({ form }) => form === name.form)
    if (resource === undefined) throw new DiscError("not-found", `title ${number} is not to be had in this form`)
    const wrong = refusalOf(c, resource)
    if (wrong !== null) return c.text(`${wrong.why}\n`, wrong.status)
    const asked = { disc, number, choice: name.choice, resource: options.shownTo(c, resource) }
    return resource.isConverted ? sendConverted(c, asked, options) : sendAsItIs(c, asked, options)
  })
}

type Asked = { readonly disc: ListedDisc; readonly number: number; readonly choice: ResourceChoice; readonly resource: Resource }

/** What DLNA devices ask for by headers and cannot have (DLNA Guidelines part 1-1, 7.5.4.3.2); null: nothing. */
function refusalOf(c: Context, resource: Resource): { readonly status: 400 | 406 | 416; readonly why: string } | null {
  const features = c.req.header("getcontentfeatures.dlna.org")
  if (features !== undefined && features.trim() !== "1") return { status: 400, why: "getcontentFeatures.dlna.org takes 1" }
  const mode = c.req.header("transfermode.dlna.org")?.trim().toLowerCase()
  if (mode !== undefined && mode !== "streaming" && mode !== "background") {
    return { status: mode === "interactive" ? 406 : 400, why: "video is transferred by streaming, or in the background" }
  }
  const speed = c.req.header("playspeed.dlna.org")
  if (speed !== undefined && !/^\s*speed\s*=\s*1\s*$/i.test(speed)) return { status: 406, why: "video comes at its own speed" }
  const seek = c.req.header("timeseekrange.dlna.org")
  if (seek === undefined) return null
  const wanted = parseTimeSeek(seek)
  if (wanted === null) return { status: 400, why: "TimeSeekRange.dlna.org is not of its form" }
  // Some devices send `npt=0-` whatever they were told.
  if (resource.seeking === "bytes") return wanted.start === 0 ? null : { status: 406, why: "this form is sought in by bytes" }
  if (wanted.start >= resource.durationSeconds) return { status: 416, why: "the title ends before that time" }
  return null
}

/** What every answer says of the resource, asked or not. */
function dlnaHeaders(c: Context, resource: Resource): Record<string, string> {
  const mode = c.req.header("transfermode.dlna.org")?.trim().toLowerCase() === "background" ? "Background" : "Streaming"
  return {
    "contentFeatures.dlna.org": contentFeatures(resource),
    "transferMode.dlna.org": mode,
    ...(c.req.header("realtimeinfo.dlna.org") === undefined ? {} : { "realTimeInfo.dlna.org": "DLNA.ORG_TLAG=*" }),
    "cache-control": "private, no-cache",
  }
}

async function sendAsItIs(c: Context, { disc, number, choice, resource }: Asked, options: MediaOptions): Promise<Response> {
  const start = startOf(titleOf(disc, number), choice)
  const title = await options.files.content(disc, number, {
    from: ticksFromSeconds(start),
    ...(choice.audio === undefined ? {} : { audio: choice.audio }),
  })
  if (start === 0) options.sizes.learn(disc, number, title.size)
  const content = resource.form === "transport" ? plainPackets(title) : title
  if (c.req.raw.method === "GET") {
    const wanted = parseRange(c.req.header("range"), content.size)
    options.onRead(resource.path, wanted.kind === "part" ? wanted.start : 0, addressOf(c))
  }
  const etag = `${title.etag.slice(0, -1)}-${resource.path.split("/").slice(-2).join("-")}"`
  return rangedBody(c, { content, type: resource.mimeType, etag, headers: dlnaHeaders(c, resource) })
}

async function sendConverted(c: Context, { disc, number, choice, resource }: Asked, { context }: MediaOptions): Promise<Response> {
  const seek = timeSeekOf(c)
  const begin = seek?.start ?? 0
  const duration = resource.durationSeconds
  const headers = {
    ...dlnaHeaders(c, resource),
    "content-type": resource.mimeType,
    "accept-ranges": "none",
    ...(seek === null ? {} : { "TimeSeekRange.dlna.org": formatTimeSeek(begin, duration) }),
    "X-AvailableSeekRange": `1 npt=0.000-${duration.toFixed(3)}`,
    ...(c.req.header("getavailableseekrange.dlna.org") === undefined
      ? {}
      : { "availableSeekRange.dlna.org": `1 npt=0.000-${duration.toFixed(3)}` }),
  }
  // Bytes of a stream that is made on the way have no places; whoever begins at the first gets it whole.
  const range = /^bytes=(\d+)-/.exec(c.req.header("range") ?? "")
  if (range !== null && Number(range[1]) > 0 && seek === null) return c.text("this form is sought in by time\n", 416)
  if (c.req.raw.method === "HEAD") return c.body(null, 200, headers)
  const title = titleOf(disc, number)
  try {
    const { body } = await openConvertedStream(disc, context.claim, {
      title: number,
      time: startOf(title, choice) + begin,
      ...(choice.audio === undefined ? {} : { audio: choice.audio }),
      subtitle: choice.subtitle ?? null,
      // Forced subtitles cost nothing where the pictures are made anew anyway.
      burnIn: !copiesVideo(title, choice),
      audioCodec: resource.form === "converted-ac3" ? "ac3" : "aac",
    })
    return c.body(body, 200, headers)
  } catch (error) {
    if (!(error instanceof DiscError) || error.code !== "limit") throw error
    return c.text(`${error.message}\n`, 503, { "retry-after": RETRY_SECONDS })
  }
}

const timeSeekOf = (c: Context): TimeSeek | null => {
  const header = c.req.header("timeseekrange.dlna.org")
  return header === undefined ? null : parseTimeSeek(header)
}
