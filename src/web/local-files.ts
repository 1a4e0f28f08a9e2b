import type { FileHostMessage, FilePageMessage, FileRequest } from "../hosts/browser/file-protocol.ts"
import type { DiscListing } from "../hosts/browser/protocol.ts"
import { ApiError } from "./api.ts"

/** A disc that lies with the browser: one image, or the files of a folder. */
export type LocalDisc = { readonly name: string; readonly kind: "image" | "folder"; readonly files: readonly LocalFile[] }
type LocalFile = { readonly path: string; readonly file: File }

/** More files than any disc has: whoever dropped the whole computer is told so. */
const MAX_FILES = 10_000
/** Folders that hold a disc; dropped by themselves, they are the disc's content and not its name. */
const DISC_FOLDERS: ReadonlySet<string> = new Set(["VIDEO_TS", "BDMV", "AVCHD"])

export const imageOf = (file: File): LocalDisc => ({ name: file.name, kind: "image", files: [{ path: file.name, file }] })

/** What a folder chooser gives. */
export function folderOf(files: readonly File[]): LocalDisc | null {
  return rooted(files.map((file) => ({ path: file.webkitRelativePath, file })))
}

/** What was dropped, when it is a file or a folder; the event's data must be read before anything is awaited. */
export function droppedDisc(transfer: DataTransfer): Promise<LocalDisc | null> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  return entries.length === 0 ? Promise.resolve(null) : filesIn(entries)
}

async function filesIn(entries: readonly FileSystemEntry[]): Promise<LocalDisc | null> {
  const [only] = entries
  if (only?.isFile && entries.length === 1) return imageOf(await fileOf(only as FileSystemFileEntry))
  const files: LocalFile[] = []
  const waiting = [...entries]
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (files.length + waiting.length > MAX_FILES)
      throw new ApiError({ code: "limit", message: "That folder holds more files than a disc." })
    if (entry.isFile) files.push({ path: entry.fullPath.slice(1), file: await fileOf(entry as FileSystemFileEntry) })
    else waiting.push(...(await entriesOf(entry as FileSystemDirectoryEntry)))
  }
  return rooted(files)
}

/** Paths from the disc's root: without the dropped folder's own name, unless that is part of the disc. */
function rooted(files: readonly LocalFile[]): LocalDisc | null {
  const [first] = files
  if (first === undefined) return null
  const root = first.path.split("/")[0] ?? ""
  const isOneFolder = files.every(({ path }) => path.startsWith(`${root}/`)) && !DISC_FOLDERS.has(root.toUpperCase())
  const cut = isOneFolder ? root.length + 1 : 0
  return { name: root, kind: "folder", files: files.map(({ path, file }) => ({ path: path.slice(cut), file })) }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => entry.file(resolve, reject))

/** A reader gives some at a time, until it gives none. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0 || all.length > MAX_FILES) return all
    all.push(...some)
  }
}

/** The socket over which the host reads the disc that was opened last; a page holds one at a time. */
let held: WebSocket | null = null

/** Opens a disc whose bytes the host asks this page for. It stays open until another is opened here or the page goes. */
export function openLocal(disc: LocalDisc): Promise<DiscListing> {
  const socket = new WebSocket(new URL("api/files", document.baseURI.replace(/^http/, "ws")))
  socket.binaryType = "arraybuffer"
  const say = (message: FilePageMessage) => socket.send(JSON.stringify(message))
  return new Promise((resolve, reject) => {
    socket.onopen = () =>
      say({ type: "share", name: disc.name, kind: disc.kind, files: disc.files.map(({ path, file }) => ({ path, size: file.size })) })
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as FileHostMessage
      if (message.type === "read") void answer(socket, disc.files[message.file]?.file, message)
      else if (message.type === "error") reject(new ApiError(message))
      else {
        held?.close()
        held = socket
        resolve(message.disc)
      }
    }
    socket.onclose = () => reject(new ApiError({ code: "connection", message: "" }))
  })
}

/** Lets go of the disc that this page holds. */
export function closeLocal(): void {
  held?.close()
  held = null
}

async function answer(socket: WebSocket, file: File | undefined, { id, offset, length }: FileRequest): Promise<void> {
  try {
    if (file === undefined) throw new Error("no such file")
    const bytes = await file.slice(offset, offset + length).arrayBuffer()
    const message = new Uint8Array(4 + bytes.byteLength)
    new DataView(message.buffer).setUint32(0, id, true)
    message.set(new Uint8Array(bytes), 4)
    if (socket.readyState === WebSocket.OPEN) socket.send(message)
  } catch (error) {
    // What browsers say when the file behind a File was changed, moved or unplugged since it was chosen.
    const changed = error instanceof DOMException && error.name === "NotReadableError"
    const failed: FilePageMessage = { type: "failed", id, changed }
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(failed))
  }
}
