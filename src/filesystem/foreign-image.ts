import type { ReadOptions } from "../base/index.ts"
import type { ImageReader } from "./image-reader.ts"
import { decodeLatin1 } from "./text.ts"

/** What people take for a disc's image: how such a file begins, and what to do with it. */
const BEGINNINGS: readonly (readonly [number, string, string])[] = [
  [0, "PK\x03\x04", "is a ZIP archive; unpack it and open what is in it"],
  [0, "Rar!", "is a RAR archive; unpack it and open what is in it"],
  [0, "7z\xbc\xaf", "is a 7z archive; unpack it and open what is in it"],
  [0, "\x1f\x8b", "is compressed (gzip); unpack it and open what is in it"],
  [0, "BZh", "is compressed (bzip2); unpack it and open what is in it"],
  [0, "\xfd7zXZ", "is compressed (xz); unpack it and open what is in it"],
  [0, "\x28\xb5\x2f\xfd", "is compressed (Zstandard); unpack it and open what is in it"],
  [0, "MComprHD", "is a compressed image (CHD); convert it to a plain one (chdman extractdvd)"],
  [0, "CISO", "is a compressed image (CSO); convert it to a plain one"],
  [0, "ZISO", "is a compressed image (ZSO); convert it to a plain one"],
  [0, "IsZ!", "is a compressed image (ISZ); convert it to a plain one"],
  [0, "DAA\0", "is a compressed image (DAA); convert it to a plain one"],
  [0, "MEDIA DESCRIPTOR", "only describes an image (MDS); open the image beside it"],
  [0, "[CloneCD]", "only describes an image (CCD); open the image beside it"],
  [0, "DVDVIDEO-V", "is a single file of a DVD; open the folder that holds VIDEO_TS"],
  [
    0,
    "\0\0\x01\xba",
    "is a film's file by itself (a VOB or MPEG file), which any player plays; for the disc open the folder that holds VIDEO_TS",
  ],
  [4, "\x47", "may be a film's file by itself (M2TS); for the disc open the folder that holds BDMV"],
  [0, "INDX", "is a single file of a Blu-ray; open the folder that holds BDMV"],
  [0, "MOBJ", "is a single file of a Blu-ray; open the folder that holds BDMV"],
  [0, "MPLS", "is a single file of a Blu-ray; open the folder that holds BDMV"],
  [0, "HDMV", "is a single file of a Blu-ray; open the folder that holds BDMV"],
  [0, "\x1a\x45\xdf\xa3", "is a film's file (Matroska) and no disc; any player plays it"],
  [4, "ftyp", "is a film's file (MP4) and no disc; any player plays it"],
]
const OTHERWISE = "has neither a UDF nor an ISO 9660 volume; give the image of a disc, its drive or a folder"
const LOOKED_AT_BYTES = 64 * 1024
/** Programs are known to put some 300 KiB before a volume. */
const MAX_OFFSET_BYTES = 1024 * 1024
/** The first volume descriptor lies behind the 32 KiB of the system area (ECMA 119 6.2.1, ECMA 167 2/8.2.1). */
const SYSTEM_AREA_BYTES = 32 * 1024

/** What a file is that holds no volume, as the end of a sentence about it, with what to do. */
export async function foreignImage(image: ImageReader, options?: ReadOptions): Promise<string> {
  if (image.source.size === 0) return "is empty; copy the disc or download its image again"
  const bytes = await image.upTo(0, LOOKED_AT_BYTES, "beginning", options)
  const beginning = decodeLatin1(bytes.subarray(0, 512))
  if (/^\s*<(!doctype html|html)/i.test(beginning))
    return "is a web page and no image; look whether the address is right, and asks for no password"
  if (/^(rem |catalog |file ")/im.test(beginning) && beginning.includes("."))
    return "only describes an image (CUE); open the image beside it"
  const known = BEGINNINGS.find(([at, text]) => beginning.startsWith(text, at))
  if (known !== undefined) return known[2]
  const behind = await volumeBehind(image, options)
  if (behind !== null) return behind
  if (bytes.every((byte) => byte === 0)) return "begins with zeros alone: a download that was not finished, or a blank disc"
  return OTHERWISE
}

/** Says that the volume does not begin with the image; `null`: it does, or there is none near the image's beginning. */
export async function volumeBehind(image: ImageReader, options?: ReadOptions): Promise<string | null> {
  const text = decodeLatin1(await image.upTo(0, SYSTEM_AREA_BYTES + MAX_OFFSET_BYTES, "beginning", options))
  const iso = text.indexOf("\x01CD001\x01")
  const first = iso === -1 ? text.indexOf("\0BEA01\x01") : iso
  if (first <= SYSTEM_AREA_BYTES) return null
  const offset = first - SYSTEM_AREA_BYTES
  return `holds a volume, but behind ${offset} bytes of something else; cut them off (tail -c +${offset + 1})`
}
