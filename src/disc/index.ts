/** What is on a disc. Other rooms import from here, or from a format's own door. */
import type { ReadOptions, Warnings } from "../base/index.ts"
import type { FileSystem } from "../filesystem/file-system.ts"
import { type BlurayDisc, type BlurayKind, readBlurayDisc } from "./bluray/index.ts"
import { detectDisc } from "./detect.ts"
import type { DiscInfo } from "./disc-info.ts"
import { type DvdDisc, readDvdDisc } from "./dvd/index.ts"

export { type DetectedDisc, detectDisc } from "./detect.ts"
export type { ChapterInfo, DiscInfo, DiscKind, MenuInfo, ProtectionMark, StreamInfo, TitleInfo } from "./disc-info.ts"
export { languageTag } from "./language.ts"

/** A disc's structure files, parsed, and the one description over them. */
export type ParsedDisc =
  | { readonly kind: "dvd-video"; readonly info: DiscInfo; readonly dvd: DvdDisc }
  | { readonly kind: BlurayKind; readonly info: DiscInfo; readonly bluray: BlurayDisc }

/**
 * Finds out what the disc is and reads its structure files, no video. What is odd or damaged and can be lived with goes into `warnings`.
 * @throws DiscError `not-a-disc` (with what was found instead), `damaged`, `read-failed`
 */
export async function readDisc(files: FileSystem, warnings: Warnings, options?: ReadOptions): Promise<ParsedDisc> {
  const detected = await detectDisc(files, warnings, options)
  switch (detected.type) {
    case "dvd":
      return { kind: "dvd-video", ...(await readDvdDisc(files, warnings, options, detected.folder)) }
    case "bluray": {
      const { info, bluray } = await readBlurayDisc(files, warnings, options, detected.folder)
      return { kind: info.kind, info, bluray }
    }
  }
}
