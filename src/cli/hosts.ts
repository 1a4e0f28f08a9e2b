import { join } from "node:path"
import { createBrowserHost } from "../hosts/browser/index.ts"
import { cacheFolder } from "../hosts/cache-folder.ts"
import { createDlnaHost, type DeviceRule } from "../hosts/dlna/index.ts"
import { createMediaHost } from "../hosts/dlna/media-host.ts"
import { ReadWatch } from "../hosts/dlna/read-watch.ts"
import { createRendererHost } from "../hosts/dlna/renderer/index.ts"
import { createFileHost } from "../hosts/file/index.ts"
import { createHlsHost } from "../hosts/hls/index.ts"
import type { Host, HostContext } from "../hosts/host.ts"
import { createTvHost } from "../hosts/tv/index.ts"
import { version } from "./version.ts"

/** As which televisions find the server. */
export type MediaServerOptions = { readonly name: string; readonly rules: readonly DeviceRule[] }

/** Every player that a server feeds; without `mediaServer`, televisions play what they are given and cannot look around by themselves. */
export function allHosts(mediaServer: MediaServerOptions | null = null): ((context: HostContext) => Host)[] {
  const reads = new ReadWatch()
  const rules = mediaServer?.rules ?? []
  return [
    (context) => createBrowserHost(context, { pictures: join(cacheFolder(), "pictures") }),
    createFileHost,
    createHlsHost,
    createTvHost,
    (context) => {
      const renderers = createRendererHost(context, { reads, rules })
      const media =
        mediaServer === null
          ? createMediaHost(context, reads)
          : createDlnaHost(context, {
              ...mediaServer,
              version: version(),
              reads,
              rendererAt: (address) => renderers.renderers.rendererAt(address),
            })
      return together(renderers, media)
    },
  ]
}

/** Two hosts that know of each other, as one. */
function together(one: Host, other: Host): Host {
  one.routes.route("/", other.routes)
  return {
    routes: one.routes,
    sockets: new Map([...one.sockets, ...other.sockets]),
    listening: async (at) => {
      await Promise.all([one.listening?.(at), other.listening?.(at)])
    },
    close: async () => {
      await Promise.all([one.close(), other.close()])
    },
  }
}
