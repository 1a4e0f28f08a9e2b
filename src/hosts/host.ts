import type { Hono } from "hono"
import type { WebSocket } from "ws"
import type { Source } from "../base/index.ts"
import type { Disc } from "../plugin/disc.ts"
import type { Folder } from "../source/index.ts"

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
  /**
   * Opens a disc whose bytes a host fetches itself; `remove` when they are no longer to be had. Closes `input` when that fails.
   * @throws DiscError `not-permitted` where others than this machine can ask, and what opening throws
   */
  adopt(input: Source | Folder, name: string): Promise<OpenDisc>
  /** Closes a disc, with its sessions. */
  remove(id: string): Promise<void>
  /** A session or converter of a host, counted against the server's bounds; the returned function ends the counting. @throws DiscError `limit` */
  claim(kind: "session" | "converter"): () => void
}

/** A WebSocket endpoint of a host. The server has checked who asks, and ends sockets whose other side no longer answers. */
export type SocketEndpoint = {
  /** A longer message closes the socket. */
  readonly maxMessageBytes: number
  connect(socket: WebSocket): void
}

/** A player we feed over HTTP: its routes, and the sockets that it answers. */
export interface Host {
  readonly routes: Hono
  /** By path. */
  readonly sockets: ReadonlyMap<string, SocketEndpoint>
  close(): Promise<void>
}
