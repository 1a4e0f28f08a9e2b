import { join } from "node:path"
import { createBrowserHost } from "../hosts/browser/index.ts"
import { cacheFolder } from "../hosts/cache-folder.ts"
import { createFileHost } from "../hosts/file/index.ts"
import type { Host, HostContext } from "../hosts/host.ts"

/** Every player that a server feeds. */
export function allHosts(): ((context: HostContext) => Host)[] {
  return [(context) => createBrowserHost(context, { pictures: join(cacheFolder(), "pictures") }), createFileHost]
}
