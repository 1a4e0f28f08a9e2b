import type { ReadOptions } from "../base/index.ts"
import type { ImageReader } from "./image-reader.ts"
import { decodeLatin1 } from "./text.ts"

type Recognition = { readonly hasUdf: boolean; readonly hasIso: boolean; readonly isRawCd: boolean }

/** Both formats leave the first 32 KiB to the system (ECMA 119 6.2.1, ECMA 167 2/8.2.1). */
const SYSTEM_AREA_BYTES = 32 * 1024
/** Room for 32 descriptors; writers make fewer than 10. It usually holds the main volume descriptor sequence of UDF too. */
const RECOGNITION_BYTES = 64 * 1024
/** Volume structure descriptors take a sector of 2048 bytes, or one of the medium where that is larger (ECMA 167 2/8.4). */
const STEP_BYTES = 2048

/** Reads the volume recognition sequence (ECMA 167 2/8.3) and the place of the ISO 9660 volume descriptors, which are one area. */
export async function recognize(image: ImageReader, options?: ReadOptions): Promise<Recognition> {
  const area = await image.upTo(SYSTEM_AREA_BYTES, RECOGNITION_BYTES, "volumeRecognitionSequence", options)
  const identifiers = new Set<string>()
  for (let at = 0; at + STEP_BYTES <= area.length; at += STEP_BYTES) identifiers.add(decodeLatin1(area.subarray(at + 1, at + 6)))
  const hasUdf = identifiers.has("NSR02") || identifiers.has("NSR03")
  const hasIso = identifiers.has("CD001")
  return { hasUdf, hasIso, isRawCd: !hasUdf && !hasIso && (await startsWithSync(image, options)) }
}

/** A raw CD sector begins with twelve sync bytes (ECMA 130 14.1). */
async function startsWithSync(image: ImageReader, options?: ReadOptions): Promise<boolean> {
  const bytes = await image.upTo(0, 12, "sync", options)
  return bytes.length === 12 && bytes.every((byte, index) => byte === (index === 0 || index === 11 ? 0 : 0xff))
}
