import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { getRequestListener } from "@hono/node-server"
import { Hono } from "hono"
import { DiscError } from "../base/index.ts"
import type { Host, HostContext } from "../hosts/host.ts"
import type { Disc } from "../plugin/index.ts"
import { DiscTable, type OpenDiscFunction } from "./disc-table.ts"
import { Guard, isLoopback } from "./guard.ts"
import type { Library } from "./library/index.ts"
import { nameOf } from "./name-of.ts"
import { SocketAcceptor } from "./socket-acceptor.ts"

export { Library, type LibraryOptions } from "./library/index.ts"
export { nameOf } from "./name-of.ts"

/** More would only fight for the machine; the next one is told so. */
const MAX_SESSIONS = 32
/** Each keeps a processor core or more at work: with more of them all would fall behind. */
const MAX_CONVERTERS = 4

/** A house has fewer players; whoever opens more only wants to hold them. */
const MAX_CONNECTIONS = 1_000
/**
 * How long a client may take to say what it wants, in ms: headers, then the few bytes of a body. A connection outlives a player's pause between
 * two segments (6 s), and is not kept for long: one that is closed at the moment when the next request is on its way is an error to many players.
 */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 20_000, keepAliveTimeout: 8_000, connectionsCheckingInterval: 2_000 }

export type ServerOptions = {
  /** What to listen on. Default 127.0.0.1: nobody but this machine. */
  readonly host?: string
  /** 0 (default): any free port. */
  readonly port?: number
  /** The server's own from here on. */
  readonly discs: readonly { readonly disc: Disc; readonly name: string }[]
  /** The server's own from here on. */
  readonly library?: Library
  /** How another disc is opened when a page asks. */
  readonly openDisc: OpenDiscFunction
  readonly hosts: readonly ((context: HostContext) => Host)[]
}

export type RunningServer = { readonly url: string; readonly port: number; close(): Promise<void> }

/**
 * One HTTP server for every host, on loopback unless asked otherwise.
 * @throws DiscError `unavailable`, `not-permitted` when the port or address cannot be listened on
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const listenOn = options.host ?? "127.0.0.1"
  const guard = new Guard(listenOn)
  // Whoever can reach a server beyond loopback is not the person whose files these are.
  const { library = null } = options
  const discs = new DiscTable(options.openDisc, isLoopback(listenOn), (id) => library?.find(id) != null)
  for (const { disc, name } of options.discs) discs.add(disc, name)
  const hosts = options.hosts.map((create) => create(hostContext(discs, library)))

  const app = new Hono()
  for (const host of hosts) app.route("/", host.routes)
  app.onError((error, context) => {
    if (!(error instanceof DiscError)) return context.json({ code: "internal", message: "something is wrong in opentray itself" }, 500)
    return context.json({ code: error.code, message: error.message }, error.code === "not-found" ? 404 : 400)
  })
  const listener = getRequestListener(app.fetch)
  const server = createServer(PATIENCE, (request, response) => {
    const refusal = guard.refusal(request.headers)
    if (refusal === null) return void listener(request, response)
    response.writeHead(403, { "content-type": "text/plain" }).end(`${refusal}\n`)
  })
  server.maxConnections = MAX_CONNECTIONS
  const sockets = new SocketAcceptor(hosts, guard)
  server.on("upgrade", (request, socket, head) => sockets.upgrade(request, socket, head))
  await listen(server, options.port ?? 0, listenOn)
  const { port } = server.address() as AddressInfo
  await Promise.all(hosts.map((host) => host.listening?.({ host: listenOn, port })))
  const shown = listenOn === "0.0.0.0" || listenOn === "::" ? "localhost" : listenOn
  return {
    url: `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}/`,
    port,
    close: async () => {
      sockets.close()
      await Promise.all(hosts.map((host) => host.close()))
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await Promise.all([discs.close(), library?.close()])
    },
  }
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const advice = "give another with --port or --host, or leave them out"
      const said: Readonly<Record<string, DiscError>> = {
        EADDRINUSE: new DiscError("unavailable", `port ${port} is in use by another program; ${advice}`, {}, { cause }),
        EADDRNOTAVAIL: new DiscError("unavailable", `${address} is no address of this computer; ${advice}`, {}, { cause }),
        ENOTFOUND: new DiscError("unavailable", `${address} is no address of this computer; ${advice}`, {}, { cause }),
        EACCES: new DiscError("not-permitted", `the system does not allow listening on port ${port}; ${advice}`, {}, { cause }),
      }
      reject(said[cause.code ?? ""] ?? cause)
    })
    server.listen(port, address, resolve)
  })
}

function hostContext(discs: DiscTable, library: Library | null): HostContext {
  const bounds = { session: MAX_SESSIONS, converter: MAX_CONVERTERS }
  const running = { session: 0, converter: 0 }
  return {
    discs: () => (library === null ? discs.list : [...discs.list, ...library.list]),
    library: () => library?.status ?? null,
    watch: (listener) => {
      const ends = [discs.watch(listener), library?.watch(listener)]
      return () => {
        for (const end of ends) end?.()
      }
    },
    find: (id) => discs.find(id) ?? library?.find(id) ?? null,
    open: (spec) => discs.open(spec, nameOf(spec)),
    adopt: (input, name) => discs.open(input, name),
    remove: (id) => discs.remove(id),
    claim: (kind) => {
      if (running[kind] >= bounds[kind]) {
        throw new DiscError("limit", `${bounds[kind]} ${kind}s run already; close another player and try again`)
      }
      running[kind]++
      let counted = true
      return () => {
        if (counted) running[kind]--
        counted = false
      }
    },
  }
}
