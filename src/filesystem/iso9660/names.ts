import { decodeUnlabelled, decodeUtf16Be } from "../text.ts"

/**
 * A file identifier as a person knows it: without the version (ECMA 119 7.5.1, ";1") and without the dot that stands where an extension is
 * missing. Directories have neither.
 */
export function plainName(identifier: Uint8Array, isDirectory: boolean): string {
  const name = decodeUnlabelled(identifier)
  return isDirectory ? name : withoutVersion(name).replace(/\.$/, "")
}

/** Joliet: UCS-2, high byte first. A dot at the end is part of the name; a version is not. */
export function jolietName(identifier: Uint8Array, isDirectory: boolean): string {
  const name = decodeUtf16Be(identifier)
  return isDirectory ? name : withoutVersion(name)
}

const withoutVersion = (name: string): string => name.replace(/;\d{1,5}$/, "")
