import type { IncomingMessage } from "node:http"
import type { Hono } from "hono"
import type { WebSocket } from "ws"
import type { Disc } from "../plugin/disc.ts"

/** A disc that the server holds open for every host. */
export type OpenDisc = {
  /** Names it in URLs; says nothing of where it lies. */
  readonly id: string
  readonly disc: Disc
  /** For people: the file's name, a URL without credentials. */
  readonly name: string
}

/** What the server lends to its hosts while they run. */
export interface HostContext {
  discs(): readonly OpenDisc[]
  find(id: string): OpenDisc | null
  /** Opens another disc. `local` paths are refused unless only this machine can ask. @throws DiscError */
  open(spec: string): Promise<OpenDisc>
  /** A session, stream or converter of a host, counted against the server's bounds; the returned function ends the counting. @throws DiscError `limit` */
  claim(kind: "session" | "converter"): () => void
}

/** A player we feed over HTTP: its routes, and the sockets that it answers. */
export interface Host {
  readonly routes: Hono
  /** WebSocket endpoints by path. */
  readonly sockets: ReadonlyMap<string, (socket: WebSocket, request: IncomingMessage) => void>
  close(): Promise<void>
}
