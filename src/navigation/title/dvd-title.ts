import { DiscError, type ReadOptions, SECTOR_SIZE, type Source, type Ticks, ticks, type Warnings } from "../../base/index.ts"
import { clipName, type DvdDisc, type TitleCell, type TitleSet, ticksFromDvdTime } from "../../disc/dvd/index.ts"
import { type ByteRange, type Segment, titleDuration } from "../../mpeg/segment.ts"
import { cellRanges } from "./dvd-cell-ranges.ts"
import { dvdTitleCells } from "./dvd-cells.ts"
import { type Entry, segmentAt, type TitlePlan } from "./title-plan.ts"
import { readVobuTimes, type VobuTimes } from "./vobu-times.ts"

/** What a DVD title's plan says beyond segments and chapters. `segments[i]` plays `cells[i]`. */
export type DvdTitlePlan = TitlePlan & {
  readonly titleSet: TitleSet
  /** VTS_TTN. */
  readonly titleInSet: number
  readonly cells: readonly TitleCell[]
  readonly angles: number
}

export type DvdPlanOptions = ReadOptions & {
  /** From 1. Default 1; angle blocks with fewer cells play their first. */
  readonly angle?: number
  readonly warnings: Warnings
  /** The title VOBs of a title set as one run of bytes (`TitleSet.titleVobs`, one after the other). */
  readonly openVobs: (titleSet: TitleSet) => Promise<Source>
}

/** Half a minute of film: a longer damage at a cell's beginning leaves the cell out. */
const MAX_BAD_VOBUS = 60

/** Navigation packs read at the same time: enough to hide the way to a server. */
const READS_AT_ONCE = 16

/**
 * A title's cells as segments, with times from the navigation packs of their first and last VOBUs: one read for each cell, and one more where
 * the next cell is not the same VOB going on.
 * @throws DiscError `not-found` (no such title or angle), `damaged`, and what the source throws
 */
export async function planDvdTitle(disc: DvdDisc, title: number, options: DvdPlanOptions): Promise<DvdTitlePlan> {
  const { titleSet, titleInSet, cells, chapters, angles } = dvdTitleCells(disc, title, options.angle ?? 1)
  const vobs = await options.openVobs(titleSet)
  const sectors = Math.floor(vobs.size / SECTOR_SIZE)
  const ranges = await inParallel(cells, ({ cell }) =>
    cellRanges(titleSet, cell, sectors, (sector) => readVobuTimes(vobs, sector, options)),
  )
  const firsts = await inParallel(cells, (_, index) => firstVobu(vobs, titleSet, ranges[index] ?? [], options))
  const lasts = await inParallel(cells, async ({ cell }, index) => {
    if (firsts[index] === null || goesOn(cells, firsts, index + 1)) return null
    return cell.lastVobuStartSector < sectors ? readVobuTimes(vobs, cell.lastVobuStartSector, options) : null
  })
  const segments: Segment[] = []
  let start = 0
  for (const [index, titleCell] of cells.entries()) {
    const first = firsts[index] ?? null
    if (first === null) noteUnreadable(titleSet, titleCell, options.warnings)
    const inTime = first?.startPtm ?? ticks(0)
    const next = goesOn(cells, firsts, index + 1) ? firsts[index + 1] : null
    const outTime = next?.startPtm ?? endOf(titleCell, inTime, lasts[index] ?? null)
    segments.push({
      clip: clipName(titleSet.number),
      ranges: first === null ? [] : behind(ranges[index] ?? [], first.skip),
      inTime,
      outTime,
      start: ticks(start),
      seamless: titleCell.cell.seamlessPlay,
    })
    start += outTime - inTime
  }
  if (segments.every((segment) => segment.ranges.length === 0)) {
    throw new DiscError("damaged", `not one cell of title ${title} can be read`, { path: vobs.name })
  }
  return {
    segments,
    duration: titleDuration(segments),
    chapters: chapters.map((cell) => segments[cell]?.start ?? ticks(0)),
    titleSet,
    titleInSet,
    cells,
    angles,
    locate: (time, readOptions) => locate(vobs, titleSet, segments, time, readOptions),
  }
}

function noteUnreadable(titleSet: TitleSet, { pgcn, cellNumber }: TitleCell, warnings: Warnings): void {
  const message = `cell ${cellNumber} of program chain ${pgcn} does not begin with a navigation pack inside the VOBs; it is left out`
  warnings.add("missing-cell", message, { path: clipName(titleSet.number), field: "firstSector" })
}

/** Whether cell `index` is the same VOB going on behind the cell before it: the same clock, and bytes that follow. */
function goesOn(cells: readonly TitleCell[], firsts: readonly (VobuTimes | null)[], index: number): boolean {
  const before = cells[index - 1]?.cell
  const cell = cells[index]?.cell
  const beforeStart = firsts[index - 1]?.startPtm
  const start = firsts[index]?.startPtm
  if (before === undefined || cell === undefined || beforeStart === undefined || start === undefined) return false
  return cell.vobId !== null && cell.vobId === before.vobId && cell.firstSector === before.lastSector + 1 && start > beforeStart
}

/** vobu_e_ptm of the last VOBU; where it makes no sense, what the IFO says the cell takes. */
function endOf({ cell }: TitleCell, inTime: Ticks, last: VobuTimes | null): Ticks {
  if (last !== null && last.endPtm > inTime) return last.endPtm
  return ticks(inTime + ticksFromDvdTime(cell.playbackTime))
}

/** The first VOBU of a cell whose navigation pack can be read, and how many bytes of the ranges lie before it. */
type FirstVobu = VobuTimes & { readonly skip: number }

async function firstVobu(vobs: Source, titleSet: TitleSet, ranges: readonly ByteRange[], options: ReadOptions): Promise<FirstVobu | null> {
  const start = ranges[0]
  if (start === undefined) return null
  const first = await readVobuTimes(vobs, start.offset / SECTOR_SIZE, options)
  if (first !== null) return { ...first, skip: 0 }
  // A scratch at its beginning must not cost the whole cell.
  for (const { sector, skip } of vobusIn(ranges, vobuStarts(titleSet)).slice(0, MAX_BAD_VOBUS)) {
    const next = skip === 0 ? null : await readVobuTimes(vobs, sector, options)
    if (next !== null) return { ...next, skip }
  }
  return null
}

/** The ranges without their first bytes. */
function behind(ranges: readonly ByteRange[], skip: number): readonly ByteRange[] {
  let left = skip
  return ranges.flatMap(({ offset, length }) => {
    const cut = Math.min(left, length)
    left -= cut
    return cut === length ? [] : [{ offset: offset + cut, length: length - cut }]
  })
}

const vobuStarts = (titleSet: TitleSet): Uint32Array => titleSet.vobuAdmap?.vobuStartSectors ?? new Uint32Array()

async function inParallel<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T, index)
  }
  await Promise.all(Array.from({ length: READS_AT_ONCE }, worker))
  return results
}

/** The search ends in a few steps; on a map that lies it may not narrow. */
const MAX_SEARCH_READS = 40

async function locate(
  vobs: Source,
  titleSet: TitleSet,
  segments: readonly Segment[],
  time: number,
  options: ReadOptions | undefined,
): Promise<Entry> {
  const index = segmentAt(segments, ticks(time))
  const segment = segments[index]
  if (segment === undefined) return { segment: index, skip: 0, time: ticks(0) }
  const vobus = vobusIn(segment.ranges, vobuStarts(titleSet))
  const wanted = segment.inTime + Math.min(Math.max(time - segment.start, 0), segment.outTime - segment.inTime)
  // Invariant: VOBU `low` begins at `lowTime`, at or before the time wanted; VOBU `high` begins behind it.
  let [low, lowTime] = [0, segment.inTime as number]
  let [high, highTime] = [vobus.length, segment.outTime as number]
  for (let reads = 0; high - low > 1 && wanted > lowTime && reads < MAX_SEARCH_READS; reads++) {
    const share = reads % 3 === 2 ? 0.5 : (wanted - lowTime) / Math.max(1, highTime - lowTime)
    const middle = Math.min(high - 1, Math.max(low + 1, low + Math.floor(share * (high - low))))
    const vobu = await readVobuTimes(vobs, vobus[middle]?.sector ?? 0, options)
    if (vobu === null || vobu.startPtm > wanted) [high, highTime] = [middle, vobu?.startPtm ?? highTime]
    else [low, lowTime] = [middle, vobu.startPtm]
  }
  return { segment: index, skip: vobus[low]?.skip ?? 0, time: ticks(segment.start + lowTime - segment.inTime) }
}

/** The VOBUs of a segment: their sectors, and how many bytes of its ranges lie before them. */
function vobusIn(ranges: readonly ByteRange[], starts: Uint32Array): { sector: number; skip: number }[] {
  const vobus: { sector: number; skip: number }[] = []
  let before = 0
  for (const { offset, length } of ranges) {
    const end = (offset + length) / SECTOR_SIZE
    for (let i = countBelow(starts, offset / SECTOR_SIZE); i < starts.length && (starts[i] ?? end) < end; i++) {
      const sector = starts[i] ?? 0
      vobus.push({ sector, skip: before + sector * SECTOR_SIZE - offset })
    }
    before += length
  }
  return vobus
}

function countBelow(values: Uint32Array, limit: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return low
}
