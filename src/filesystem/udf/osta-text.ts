import { decodeLatin1, decodeUtf16Be } from "../text.ts"

/**
 * OSTA CS0 compressed Unicode, UDF 2.1.1: the first byte says how wide the characters are. 254 and 255 are 8 and 16 in deleted
 * entries (UDF 2.3.4.2). `null` for another compression ID.
 */
export function decodeCs0(bytes: Uint8Array): string | null {
  switch (bytes[0]) {
    case undefined:
      return ""
    case 8:
    case 254:
      return decodeLatin1(bytes.subarray(1))
    case 16:
    case 255:
      return decodeUtf16Be(bytes.subarray(1))
    default:
      return null
  }
}

/** A dstring field, ECMA 167 1/7.2.12: the last byte is the number of bytes used. Unknown compression and empty fields give "". */
export function decodeDstring(field: Uint8Array): string {
  const used = Math.min(field.at(-1) ?? 0, field.length - 1)
  return decodeCs0(field.subarray(0, used)) ?? ""
}
