import type { ByteReader } from "../../base/index.ts"
import { readStructureHeader } from "./structure-header.ts"

/** CERTIFICATE/id.bdmv: both as lower-case hex. */
export type DiscId = { readonly organizationId: string; readonly discId: string }

const ID_ADDRESS = 40

/** Layout: libbluray `bdid_parse.c`. @throws DiscError `damaged` */
export function parseDiscId(file: ByteReader): DiscId {
  readStructureHeader(file.from(0, "type_indicator"), "BDID")
  const id = file.from(ID_ADDRESS, "org_id")
  return { organizationId: hex(id.bytes(4, "org_id")), discId: hex(id.bytes(16, "disc_id")) }
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
