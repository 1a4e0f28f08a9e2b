import { ByteReader } from "../../base/index.ts"
import { bothEndian32 } from "./both-endian.ts"

/** One System Use Entry, SUSP (IEEE P1281) 4.1. */
export type SystemUseField = { readonly signature: string; readonly data: ByteReader }

/** Where a record's system use goes on, SUSP 5.1 "CE". */
export type Continuation = { readonly block: number; readonly offset: number; readonly lengthBytes: number }

type SystemUseArea = { readonly fields: readonly SystemUseField[]; readonly continuation: Continuation | null }

/** An entry takes 4 bytes at least: a record of 255 bytes has room for 55, a continuation of one sector for 512. */
const ENTRY_HEAD = 4

/** System use entries up to the area's end, its terminator ("ST") or the first that breaks the layout: what follows is not ours. */
export function parseSystemUse(area: ByteReader): SystemUseArea {
  const fields: SystemUseField[] = []
  let continuation: Continuation | null = null
  while (area.remaining >= ENTRY_HEAD) {
    const signature = area.ascii(2, "signatureWord")
    const length = area.u8("lengthOfSystemUseEntry")
    area.skip(1, "systemUseEntryVersion")
    if (signature === "ST" || length < ENTRY_HEAD || length - ENTRY_HEAD > area.remaining) break
    const data = area.window(length - ENTRY_HEAD, signature)
    if (signature !== "CE") fields.push({ signature, data })
    else if (data.remaining >= 24) continuation = parseContinuation(data)
  }
  return { fields, continuation }
}

function parseContinuation(data: ByteReader): Continuation {
  const block = bothEndian32(data, "CE.blockLocation").value
  const offset = bothEndian32(data, "CE.offset").value
  return { block, offset, lengthBytes: bothEndian32(data, "CE.length").value }
}

/** XA attributes stand before the entries, CD-ROM XA 2.7: 14 bytes, "XA" at byte 6. */
const XA_LENGTH = 14

/**
 * Tells from the root's own record whether its tree carries Rock Ridge, and how many bytes each record's system use begins with that are
 * not ours: "SP" (SUSP 5.3) must be there, and a field of RRIP, since SUSP alone names nothing. `null`: no Rock Ridge.
 */
export function detectRockRidge(rootSystemUse: Uint8Array, path: string): { skipBytes: number } | null {
  for (const start of [0, XA_LENGTH]) {
    if (rootSystemUse.length < start) continue
    const { fields, continuation } = parseSystemUse(new ByteReader(rootSystemUse.subarray(start), path))
    const indicator = fields[0]
    if (indicator?.signature !== "SP" || indicator.data.remaining < 3) continue
    if (indicator.data.u16("SP.checkBytes") !== 0xbeef) continue
    const skipBytes = indicator.data.u8("SP.bytesSkipped")
    // RRIP asks for PX in every record; some old writers have RR or a name only, and some put all but SP into the continuation.
    const isRockRidge = continuation !== null || fields.some(({ signature }) => ["RR", "PX", "NM", "TF"].includes(signature))
    return isRockRidge ? { skipBytes } : null
  }
  return null
}
