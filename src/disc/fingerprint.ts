import { concatBytes } from "../base/index.ts"
import { sha256 } from "./sha256.ts"

/** A structure file for the fingerprint: its name without the folder, in upper case, and its content. */
export type FingerprintPart = { readonly name: string; readonly bytes: Uint8Array }

/**
 * The same for every copy of a disc (image, folder, drive, URL): SHA-256 over names, lengths and contents of its structure files, in the order
 * given, so that neither times nor places nor sizes of a volume count. 64 hex digits. Callers give what is the same in all copies: whole
 * structure files, without padding, the backup copy's bytes where the first is damaged.
 */
export function fingerprint(parts: readonly FingerprintPart[]): string {
  const encoder = new TextEncoder()
  const pieces = parts.flatMap(({ name, bytes }) => [encoder.encode(`${name}\0${bytes.length}\0`), bytes])
  return sha256(concatBytes(pieces))
}
