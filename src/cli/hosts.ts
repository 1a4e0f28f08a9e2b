import { join } from "node:path"
import { createBrowserHost } from "../hosts/browser/index.ts"
import { cacheFolder } from "../hosts/cache-folder.ts"
import { createMediaHost } from "../hosts/dlna/media-host.ts"
import { ReadWatch } from "../hosts/dlna/read-watch.ts"
import { createRendererHost } from "../hosts/dlna/renderer/index.ts"
import { createFileHost } from "../hosts/file/index.ts"
import { createHlsHost } from "../hosts/hls/index.ts"
import type { Host, HostContext } from "../hosts/host.ts"

/** Every player that a server feeds. */
export function allHosts(): ((context: HostContext) => Host)[] {
  const reads = new ReadWatch()
  return [
    (context) => createBrowserHost(context, { pictures: join(cacheFolder(), "pictures") }),
    createFileHost,
    createHlsHost,
    (context) => createMediaHost(context, reads),
    (context) => createRendererHost(context, { reads }),
  ]
}
