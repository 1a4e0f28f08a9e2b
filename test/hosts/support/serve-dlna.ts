import { createDlnaHost, type DlnaHostOptions } from "../../../src/hosts/dlna/index.ts"
import type { HostContext, ListedDisc } from "../../../src/hosts/host.ts"
import { openDisc } from "../../../src/plugin/node.ts"
import { type RunningServer, startServer } from "../../../src/server/index.ts"

export type ServeOptions = Partial<DlnaHostOptions> & {
  /** Images to serve. */
  readonly images?: readonly string[]
  readonly host?: string
}

/** A server with the DLNA host alone. */
export async function serveDlna({ images = [], host = "127.0.0.1", ...options }: ServeOptions = {}): Promise<RunningServer> {
  return startServer({
    host,
    discs: await Promise.all(images.map(async (image) => ({ disc: await openDisc(image), name: image.split("/").at(-1) ?? "" }))),
    openDisc,
    hosts: [(context) => createDlnaHost(context, { name: "Test", version: "0", ...options })],
  })
}

/** A server whose library is the list given, which can be changed: no disc of it is ever opened. */
export async function serveList(
  discs: ListedDisc[],
  options: Partial<DlnaHostOptions> = {},
): Promise<RunningServer & { changed: () => void }> {
  const listeners = new Set<() => void>()
  const server = await startServer({
    discs: [],
    openDisc,
    hosts: [
      (context) => {
        const listed: HostContext = {
          ...context,
          discs: () => discs,
          find: (id) => discs.find((disc) => disc.id === id) ?? null,
          watch: (listener) => {
            listeners.add(listener)
            return () => listeners.delete(listener)
          },
        }
        return createDlnaHost(listed, { name: "Test", version: "0", ...options })
      },
    ],
  })
  return {
    ...server,
    changed: () => {
      for (const listener of listeners) listener()
    },
  }
}
