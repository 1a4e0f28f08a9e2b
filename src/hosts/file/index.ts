import { Hono } from "hono"
import { DiscError } from "../../base/index.ts"
import type { Host, HostContext } from "../host.ts"
import { rangedBody } from "../ranged-body.ts"
import { TitleFiles } from "../title-files.ts"
import { titleFileName, titleFileType } from "../urls.ts"

/** Each title as one file that is read by ranges, as `Disc.openTitle` gives it: `/api/discs/:id/titles/:n/file/title.mpg`, or `title.m2ts`. */
export function createFileHost(context: HostContext): Host {
  const files = new TitleFiles()
  const routes = new Hono()
  routes.get("/api/discs/:id/titles/:title/file/:name", async (c) => {
    const disc = context.find(c.req.param("id"))
    if (disc === null) throw new DiscError("not-found", "there is no such disc here")
    const { kind } = disc.info
    if (c.req.param("name") !== titleFileName(kind)) throw new DiscError("not-found", `the title's file is called ${titleFileName(kind)}`)
    const angle = ordinal(c.req.query("angle") ?? "1", "an angle")
    const content = await files.content(disc, ordinal(c.req.param("title"), "a title"), { angle })
    return rangedBody(c, { content, type: titleFileType(kind), etag: content.etag, headers: { "cache-control": "private, no-cache" } })
  })
  return { routes, sockets: new Map(), close: () => files.close() }
}

function ordinal(text: string, what: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new DiscError("not-found", `"${text.slice(0, 20)}" is not the number of ${what}`)
}
