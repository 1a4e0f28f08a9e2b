import { ByteReader, type DiscError, SECTOR_SIZE, type Sector } from "../../base/index.ts"
import { type CAdt, parseCAdt } from "./c-adt.ts"
import { Faults } from "./fault.ts"
import { type Pgc, parsePgc } from "./pgc.ts"
import { type PgciUt, parsePgciUt } from "./pgci-ut.ts"
import { type Pgcit, parsePgcit } from "./pgcit.ts"
import { type PtlMait, parsePtlMait } from "./ptl-mait.ts"
import { parseTtSrpt, type TtSrpt } from "./tt-srpt.ts"
import { parseTxtdtMgi, type TxtdtMgi } from "./txtdt-mgi.ts"
import { parseVmgiMat, type VmgiMat } from "./vmgi-mat.ts"
import { parseVobuAdmap, type VobuAdmap } from "./vobu-admap.ts"
import { parseVtsAtrt, type VtsAtrt } from "./vts-atrt.ts"
import { parseVtsPttSrpt, type VtsPttSrpt } from "./vts-ptt-srpt.ts"
import { parseVtsTmapti, type VtsTmapti } from "./vts-tmapti.ts"
import { parseVtsiMat, type VtsiMat } from "./vtsi-mat.ts"

/** Every table of VIDEO_TS.IFO; null: the disc has none, or it is damaged (then there is a fault or a warning). */
export type VmgTables = {
  readonly mat: VmgiMat
  readonly firstPlayPgc: Pgc | null
  readonly ttSrpt: TtSrpt | null
  readonly vmgmPgciUt: PgciUt | null
  readonly ptlMait: PtlMait | null
  readonly vtsAtrt: VtsAtrt | null
  readonly txtdtMgi: TxtdtMgi | null
  readonly vmgmCAdt: CAdt | null
  readonly vmgmVobuAdmap: VobuAdmap | null
}

/** Every table of a VTS_xx_0.IFO; null as in `VmgTables`. */
export type VtsTables = {
  readonly mat: VtsiMat
  readonly pttSrpt: VtsPttSrpt | null
  readonly pgcit: Pgcit | null
  readonly vtsmPgciUt: PgciUt | null
  readonly tmapti: VtsTmapti | null
  readonly vtsmCAdt: CAdt | null
  readonly vtsmVobuAdmap: VobuAdmap | null
  readonly cAdt: CAdt | null
  readonly vobuAdmap: VobuAdmap | null
}

/** What one IFO or BUP says: its tables, and for each damaged one what is wrong. */
export type ParsedIfo<Tables> = { readonly tables: Tables; readonly faults: ReadonlyMap<keyof Tables, readonly DiscError[]> }

/**
 * All tables of a video manager's IFO or BUP. What is wrong in one table does not stop the others: it is in `faults`.
 * @throws DiscError `damaged` when VMGI_MAT itself is
 */
export function parseVmgIfo(bytes: Uint8Array, path: string): ParsedIfo<VmgTables> {
  const file = new ByteReader(bytes, path)
  const mat = parseVmgiMat(file)
  const tables = new TableReader<VmgTables>(file)
  const firstPlay = mat.firstPlayPgc
  return tables.finish({
    mat,
    firstPlayPgc: firstPlay === null ? null : tables.read("firstPlayPgc", () => parseFirstPlay(file.from(firstPlay, "firstPlayPgc"))),
    ttSrpt: tables.required("ttSrpt", mat.ttSrpt, parseTtSrpt),
    vmgmPgciUt: tables.at("vmgmPgciUt", mat.vmgmPgciUt, (table, faults) => parsePgciUt(table, "vmgm", faults)),
    ptlMait: tables.at("ptlMait", mat.ptlMait, parsePtlMait),
    vtsAtrt: tables.at("vtsAtrt", mat.vtsAtrt, parseVtsAtrt),
    txtdtMgi: tables.at("txtdtMgi", mat.txtdtMgi, parseTxtdtMgi),
    vmgmCAdt: tables.at("vmgmCAdt", mat.vmgmCAdt, parseCAdt),
    vmgmVobuAdmap: tables.at("vmgmVobuAdmap", mat.vmgmVobuAdmap, parseVobuAdmap),
  })
}

/**
 * All tables of a title set's IFO or BUP, as `parseVmgIfo`.
 * @throws DiscError `damaged` when VTSI_MAT itself is
 */
export function parseVtsIfo(bytes: Uint8Array, path: string): ParsedIfo<VtsTables> {
  const file = new ByteReader(bytes, path)
  const mat = parseVtsiMat(file)
  const tables = new TableReader<VtsTables>(file)
  return tables.finish({
    mat,
    pttSrpt: tables.required("pttSrpt", mat.vtsPttSrpt, parseVtsPttSrpt),
    pgcit: tables.required("pgcit", mat.vtsPgcit, parsePgcit),
    vtsmPgciUt: tables.at("vtsmPgciUt", mat.vtsmPgciUt, (table, faults) => parsePgciUt(table, "vtsm", faults)),
    tmapti: tables.at("tmapti", mat.vtsTmapt, parseVtsTmapti),
    vtsmCAdt: tables.at("vtsmCAdt", mat.vtsmCAdt, parseCAdt),
    vtsmVobuAdmap: tables.at("vtsmVobuAdmap", mat.vtsmVobuAdmap, parseVobuAdmap),
    cAdt: tables.at("cAdt", mat.vtsCAdt, parseCAdt),
    vobuAdmap: tables.at("vobuAdmap", mat.vtsVobuAdmap, parseVobuAdmap),
  })
}

/** Reads tables one by one and keeps what is wrong by the table's name. */
class TableReader<Tables> {
  readonly #file: ByteReader
  readonly #faults = new Map<keyof Tables, readonly DiscError[]>()

  constructor(file: ByteReader) {
    this.#file = file
  }

  read<T>(name: keyof Tables, parse: (faults: Faults) => T): T | null {
    const faults = new Faults()
    const value = faults.attempt(() => parse(faults))
    if (faults.list.length > 0) this.#faults.set(name, faults.list)
    return value
  }

  /** `start` null: the disc has no such table. */
  at<T>(name: keyof Tables & string, start: Sector | null, parse: (table: ByteReader, faults: Faults) => T): T | null {
    return start === null ? null : this.read(name, (faults) => parse(this.#file.from(start * SECTOR_SIZE, name), faults))
  }

  required<T>(name: keyof Tables & string, start: Sector | null, parse: (table: ByteReader, faults: Faults) => T): T | null {
    if (start !== null) return this.at(name, start, parse)
    return this.read(name, () => {
      throw this.#file.error("damaged", name, "the table is not there, and a disc must have it")
    })
  }

  finish(tables: Tables): ParsedIfo<Tables> {
    return { tables, faults: this.#faults }
  }
}

function parseFirstPlay(at: ByteReader): Pgc {
  const pgc = parsePgc(at)
  // A chain is allowed to do nothing, but then no disc would say where it is: these are zeros in the place of a chain.
  if (pgc.commands.pre.length === 0 && pgc.commands.post.length === 0 && pgc.cells.length === 0) {
    throw at.error("damaged", "firstPlayPgc", "it has neither commands nor cells")
  }
  return pgc
}
