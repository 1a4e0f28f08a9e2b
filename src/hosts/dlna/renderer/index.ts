import { Hono } from "hono"
import * as v from "valibot"
import { DiscError } from "../../../base/index.ts"
import type { Host, HostContext } from "../../host.ts"
import type { FoundRenderer } from "./directory.ts"
import { actOn, playbackAct } from "./playback-act.ts"
import { Renderers, type RenderersOptions } from "./renderers.ts"

export { type FoundRenderer, RendererDirectory } from "./directory.ts"
export type { Playback, PlaybackStatus } from "./playback.ts"
export { actOn, type PlaybackAct, parseAct } from "./playback-act.ts"
export { addressTowards, Renderers, type RenderersOptions } from "./renderers.ts"

/** A request is a few short fields. */
const MAX_REQUEST_BYTES = 16 * 1024

const ordinal = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))
const disc = v.pipe(v.string(), v.maxLength(100))

const rendererRequest = v.union([
  playbackAct,
  v.object({
    action: v.literal("play"),
    disc,
    title: ordinal,
    time: v.exactOptional(v.pipe(v.number(), v.finite(), v.minValue(0))),
    audio: v.exactOptional(ordinal),
    subtitle: v.nullish(ordinal),
  }),
  v.object({ action: v.literal("menu"), disc }),
])

/** Plays titles on the renderers of the network: `/api/renderers`. */
export function createRendererHost(context: HostContext, options: RenderersOptions = {}): Host & { readonly renderers: Renderers } {
  const renderers = new Renderers(context, options)
  const routes = new Hono()
  routes.get("/api/renderers", async (c) => {
    const found = c.req.query("search") === "1" ? await renderers.search() : renderers.list()
    return c.json(found.map(listing))
  })
  routes.get("/api/renderers/:id", (c) => c.json(renderers.status(c.req.param("id"))))
  routes.post("/api/renderers/:id", async (c) => {
    if (Number(c.req.header("content-length") ?? Number.POSITIVE_INFINITY) > MAX_REQUEST_BYTES) {
      throw new DiscError("limit", "the request is longer than any that a renderer is sent")
    }
    const request = v.safeParse(rendererRequest, await c.req.json().catch(() => null))
    if (!request.success) throw new DiscError("bad-argument", "give an action, and what it needs")
    const id = c.req.param("id")
    const more = await act(renderers, id, request.output)
    return c.json({ ...renderers.status(id), ...more })
  })
  return {
    routes,
    sockets: new Map(),
    listening: async (at) => renderers.listening(at),
    close: () => renderers.close(),
    renderers,
  }
}

const listing = ({ id, description }: FoundRenderer) => ({ id, name: description.name, kind: "dlna" })

/** Does what was asked. What it gives stands beside the status in the answer. @throws DiscError */
async function act(
  renderers: Renderers,
  id: string,
  request: v.InferOutput<typeof rendererRequest>,
): Promise<{ readonly remote?: string }> {
  switch (request.action) {
    case "play": {
      const { action: _, subtitle, ...play } = request
      await renderers.play(id, { ...play, ...(subtitle === undefined || subtitle === null ? {} : { subtitle }) })
      return {}
    }
    case "menu":
      return { remote: (await renderers.playMenu(id, request.disc)).remote }
    default:
      await actOn(renderers.playback(id), request)
      return {}
  }
}
