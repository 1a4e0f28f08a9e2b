import type { ReadOptions, Warning } from "../../base/index.ts"
import { DiscError, Warnings } from "../../base/index.ts"
import type { FileEntry, FileSystem } from "../../filesystem/file-system.ts"
import type { FingerprintPart } from "../fingerprint.ts"
import { ProtectionMarks } from "../protection-marks.ts"
import type { DvdDisc, TitleSet, VobFile } from "./dvd-disc.ts"
import { parseVmgIfo, parseVtsIfo } from "./ifo.ts"
import { readIfoFile, structureBytes } from "./ifo-file.ts"
import { bupName, ifoName, menuVobName, titleVobName } from "./paths.ts"
import { dvdProtection } from "./protection.ts"
import { MAX_TITLE_SETS } from "./vmgi-mat.ts"

/** VTS_xx_1.VOB to VTS_xx_9.VOB. */
const MAX_TITLE_VOBS = 9
/** Title sets read at the same time: far away discs take one round trip for several. */
const CONCURRENT_READS = 4

/** All IFO files of the disc whose VIDEO_TS folder is `root`, and their bytes for the fingerprint. @throws DiscError when the video manager cannot be read */
export async function readDvdTables(
  files: FileSystem,
  root: string,
  warnings: Warnings,
  options?: ReadOptions,
): Promise<{ dvd: DvdDisc; structure: readonly FingerprintPart[] }> {
  const entries = await listByName(files, root, options)
  const vmg = await readIfoFile(files, placesOf(entries, root, 0), parseVmgIfo, warnings, options)
  const menuVob = vobFile(entries.get(menuVobName(0)))
  const count = numberOfTitleSets(vmg.tables.mat.nrOfTitleSets, vmg.tables.ttSrpt?.titles ?? [])
  const titleSets: (TitleSet | null)[] = []
  const structure: FingerprintPart[] = [{ name: ifoName(0), bytes: structureBytes(vmg.bytes, vmg.tables.mat.vmgiLastSector) }]
  for (let first = 1; first <= count; first += CONCURRENT_READS) {
    const numbers = Array.from({ length: Math.min(CONCURRENT_READS, count - first + 1) }, (_, index) => first + index)
    const results = await Promise.all(numbers.map((number) => readTitleSet(files, entries, root, number, options)))
    for (const result of results) {
      for (const { code, message, place } of result.warnings) warnings.add(code, message, place)
      titleSets.push(result.titleSet)
      if (result.part !== null) structure.push(result.part)
    }
  }
  const protection = new ProtectionMarks(dvdProtection(vmg.tables.mat, [...entries.values()]))
  return { dvd: { root, vmg: { ...vmg.tables, menuVob }, titleSets, protection }, structure }
}

/** Those that VMGI_MAT counts, and those beyond that titles lie in. */
function numberOfTitleSets(counted: number, titles: readonly { readonly titleSetNr: number }[]): number {
  return Math.min(
    MAX_TITLE_SETS,
    titles.reduce((max, title) => Math.max(max, title.titleSetNr), counted),
  )
}

type TitleSetResult = { readonly titleSet: TitleSet | null; readonly part: FingerprintPart | null; readonly warnings: Iterable<Warning> }

async function readTitleSet(
  files: FileSystem,
  entries: ReadonlyMap<string, FileEntry>,
  root: string,
  number: number,
  options?: ReadOptions,
): Promise<TitleSetResult> {
  // A list of its own, so that the disc's warnings stand in the order of title sets whichever is read first.
  const warnings = new Warnings()
  try {
    const { tables, bytes } = await readIfoFile(files, placesOf(entries, root, number), parseVtsIfo, warnings, options)
    const titleVobs: VobFile[] = []
    for (let part = 1; part <= MAX_TITLE_VOBS; part++) {
      const vob = vobFile(entries.get(titleVobName(number, part)))
      // Sectors count through all parts: behind a part that is missing nothing can be found.
      if (vob === null) break
      titleVobs.push(vob)
    }
    const titleSet = { ...tables, number, menuVob: vobFile(entries.get(menuVobName(number))), titleVobs }
    return { titleSet, part: { name: ifoName(number), bytes: structureBytes(bytes, tables.mat.vtsiLastSector) }, warnings }
  } catch (error) {
    if (!(error instanceof DiscError) || !["damaged", "read-failed", "not-found"].includes(error.code)) throw error
    warnings.add("dvd-title-set-unreadable", `${error.message}; the titles of title set ${number} are left out`, error.place)
    return { titleSet: null, part: null, warnings }
  }
}

async function listByName(files: FileSystem, root: string, options?: ReadOptions): Promise<Map<string, FileEntry>> {
  const list = await files.list(root === "" ? "/" : root, options)
  return new Map(list.filter(({ type }) => type === "file").map((entry) => [entry.name.toUpperCase(), entry]))
}

function placesOf(entries: ReadonlyMap<string, FileEntry>, root: string, titleSet: number) {
  const name = ifoName(titleSet)
  return { ifo: entries.get(name) ?? null, bup: entries.get(bupName(titleSet)) ?? null, path: `${root}/${name}` }
}

const vobFile = (entry: FileEntry | undefined): VobFile | null => (entry === undefined ? null : { path: entry.path, size: entry.size })
