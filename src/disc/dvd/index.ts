/** The door of DVD-Video. */
export type { AudioAttributes, AudioCodeExtension, AudioFormat } from "./audio-attributes.ts"
export type { CAdt } from "./c-adt.ts"
export { type BlockMode, type Cell, STILL_ENDLESS } from "./cell.ts"
export type { CommandTable } from "./command-table.ts"
export { clipName, type DvdDisc, type TitleSet, titleSetOf, type VobFile } from "./dvd-disc.ts"
export { parseVmgIfo, parseVtsIfo, type VmgTables, type VtsTables } from "./ifo.ts"
export type { MultichannelExtension } from "./multichannel-extension.ts"
export { type AudioControl, type Pgc, type PlaybackMode, type SubpictureControl, USER_OPERATIONS } from "./pgc.ts"
export { type LanguageUnit, MENU_TYPES, type MenuType, type PgciUt } from "./pgci-ut.ts"
export type { Pgcit, PgcitEntry } from "./pgcit.ts"
export type { PtlMait } from "./ptl-mait.ts"
export { readDvdDisc } from "./read-dvd-disc.ts"
export { isDvdTitleScrambled, isPackScrambled } from "./scrambled.ts"
export type { StreamAttributes } from "./stream-attributes.ts"
export type { SubpictureAttributes, SubpictureCodeExtension } from "./subpicture-attributes.ts"
export { type DvdTime, ticksFromDvdTime } from "./time.ts"
export {
  cellNumbersForAngle,
  cellRuns,
  type DvdTitle,
  dvdTitle,
  type TitleCell,
  titleCells,
  titleChapters,
  titleDuration,
  titleNumbers,
  titleSize,
} from "./title.ts"
export { chainStreams, menuStreams } from "./title-streams.ts"
export type { PlaybackType, TtSrpt } from "./tt-srpt.ts"
export { TEXT_GENERAL_NAME, type TextItem, type TxtdtMgi } from "./txtdt-mgi.ts"
export type { VideoAttributes } from "./video-attributes.ts"
export type { VmgiMat } from "./vmgi-mat.ts"
export type { VobuAdmap } from "./vobu-admap.ts"
export type { VtsAtrt } from "./vts-atrt.ts"
export type { PartOfTitle, VtsPttSrpt } from "./vts-ptt-srpt.ts"
export type { VtsTmapti } from "./vts-tmapti.ts"
export type { VtsiMat } from "./vtsi-mat.ts"
