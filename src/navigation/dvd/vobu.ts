import { type Ticks, ticks } from "../../base/index.ts"
import { type Cell, type DvdDisc, titleSetOf, type VobuAdmap } from "../../disc/dvd/index.ts"
import type { NavigationPack } from "../../mpeg/index.ts"
import { blockStart } from "./follow.ts"
import type { DvdState } from "./state.ts"

/** What the navigation pack of the VOBU in hand says: plain values. Sectors count as the cells' do. */
export type Vobu = {
  readonly startSector: number
  /** Belongs to the VOBU. */
  readonly lastSector: number
  /** The VOBU to read next; null: the cell ends. */
  readonly next: NextVobu | null
  /** Prohibited user operations. */
  readonly vobuUopCtl: number
  readonly startPtm: number
  readonly endPtm: number
  /** Since the cell's start. */
  readonly cellElapsed: Ticks
}

/** Where reading goes on behind a VOBU: its sector and, where the angle has changed, the number of the cell it is in. */
export type NextVobu = { readonly sector: number; readonly cell: number }

/** "There is none": all ones in the 30 bits of a distance. */
const NO_VOBU = 0x3fffffff
const BACKWARDS = 0x80000000
const ILVU_BLOCK = 1 << 14
const ILVU_LAST = 1 << 12

/**
 * Takes what reading on needs out of the navigation pack of a VOBU of cell `number`. The cell bounds what a damaged pack can claim. Which
 * VOBU comes next is settled here, by the angle that is set when the VOBU begins.
 */
export function readVobu(pack: NavigationPack, startSector: number, number: number, cells: readonly Cell[], angle: number): Vobu {
  const { pci, dsi } = pack
  const { hour, minute, second, frame, frameRate } = dsi.dsiGi.cEltm
  const frameTicks = frameRate === 30 ? 3003 : 3600
  const cellEnd = Math.max(startSector, cells[number - 1]?.lastSector ?? startSector)
  return {
    startSector,
    lastSector: Math.min(startSector + dsi.dsiGi.vobuEa, cellEnd),
    next: nextVobu(pack, startSector, number, cells, angle),
    vobuUopCtl: pci.pciGi.vobuUopCtl,
    startPtm: pci.pciGi.vobuSPtm,
    endPtm: pci.pciGi.vobuEPtm,
    cellElapsed: ticks(((hour * 60 + minute) * 60 + second) * 90_000 + frame * frameTicks),
  }
}

/** Sectors forward or (with bit 31) backward; "none" stays the greatest distance, which no cell contains. */
function signedDistance(value: number): number {
  const sectors = value & NO_VOBU
  return value >= BACKWARDS && sectors !== NO_VOBU ? -sectors : sectors
}

/**
 * The VOBU to read next. Rules: libdvdnav `dvdnav_get_vobu`, but addresses that leave the cell, or go back without an angle's leave, end the
 * cell, and a non-seamless angle change is made behind any VOBU that says where to.
 */
function nextVobu({ pci, dsi }: NavigationPack, start: number, number: number, cells: readonly Cell[], angle: number): NextVobu | null {
  const endsUnit = (dsi.smlPbi.category & (ILVU_BLOCK | ILVU_LAST)) === (ILVU_BLOCK | ILVU_LAST)
  const target = cellOfOtherAngle(cells, number, angle)
  const abrupt = signedDistance(pci.nsmlAgli[angle - 1] ?? 0)
  if (abrupt !== 0 && (endsUnit || target !== number)) return inCell(start + abrupt, target, cells)
  const smooth = signedDistance(dsi.smlAgli[angle - 1]?.address ?? 0)
  if (smooth !== 0 && endsUnit) return inCell(start + smooth, target, cells)
  const distance = dsi.vobuSri.nextVobu.sectors
  return distance === NO_VOBU || distance === 0 ? null : inCell(start + distance, number, cells)
}

/** Number of the cell of angle `angle` in the angle block that cell `number` is in; itself where there is none. */
function cellOfOtherAngle(cells: readonly Cell[], number: number, angle: number): number {
  const first = blockStart(cells, number)
  const other = first + angle - 1
  return cells[first - 1]?.blockType === "angle" && blockStart(cells, other) === first ? other : number
}

function inCell(sector: number, number: number, cells: readonly Cell[]): NextVobu | null {
  const cell = cells[number - 1]
  return cell !== undefined && sector >= cell.firstSector && sector <= cell.lastSector ? { sector, cell: number } : null
}

/** The start sectors of all VOBUs of the state's VOBs, ascending; null: the disc has no such table. */
export function vobuMap(dvd: DvdDisc, { domain, titleSet }: Pick<DvdState, "domain" | "titleSet">): VobuAdmap | null {
  if (domain === "title") return titleSetOf(dvd, titleSet)?.vobuAdmap ?? null
  return (domain === "vtsm" ? titleSetOf(dvd, titleSet)?.vtsmVobuAdmap : dvd.vmg.vmgmVobuAdmap) ?? null
}

/** First sector of the VOBU that `sector` is in, and of the one behind it; null: none. */
export function vobuAround(map: VobuAdmap, sector: number): { readonly start: number | null; readonly next: number | null } {
  const starts = map.vobuStartSectors
  let [low, high] = [0, starts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= sector) low = middle + 1
    else high = middle
  }
  return { start: starts[low - 1] ?? null, next: starts[low] ?? null }
}
