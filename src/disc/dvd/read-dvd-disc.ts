import { DiscError, type ReadOptions, SECTOR_SIZE, secondsFromTicks, type Warnings } from "../../base/index.ts"
import type { FileSystem } from "../../filesystem/file-system.ts"
import type { DiscInfo, TitleInfo } from "../disc-info.ts"
import { fingerprint } from "../fingerprint.ts"
import { chooseMainTitle, type Stretch } from "../main-title.ts"
import { discNames } from "./disc-names.ts"
import { groupTitles } from "./duplicates.ts"
import type { DvdDisc } from "./dvd-disc.ts"
import { dvdMenus } from "./menus.ts"
import { findDvdRoot } from "./paths.ts"
import { readDvdTables } from "./read-tables.ts"
import { type DvdTitle, dvdTitle, type TitleCell, titleCells, titleChapters, titleDuration, titleNumbers, titleSize } from "./title.ts"
import { titleStreams } from "./title-streams.ts"

/**
 * Reads every IFO file of a DVD-Video and says what is on it: one read for each IFO file, no VOB is touched. Titles whose title set or
 * chapters cannot be read are left out with a warning; the others keep their numbers.
 * `folder` holds VIDEO_TS; the empty string is the root.
 * @throws DiscError `not-a-disc`, and `damaged` or `read-failed` when neither VIDEO_TS.IFO nor VIDEO_TS.BUP can be used
 */
export async function readDvdDisc(
  files: FileSystem,
  warnings: Warnings,
  options?: ReadOptions,
  folder = "",
): Promise<{ info: DiscInfo; dvd: DvdDisc }> {
  const root = await findDvdRoot(files, options, folder)
  if (root === null) throw new DiscError("not-a-disc", "There is no VIDEO_TS.IFO here.", { path: "/VIDEO_TS/VIDEO_TS.IFO" })
  const { dvd, structure } = await readDvdTables(files, root, warnings, options)
  const read = readTitles(dvd, warnings)
  const titles = describeTitles(read, warnings)
  const stretches = new Map(read.map((title) => [title.title.number, stretchesOf(title)]))
  warnAboutMissingSectors(dvd, warnings)
  const info: DiscInfo = {
    kind: "dvd-video",
    label: files.label,
    names: discNames(dvd.vmg),
    fingerprint: fingerprint(structure),
    protection: dvd.protection.list,
    warnings: warnings.list,
    mainTitle: chooseMainTitle(titles, { stretches }).number,
    titles,
    menus: dvdMenus(dvd),
  }
  return { info, dvd }
}

type ReadTitle = { readonly title: DvdTitle; readonly cells: readonly TitleCell[] }

function readTitles(dvd: DvdDisc, warnings: Warnings): ReadTitle[] {
  return titleNumbers(dvd).flatMap(({ number }) => {
    try {
      const title = dvdTitle(dvd, number)
      return [{ title, cells: titleCells(title) }]
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      warnings.add("dvd-title-unreadable", error.message, error.place)
      return []
    }
  })
}

function describeTitles(read: readonly ReadTitle[], warnings: Warnings): TitleInfo[] {
  const groups = groupTitles(
    read.map((one) => ({ number: one.title.number, chapters: one.title.parts.length, keys: stretchesOf(one).map(({ key }) => key) })),
  )
  return read.map(({ title, cells }) => ({ ...describeTitle(title, cells, warnings), ...groups.get(title.number) }))
}

function describeTitle(title: DvdTitle, cells: readonly TitleCell[], warnings: Warnings): TitleInfo {
  const chapters = titleChapters(title, cells)
  return {
    number: title.number,
    duration: secondsFromTicks(titleDuration(title)),
    chapters: chapters.map(({ start, duration }) => ({ start: secondsFromTicks(start), duration: secondsFromTicks(duration) })),
    angles: title.angles,
    size: titleSize(title, cells),
    streams: titleStreams(title, warnings),
    sameAs: null,
    partOf: null,
    scrambled: null,
    dvd: { titleSet: title.titleSet.number, titleInSet: title.titleInSet, programChain: title.parts[0]?.pgcn ?? 0 },
  }
}

/** The same sectors of the same title set are the same content. */
function stretchesOf({ title, cells }: ReadTitle): Stretch[] {
  return cells.map(({ cell, duration }) => ({
    key: `${title.titleSet.number}:${cell.firstSector}-${cell.lastSector}`,
    seconds: secondsFromTicks(duration),
  }))
}

/** A copy that was cut short, or VOBs that were left out: said once for each title set. */
function warnAboutMissingSectors(dvd: DvdDisc, warnings: Warnings): void {
  for (const titleSet of dvd.titleSets) {
    if (titleSet === null) continue
    const cells = (titleSet.pgcit?.entries ?? []).flatMap(({ pgc }) => pgc?.cells ?? [])
    const needed = cells.reduce((max, { lastSector }) => Math.max(max, lastSector + 1), 0)
    const there = Math.floor(titleSet.titleVobs.reduce((sum, { size }) => sum + size, 0) / SECTOR_SIZE)
    if (there >= needed) continue
    warnings.add("dvd-vob-short", `The titles of title set ${titleSet.number} need ${needed} sectors, but its VOB files have ${there}.`, {
      path: titleSet.titleVobs[0]?.path ?? `${dvd.root}/VTS_${String(titleSet.number).padStart(2, "0")}_1.VOB`,
    })
  }
}
