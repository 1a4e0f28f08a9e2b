import { Hono } from "hono"
import type { Host, HostContext } from "../host.ts"
import { TitleFiles } from "../title-files.ts"
import { serveMedia } from "./media.ts"
import type { ReadWatch } from "./read-watch.ts"
import type { ResourceFacts } from "./resources.ts"
import { TitleSizes } from "./title-sizes.ts"

/** Titles alone, for a renderer that is told their addresses: no announcement, no tree. `reads` hears what is asked for. */
export function createMediaHost(context: HostContext, reads: ReadWatch, facts: ResourceFacts = {}): Host {
  const files = new TitleFiles()
  const sizes = new TitleSizes()
  const routes = new Hono()
  serveMedia(routes, {
    context,
    files,
    sizes,
    facts: { titleSize: sizes.sizeOf, ...facts },
    shownTo: (_c, resource) => resource,
    onRead: (path, offset, address) => reads.tell(path, offset, address),
  })
  return { routes, sockets: new Map(), close: () => files.close() }
}
