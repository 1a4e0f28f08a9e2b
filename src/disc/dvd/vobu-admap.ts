import type { ByteReader } from "../../base/index.ts"

/** First sector of each VOBU in the VOBs, ascending. VTS_VOBU_ADMAP, VTSM_VOBU_ADMAP, VMGM_VOBU_ADMAP. */
export type VobuAdmap = { readonly vobuStartSectors: Uint32Array }

/** VOBU address map; layout: libdvdread `vobu_admap_t`. */
export function parseVobuAdmap(table: ByteReader): VobuAdmap {
  const lastByte = table.u32("lastByte")
  if (lastByte + 1 < 4) throw table.error("damaged", "lastByte", `${lastByte}; the head alone has 4 bytes`)
  const count = Math.floor((lastByte + 1 - 4) / 4)
  const bytes = table.bytes(count * 4, "vobuStartSectors")
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { vobuStartSectors: Uint32Array.from({ length: count }, (_, index) => view.getUint32(index * 4)) }
}
