import { createHash } from "node:crypto"
import type { Hono } from "hono"
import { DiscError } from "../../base/index.ts"
import type { HostContext, ListedDisc } from "../host.ts"
import type { Thumbnails } from "../thumbnails.ts"
import { discPath, titleUrls } from "../urls.ts"
import type { DiscDescription, DiscSummary, LibraryListing } from "./catalogue-message.ts"

/** Discs described at a time: a whole library's descriptions are never in memory together. */
const DISCS_A_PIECE = 20
/** A picture belongs to an id, which belongs to a content. */
const PICTURE_CACHE = "private, max-age=86400"

/** What is there to be played: discs, their titles and pictures. */
export function serveCatalogue(routes: Hono, context: HostContext, thumbnails: Thumbnails): void {
  const covers = new Covers(thumbnails)
  routes.get("/api/discs", (c) => {
    const all = context.discs().slice(natural(c.req.query("offset"), 0))
    return c.body(pieces(all.slice(0, natural(c.req.query("limit"), all.length))), 200, { "content-type": "application/json" })
  })
  routes.get("/api/discs/:id", (c) => c.json(describe(discOf(context, c.req.param("id")))))
  routes.get("/api/library", (c) => {
    const listing: LibraryListing = { discs: context.discs().map(summarize), library: context.library() }
    const body = JSON.stringify(listing)
    // Pages ask every few seconds; mostly nothing has changed.
    const etag = `"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`
    const headers = { etag, "cache-control": "private, no-cache" }
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers)
    return c.body(body, 200, { ...headers, "content-type": "application/json" })
  })
  routes.get("/api/discs/:id/titles/:title/thumbnail.jpg", async (c) => {
    const picture = await thumbnails.get(discOf(context, c.req.param("id")), Number(c.req.param("title")), c.req.raw.signal)
    return c.body(picture, 200, { "content-type": "image/jpeg", "cache-control": PICTURE_CACHE })
  })
  routes.get("/api/discs/:id/cover.jpg", async (c) => {
    const { bytes, type } = await covers.get(discOf(context, c.req.param("id")), c.req.raw.signal)
    return c.body(bytes, 200, { "content-type": type, "cache-control": PICTURE_CACHE })
  })
}

/** @throws DiscError `not-found` */
export function discOf(context: HostContext, id: string): ListedDisc {
  const disc = context.find(id)
  if (disc === null) throw new DiscError("not-found", "that disc is not open any more; reload the page")
  return disc
}

/** The whole of a disc, with addresses. */
export function describe(disc: ListedDisc): DiscDescription {
  const { id, name, folder, info } = disc
  return {
    ...{ id, name, folder },
    ...info,
    cover: `${discPath(id)}/cover.jpg`,
    titles: info.titles.map((title) => ({ ...title, urls: titleUrls(disc, title.number) })),
  }
}

function summarize({ id, name, folder, info }: ListedDisc): DiscSummary {
  const { kind, label, names, fingerprint, mainTitle, titles } = info
  const duration = titles.find(({ number }) => number === mainTitle)?.duration ?? null
  return { id, name, folder, kind, label, names, fingerprint, mainTitle, duration, titles: titles.length }
}

function pieces(discs: readonly ListedDisc[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let at = 0
  return new ReadableStream({
    pull: (controller) => {
      const some = discs.slice(at, at + DISCS_A_PIECE).map((disc) => JSON.stringify(describe(disc)))
      const isLast = at + DISCS_A_PIECE >= discs.length
      const head = at === 0 ? "[" : ","
      controller.enqueue(encoder.encode(`${head}${some.join(",")}${isLast ? "]" : ""}`))
      at += DISCS_A_PIECE
      if (isLast) controller.close()
    },
  })
}

/** Digits, or the value that stands for none. */
const natural = (text: string | undefined, otherwise: number): number =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : otherwise

type Picture = { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: "image/jpeg" | "image/png" }

/** What a disc looks like on a shelf: its own picture, else a frame of its film. */
class Covers {
  readonly #thumbnails: Thumbnails
  /** Discs that have no picture of their own; ids are short. */
  readonly #without = new Set<string>()

  constructor(thumbnails: Thumbnails) {
    this.#thumbnails = thumbnails
  }

  async get(disc: ListedDisc, signal: AbortSignal): Promise<Picture> {
    const own = this.#without.has(disc.id) ? null : await ownPicture(disc)
    if (own !== null) return own
    this.#without.add(disc.id)
    const title = disc.info.mainTitle ?? disc.info.titles[0]?.number
    if (title === undefined) throw new DiscError("not-found", "the disc has no picture and no title")
    return { bytes: await this.#thumbnails.get(disc, title, signal), type: "image/jpeg" }
  }
}

async function ownPicture(disc: ListedDisc): Promise<Picture | null> {
  if (disc.info.kind === "dvd-video") return null
  const { disc: opened, release } = await disc.hold()
  try {
    const bytes = await opened.cover()
    const type = bytes === null ? null : typeOf(bytes)
    return bytes === null || type === null ? null : { bytes: new Uint8Array(bytes), type }
  } finally {
    release()
  }
}

/** By the bytes: whatever else a disc calls its picture, it is not sent as one. */
function typeOf(bytes: Uint8Array): Picture["type"] | null {
  const begins = (...magic: readonly number[]) => magic.every((byte, index) => bytes[index] === byte)
  if (begins(0xff, 0xd8, 0xff)) return "image/jpeg"
  return begins(0x89, 0x50, 0x4e, 0x47) ? "image/png" : null
}
