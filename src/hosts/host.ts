import type { Hono } from "hono"
import type { WebSocket } from "ws"
import type { DiscErrorCode, Source } from "../base/index.ts"
import type { DiscInfo } from "../disc/index.ts"
import type { Disc } from "../plugin/disc.ts"
import type { Folder } from "../source/index.ts"

/** A disc that the server has to offer: open already, or opened when a host holds it. */
export type ListedDisc = {
  /** Names it in URLs; says nothing of where it lies. */
  readonly id: string
  /** For people: the file's name, a URL without credentials. */
  readonly name: string
  /** The library's folders above it, from the top; empty for a disc that was given by itself. */
  readonly folder: readonly string[]
  readonly info: DiscInfo
  /** The disc stays open until `release`. @throws DiscError what opening throws, where it is not open */
  hold(): Promise<HeldDisc>
}

export type HeldDisc = {
  readonly disc: Disc
  /** A second call does nothing. */
  release(): void
}

/** What a server knows of the folders that it serves, beside the discs. */
export type LibraryStatus = {
  /** Discs seen and not read yet. */
  readonly reading: number
  readonly problems: readonly LibraryProblem[]
}

/** Something in a library that is not listed, and why. */
export type LibraryProblem = {
  readonly name: string
  readonly folder: readonly string[]
  readonly code: DiscErrorCode | "internal"
  readonly message: string
}

/** What the server lends to its hosts while they run. */
export interface HostContext {
  discs(): readonly ListedDisc[]
  /** Null where the server was started with a disc and no library. */
  library(): LibraryStatus | null
  /** Calls `listener` after discs came or went; the returned function ends that. */
  watch(listener: () => void): () => void
  find(id: string): ListedDisc | null
  /** Opens another disc. `local` paths are refused unless only this machine can ask. @throws DiscError */
  open(spec: string): Promise<ListedDisc>
  /**
   * Opens a disc whose bytes a host fetches itself; `remove` when they are no longer to be had. Closes `input` when that fails.
   * @throws DiscError `not-permitted` where others than this machine can ask, and what opening throws
   */
  adopt(input: Source | Folder, name: string): Promise<ListedDisc>
  /** Closes a disc, with its sessions. */
  remove(id: string): Promise<void>
  /** A session or converter of a host, counted against the server's bounds; the returned function ends the counting. @throws DiscError `limit` */
  claim(kind: "session" | "converter"): () => void
}

/** A WebSocket endpoint of a host. The server has checked who asks, and ends sockets whose other side no longer answers. */
export type SocketEndpoint = {
  /** A longer message closes the socket. */
  readonly maxMessageBytes: number
  /** `query`: what its address asks for behind the path. */
  connect(socket: WebSocket, query: URLSearchParams): void
}

/** A player we feed over HTTP: its routes, and the sockets that it answers. */
export interface Host {
  readonly routes: Hono
  /** By path. */
  readonly sockets: ReadonlyMap<string, SocketEndpoint>
  /** The server listens now; what announces itself can begin. */
  listening?(at: { readonly host: string; readonly port: number }): Promise<void>
  close(): Promise<void>
}
