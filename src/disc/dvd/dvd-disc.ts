import type { ProtectionMarks } from "../protection-marks.ts"
import type { VmgTables, VtsTables } from "./ifo.ts"

/** A DVD-Video disc: the tables of its IFO files, and where its VOBs are. */
export type DvdDisc = {
  /** Where VIDEO_TS.IFO is: `/VIDEO_TS`, or the empty string when the file system's root is that directory. */
  readonly root: string
  readonly vmg: VideoManager
  /** `titleSets[0]` is title set 1; null: its IFO and its BUP are missing or unreadable. */
  readonly titleSets: readonly (TitleSet | null)[]
  readonly protection: ProtectionMarks
}

export type VideoManager = VmgTables & {
  /** VIDEO_TS.VOB; null: none. */
  readonly menuVob: VobFile | null
}

export type TitleSet = VtsTables & {
  readonly number: number
  /** VTS_xx_0.VOB; null: none. */
  readonly menuVob: VobFile | null
  /** VTS_xx_1.VOB to VTS_xx_9.VOB: one run of bytes, in which the sectors of cells and VOBUs count. */
  readonly titleVobs: readonly VobFile[]
}

/** A file of the disc; `path` is what `FileSystem.open` takes, `size` is in bytes. */
export type VobFile = { readonly path: string; readonly size: number }

/** null also where the disc has no such title set. */
export const titleSetOf = (dvd: DvdDisc, number: number): TitleSet | null => dvd.titleSets[number - 1] ?? null

/** The clip name of `mpeg/segment.ts`: all title VOBs of a title set as one run of bytes. */
export const clipName = (titleSet: number): string => `VTS_${String(titleSet).padStart(2, "0")}`
