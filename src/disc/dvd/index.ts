/** The door of DVD-Video. */
export type { AudioAttributes, AudioCodeExtension, AudioFormat, KaraokeInformation } from "./audio-attributes.ts"
export type { CAdt, CellAddress } from "./c-adt.ts"
export { type BlockMode, type Cell, STILL_ENDLESS } from "./cell.ts"
export type { CommandTable } from "./command-table.ts"
export { clipName, type DvdDisc, type TitleSet, titleSetOf, type VideoManager, type VobFile } from "./dvd-disc.ts"
export { parseVmgIfo, parseVtsIfo, type VmgTables, type VtsTables } from "./ifo.ts"
export type { MultichannelExtension } from "./multichannel-extension.ts"
export { type AudioControl, type Pgc, type PlaybackMode, type SubpictureControl, USER_OPERATIONS } from "./pgc.ts"
export { type LanguageUnit, MENU_TYPES, type MenuType, type PgciUt } from "./pgci-ut.ts"
export type { Pgcit, PgcitEntry } from "./pgcit.ts"
export type { ParentalCountry, PtlMait } from "./ptl-mait.ts"
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
  type SectorRun,
  type TitleCell,
  type TitleChain,
  type TitleChapter,
  type TitleNumber,
  titleCells,
  titleChapters,
  titleDuration,
  titleNumbers,
  titleSize,
} from "./title.ts"
export { chainStreams, menuStreams } from "./title-streams.ts"
export type { PlaybackType, TitleSearchPointer, TtSrpt } from "./tt-srpt.ts"
export { TEXT_GENERAL_NAME, type TextItem, type TextLanguageUnit, type TxtdtMgi } from "./txtdt-mgi.ts"
export type { VideoAttributes } from "./video-attributes.ts"
export type { VmgiMat } from "./vmgi-mat.ts"
export type { VobuAdmap } from "./vobu-admap.ts"
export type { TitleSetAttributes, VtsAtrt } from "./vts-atrt.ts"
export type { PartOfTitle, VtsPttSrpt } from "./vts-ptt-srpt.ts"
export type { TimeMap, TimeMapEntry, VtsTmapti } from "./vts-tmapti.ts"
export type { VtsiMat } from "./vtsi-mat.ts"
