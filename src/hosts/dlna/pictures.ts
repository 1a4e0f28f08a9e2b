import type { Hono } from "hono"
import { DiscError } from "../../base/index.ts"
import type { TitleInfo } from "../../disc/index.ts"
import type { HostContext, ListedDisc } from "../host.ts"
import { Thumbnails } from "../thumbnails.ts"
import type { DidlPicture } from "./didl.ts"
import { contentFeatures, type ProtocolFacts, protocolInfo } from "./profiles.ts"

/** DLNA's picture sizes: so many pixels at most across and down. */
const SIZES = {
  tn: { profile: "JPEG_TN", width: 160, height: 160 },
  sm: { profile: "JPEG_SM", width: 640, height: 480 },
} as const
type SizeName = keyof typeof SIZES
const isSize = (name: string): name is SizeName => Object.hasOwn(SIZES, name)

const factsOf = (size: SizeName): ProtocolFacts => ({
  mimeType: "image/jpeg",
  profile: SIZES[size].profile,
  seeking: "none",
  isConverted: true,
  isPicture: true,
})

/** Frames of titles in DLNA's two small sizes: `/dlna/pictures/:disc/:title/tn.jpg`, `sm.jpg`. */
export class Pictures {
  readonly #made: Readonly<Record<SizeName, Thumbnails>> = {
    tn: new Thumbnails({ width: SIZES.tn.width }),
    sm: new Thumbnails({ width: SIZES.sm.width }),
  }

  serve(routes: Hono, context: HostContext): void {
    routes.get("/dlna/pictures/:disc/:title/:size", async (c) => {
      const disc = context.find(c.req.param("disc"))
      const number = /^[1-9]\d{0,4}$/.test(c.req.param("title")) ? Number(c.req.param("title")) : 0
      const size = c.req.param("size").replace(/\.jpg$/, "")
      if (disc === null || !isSize(size)) throw new DiscError("not-found", "there is no such picture here")
      const mode = c.req.header("transfermode.dlna.org")?.trim().toLowerCase()
      if (mode !== undefined && mode !== "interactive" && mode !== "background") return c.text("pictures are not streamed\n", 406)
      if (c.req.header("timeseekrange.dlna.org") !== undefined) return c.text("a picture has no times\n", 406)
      const headers = {
        "content-type": "image/jpeg",
        "contentFeatures.dlna.org": contentFeatures(factsOf(size)),
        "transferMode.dlna.org": mode === "background" ? "Background" : "Interactive",
        "cache-control": "private, max-age=86400",
      }
      return c.body(await this.#made[size].get(disc, number, c.req.raw.signal), 200, headers)
    })
  }

  /** Of a title, for `base` (`http://address:port`). */
  of({ id }: ListedDisc, title: TitleInfo, base: string): readonly DidlPicture[] {
    return (["tn", "sm"] as const).map((size) => ({
      profile: SIZES[size].profile,
      url: `${base}/dlna/pictures/${encodeURIComponent(id)}/${title.number}/${size}.jpg`,
      protocolInfo: protocolInfo(factsOf(size)),
      resolution: resolutionOf(title, SIZES[size].width),
    }))
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#made).map((made) => made.close()))
  }
}

/** Pictures have square pixels: their height follows from the film's shape. */
function resolutionOf({ streams }: TitleInfo, width: number): string {
  const video = streams.find(({ kind }) => kind === "video")
  const [across = 16, down = 9] = (video?.aspect ?? "16:9").split(":").map(Number)
  return `${width}x${2 * Math.round((width * down) / across / 2)}`
}
