import type { ByteReader } from "../../base/index.ts"

/** Type indicators of the structure files, by what they hold. */
type TypeIndicator = "INDX" | "MOBJ" | "MPLS" | "HDMV" | "BDJO" | "BCLK" | "BDID"

/**
 * The eight bytes that every structure file begins with: type_indicator and version_number.
 * Versions seen: 0100 (AVCHD, BDJO), 0200 (BD-ROM), 0240 (3D), 0300 (UHD). Another one is read as these are: revisions only added fields where
 * reserved bytes were. Returns version_number.
 */
export function readStructureHeader(start: ByteReader, expected: TypeIndicator): string {
  const typeIndicator = start.ascii(4, "type_indicator")
  if (typeIndicator !== expected) throw start.error("damaged", "type_indicator", `"${printable(typeIndicator)}", expected "${expected}"`)
  const versionNumber = start.ascii(4, "version_number")
  if (!/^\d{4}$/.test(versionNumber)) throw start.error("damaged", "version_number", `"${printable(versionNumber)}" is no version`)
  return versionNumber
}

/** A disc's bytes end up in error messages: only what can be printed may pass. */
const printable = (text: string): string => text.replace(/[^ -~]/g, "?")
