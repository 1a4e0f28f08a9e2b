import * as v from "valibot"
import type { DiscListing } from "./protocol.ts"

/**
 * What the page and its host say over `/api/files`, where a person opens a disc that lies with the browser: a file or folder chosen or dropped.
 * The page begins with `share`; then the host asks for bytes and the page answers, as long as the socket lives. An answer is a binary
 * message: 4 bytes little-endian id of the request, then the bytes; or, where there are none, a `failed` text message.
 */
export type SharedFile = {
  /** With `/` between its parts, relative to what was dropped; an image's own name. */
  readonly path: string
  readonly size: number
}

export type FilePageMessage =
  | {
      readonly type: "share"
      readonly name: string
      /** One file that is an image, or the files of a folder. */
      readonly kind: "image" | "folder"
      readonly files: readonly SharedFile[]
    }
  /** `changed`: the file is not the one that was chosen any more. */
  | { readonly type: "failed"; readonly id: number; readonly changed: boolean }

export type FileRequest = {
  readonly type: "read"
  readonly id: number
  readonly file: number
  readonly offset: number
  readonly length: number
}

export type FileHostMessage =
  | FileRequest
  | { readonly type: "opened"; readonly disc: DiscListing }
  | { readonly type: "error"; readonly code: string; readonly message: string }

export type FileAnswer = { readonly id: number; readonly result: Uint8Array | "changed" | "failed" }

/** More files than any disc has. */
export const MAX_SHARED_FILES = 10_000
const MAX_PATH_LENGTH = 1024
const ID_BYTES = 4

const file = v.object({
  path: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_PATH_LENGTH)),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})
const filePageMessage = v.variant("type", [
  v.object({
    type: v.literal("share"),
    name: v.pipe(v.string(), v.maxLength(MAX_PATH_LENGTH)),
    kind: v.picklist(["image", "folder"]),
    files: v.pipe(v.array(file), v.minLength(1), v.maxLength(MAX_SHARED_FILES)),
  }),
  v.object({ type: v.literal("failed"), id: v.pipe(v.number(), v.integer(), v.minValue(0)), changed: v.boolean() }),
])

/** The message, or null when it is none that the page sends. */
export function parseFilePageMessage(text: string): FilePageMessage | null {
  try {
    const result = v.safeParse(filePageMessage, JSON.parse(text))
    return result.success ? result.output : null
  } catch {
    return null
  }
}

/** A binary answer taken apart; null when it is too short to be one. */
export function parseFileAnswer(message: Uint8Array): FileAnswer | null {
  if (message.length < ID_BYTES) return null
  const id = new DataView(message.buffer, message.byteOffset, ID_BYTES).getUint32(0, true)
  return { id, result: message.subarray(ID_BYTES) }
}
