import { decodeUnlabelled } from "../text.ts"
import { bothEndian32 } from "./both-endian.ts"
import type { SystemUseField } from "./system-use.ts"

/** What the Rock Ridge fields of one record say (RRIP, IEEE P1282); fields of no use to names and extents are passed over. */
export type RockRidge = {
  /** NM, 4.1.4. `null`: the record has none, its ISO 9660 name holds. */
  readonly name: string | null
  /** CL, 4.1.5.1: the record stands for a directory that was moved to this logical block. */
  readonly childLink: number | null
  /** RE, 4.1.5.3: a directory that was moved here; its name is where the CL is. */
  readonly isRelocated: boolean
  /** SL, 4.1.3: the record names another path and has no content. */
  readonly isSymbolicLink: boolean
  /** ZF (zisofs): the content is compressed. */
  readonly isCompressed: boolean
}

const NAME_CURRENT_OR_PARENT = 0x06

/** 255 in POSIX; a longer one is made up. */
const MAX_NAME_BYTES = 1024

/** `fields` are those of the record and of all its continuations, in that order. */
export function parseRockRidge(fields: readonly SystemUseField[]): RockRidge {
  const nameBytes: number[] = []
  let hasName = false
  let childLink: number | null = null
  const has = (wanted: string) => fields.some(({ signature }) => signature === wanted)
  for (const { signature, data } of fields) {
    const content = data.from(0, signature)
    if (signature === "NM" && content.remaining >= 1) {
      const flags = content.u8("NM.flags")
      // Of "." and ".." the field says only that they are; everything else is a piece of the name, in order.
      if ((flags & NAME_CURRENT_OR_PARENT) !== 0) continue
      hasName = true
      if (nameBytes.length + content.remaining <= MAX_NAME_BYTES) nameBytes.push(...content.bytes(content.remaining, "NM.nameContent"))
    }
    if (signature === "CL" && content.remaining >= 8) childLink = bothEndian32(content, "CL.locationOfChildDirectory").value
  }
  return {
    name: hasName && nameBytes.length > 0 ? decodeUnlabelled(Uint8Array.from(nameBytes)) : null,
    childLink,
    isRelocated: has("RE"),
    isSymbolicLink: has("SL"),
    isCompressed: has("ZF"),
  }
}
