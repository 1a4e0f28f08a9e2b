import { DiscError, type ReadOptions, SECTOR_SIZE, type Sector, type Warnings } from "../../base/index.ts"
import type { FileEntry, FileSystem } from "../../filesystem/file-system.ts"
import type { ParsedIfo } from "./ifo.ts"

/** The tables that are used, and the bytes that they were read from. */
type IfoFile<Tables> = { readonly tables: Tables; readonly bytes: Uint8Array }

type Parse<Tables> = (bytes: Uint8Array, path: string) => ParsedIfo<Tables>
type Attempt<Tables> = { readonly path: string; readonly parsed: ParsedIfo<Tables>; readonly bytes: Uint8Array }

/** The largest IFO files seen are about 1 MiB; one that says more is read no further, and its tables beyond are damaged. */
const MAX_IFO_BYTES = 4 << 20

/** What the backup copy can help with; all else (aborted, source changed, ...) goes on to the caller. */
const HELPED_BY_BACKUP = ["damaged", "read-failed", "not-found"]

/**
 * Reads an IFO in one read. When it is missing, unreadable or damaged, the BUP is used as a whole, with a warning `dvd-backup-used`; when the
 * BUP is damaged too, each table comes from the copy where it is better, and what is damaged in both is a warning `dvd-table-damaged`.
 * @throws DiscError when neither copy can be read: the IFO's error
 */
export async function readIfoFile<Tables extends object>(
  files: FileSystem,
  places: { readonly ifo: FileEntry | null; readonly bup: FileEntry | null; readonly path: string },
  parse: Parse<Tables>,
  warnings: Warnings,
  options?: ReadOptions,
): Promise<IfoFile<Tables>> {
  const first = await attempt(files, places.ifo, places.path, parse, options)
  if (!(first instanceof DiscError) && first.parsed.faults.size === 0) return used(first)

  const second = await attempt(files, places.bup, places.path, parse, options)
  if (second instanceof DiscError) {
    if (first instanceof DiscError) throw first
    return partial(first, warnings)
  }
  if (first instanceof DiscError || second.parsed.faults.size === 0) {
    const wrong = first instanceof DiscError ? first : firstFault(first)
    warnings.add("dvd-backup-used", `${wrong.message}; ${second.path} is used instead`, wrong.place)
    return partial(second, warnings)
  }
  return partial({ ...first, parsed: better(first, second, warnings) }, warnings)
}

async function attempt<Tables>(
  files: FileSystem,
  entry: FileEntry | null,
  path: string,
  parse: Parse<Tables>,
  options?: ReadOptions,
): Promise<Attempt<Tables> | DiscError> {
  try {
    if (entry === null) throw new DiscError("not-found", "the file is not there", { path })
    const source = await files.open(entry, options)
    const bytes = await source.read(0, Math.min(entry.size, MAX_IFO_BYTES), options)
    return { path: entry.path, parsed: parse(bytes, entry.path), bytes }
  } catch (error) {
    if (error instanceof DiscError && HELPED_BY_BACKUP.includes(error.code)) return error
    throw error
  }
}

/** Table by table the copy with fewer faults; the first where they are alike. */
function better<Tables extends object>(first: Attempt<Tables>, second: Attempt<Tables>, warnings: Warnings): ParsedIfo<Tables> {
  const tables = { ...first.parsed.tables }
  const faults = new Map(first.parsed.faults)
  for (const [name, list] of first.parsed.faults) {
    const others = second.parsed.faults.get(name) ?? []
    if (others.length >= list.length) continue
    const [wrong] = list
    warnings.add("dvd-backup-used", `${wrong?.message ?? ""}; ${String(name)} of ${second.path} is used instead`, wrong?.place)
    tables[name] = second.parsed.tables[name]
    if (others.length === 0) faults.delete(name)
    else faults.set(name, others)
  }
  return { tables, faults }
}

function partial<Tables>(attempt: Attempt<Tables>, warnings: Warnings): IfoFile<Tables> {
  for (const list of attempt.parsed.faults.values()) {
    for (const fault of list) warnings.add("dvd-table-damaged", `${fault.message}; the rest of the disc is used without it`, fault.place)
  }
  return used(attempt)
}

const used = <Tables>({ parsed, bytes }: Attempt<Tables>): IfoFile<Tables> => ({ tables: parsed.tables, bytes })

function firstFault<Tables>(attempt: Attempt<Tables>): DiscError {
  for (const [fault] of attempt.parsed.faults.values()) if (fault !== undefined) return fault
  return new DiscError("damaged", "the file is damaged", { path: attempt.path })
}

/** The bytes that belong to the structure: without what an image or a copier put behind them. */
export function structureBytes(bytes: Uint8Array, lastSector: Sector): Uint8Array {
  return bytes.subarray(0, Math.min(bytes.length, (lastSector + 1) * SECTOR_SIZE))
}
