import type { WebSocket } from "ws"
import { DiscError } from "../../base/index.ts"
import { CachedSource } from "../../source/index.ts"
import type { HostContext, ListedDisc, SocketEndpoint } from "../host.ts"
import { type FileHostMessage, type FilePageMessage, parseFileAnswer, parseFilePageMessage } from "./file-protocol.ts"
import type { DiscListing } from "./protocol.ts"
import { MAX_PIECE_BYTES, RemoteFiles } from "./remote-files.ts"
import { RemoteFolder } from "./remote-folder.ts"

/** A list of ten thousand paths, or a piece of a file and its id. */
const MAX_MESSAGE_BYTES = 2 * MAX_PIECE_BYTES

/** Discs that lie with a page: open as long as its socket. */
export function fileEndpoint(context: HostContext, listing: (disc: ListedDisc) => DiscListing): SocketEndpoint {
  return { maxMessageBytes: MAX_MESSAGE_BYTES, connect: (socket) => serveFiles(socket, context, listing) }
}

function serveFiles(socket: WebSocket, context: HostContext, listing: (disc: ListedDisc) => DiscListing): void {
  const say = (message: FileHostMessage) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
  }
  const files = new RemoteFiles(say)
  let opening: Promise<ListedDisc | null> | null = null
  const open = async (share: Extract<FilePageMessage, { type: "share" }>): Promise<ListedDisc | null> => {
    try {
      const disc = await context.adopt(inputOf(share, files), share.name)
      say({ type: "opened", disc: listing(disc) })
      return disc
    } catch (error) {
      const known = error instanceof DiscError
      say({
        type: "error",
        code: known ? error.code : "internal",
        message: known ? error.message : "something is wrong in opentray itself",
      })
      socket.close()
      return null
    }
  }
  socket.on("message", (data, isBinary) => {
    if (isBinary) {
      const answer = parseFileAnswer(data as Buffer)
      if (answer !== null) files.answer(answer)
      return
    }
    const message = parseFilePageMessage(String(data))
    if (message?.type === "failed") files.answer({ id: message.id, result: message.changed ? "changed" : "failed" })
    else if (message === null || opening !== null) socket.close(1008, "not a message of the page")
    else opening = open(message)
  })
  socket.on("error", () => socket.terminate())
  socket.on("close", async () => {
    files.close()
    const disc = await opening
    if (disc !== null && disc !== undefined) await context.remove(disc.id)
  })
}

function inputOf({ name, kind, files: shared }: Extract<FilePageMessage, { type: "share" }>, files: RemoteFiles) {
  const [first] = shared
  if (kind === "folder" || first === undefined) return new RemoteFolder(name, files, shared)
  return new CachedSource(files.source(0, first))
}
