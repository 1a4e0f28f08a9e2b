import type { ReadOptions } from "../../base/index.ts"
import type { FileSystem } from "../../filesystem/file-system.ts"

/** Where a DVD-Video's files are: the usual folder, or the root when the VIDEO_TS folder itself was given. */
const ROOTS = ["/VIDEO_TS", ""]

/** A disc without VIDEO_TS.IFO is still one when the copy is there. */
const MARKS = ["VIDEO_TS.IFO", "VIDEO_TS.BUP"]

/**
 * The folder of the IFO files: `/VIDEO_TS`, or the empty string for the file system's root. null: this is no DVD-Video.
 * `folder`: where VIDEO_TS is looked for, the empty string for the root.
 */
export async function findDvdRoot(files: FileSystem, options?: ReadOptions, folder = ""): Promise<string | null> {
  for (const root of ROOTS.map((path) => `${folder}${path}`)) {
    if (root !== "" && (await files.find(root, options))?.type !== "directory") continue
    for (const mark of MARKS) {
      if ((await files.find(`${root}/${mark}`, options))?.type === "file") return root
    }
  }
  return null
}

/** File names of a title set; 0 is the video manager. */
export const ifoName = (titleSet: number): string => `${baseName(titleSet)}.IFO`
export const bupName = (titleSet: number): string => `${baseName(titleSet)}.BUP`
export const menuVobName = (titleSet: number): string => `${baseName(titleSet)}.VOB`
/** `part` is 1 to 9. */
export const titleVobName = (titleSet: number, part: number): string => `VTS_${twoDigits(titleSet)}_${part}.VOB`

const baseName = (titleSet: number): string => (titleSet === 0 ? "VIDEO_TS" : `VTS_${twoDigits(titleSet)}_0`)
const twoDigits = (number: number): string => String(number).padStart(2, "0")
