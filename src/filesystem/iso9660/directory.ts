import { ByteReader, DiscError } from "../../base/index.ts"
import { type DirectoryRecord, isDotRecord, parseDirectoryRecord } from "./directory-record.ts"

/** Records never cross a sector (ECMA 119 6.8.1.1); a sector is 2048 bytes whatever the block size (6.1.2). */
const SECTOR_BYTES = 2048
/** A record takes 34 bytes at least; the parsed form takes more memory than the disc's. */
const MAX_RECORDS = 100_000

type IsoDirectory = {
  /** Without the records of the directory itself and its parent. */
  readonly records: readonly DirectoryRecord[]
  /** What is wrong with the sectors that could not be read to their end. */
  readonly faults: readonly DiscError[]
}

/**
 * A directory's records in its own order. A bad record costs the rest of its sector only.
 * @throws DiscError `damaged` when the first record is not the directory's own (it is no directory), `limit`
 */
export function parseDirectory(bytes: Uint8Array, path: string, offset: number): IsoDirectory {
  const self = parseDirectoryRecord(new ByteReader(bytes.subarray(0, SECTOR_BYTES), path, offset))
  if (self === null || !isDotRecord(self)) {
    throw new DiscError("damaged", "there is no directory here: its own record should come first", {
      path,
      offset,
      field: "directoryRecord",
    })
  }
  const records: DirectoryRecord[] = []
  const faults: DiscError[] = []
  for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
    const fault = parseSector(new ByteReader(bytes.subarray(at, at + SECTOR_BYTES), path, offset + at), records)
    if (fault !== null) faults.push(fault)
  }
  return { records, faults }
}

function parseSector(sector: ByteReader, records: DirectoryRecord[]): DiscError | null {
  try {
    while (sector.remaining > 0) {
      const record = parseDirectoryRecord(sector)
      if (record === null) break
      if (records.length >= MAX_RECORDS)
        throw sector.error("limit", "directoryRecord", `the directory has more than ${MAX_RECORDS} records`)
      if (!isDotRecord(record)) records.push(record)
    }
    return null
  } catch (error) {
    if (error instanceof DiscError && error.code !== "limit") return error
    throw error
  }
}

/** A file as its records tell: one for each section (ECMA 119 6.5.1), all but the last marked as going on. */
export type RecordGroup = { readonly first: DirectoryRecord; readonly sections: readonly DirectoryRecord[]; readonly isComplete: boolean }

/** Puts the sections of files together; associated files (second streams) are left out. */
export function groupRecords(records: readonly DirectoryRecord[]): RecordGroup[] {
  const groups: RecordGroup[] = []
  let open: DirectoryRecord[] = []
  const close = (isComplete: boolean) => {
    const [first] = open
    if (first !== undefined) groups.push({ first, sections: open, isComplete })
    open = []
  }
  for (const record of records) {
    if (record.flags.associated) continue
    // A chain without its last record, and another file after it.
    if (open[0] !== undefined && !sameIdentifier(open[0], record)) close(false)
    open.push(record)
    if (!record.flags.multiExtent) close(true)
  }
  close(false)
  return groups
}

function sameIdentifier(a: DirectoryRecord, b: DirectoryRecord): boolean {
  return a.fileIdentifier.length === b.fileIdentifier.length && a.fileIdentifier.every((byte, index) => byte === b.fileIdentifier[index])
}
