import { ByteReader, SECTOR_SIZE, type Sector } from "../../base/index.ts"
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

/**
 * All tables of a video manager's IFO or BUP. What is wrong in one table does not stop the others: it is in `faults`.
 * @throws DiscError `damaged` when VMGI_MAT itself is
 */
export function parseVmgIfo(bytes: Uint8Array, path: string): { tables: VmgTables; faults: Faults } {
  const file = new ByteReader(bytes, path)
  const faults = new Faults()
  const mat = parseVmgiMat(file)
  const table = tableReader(file, faults)
  const firstPlay = mat.firstPlayPgc
  const tables: VmgTables = {
    mat,
    firstPlayPgc: firstPlay === null ? null : faults.attempt(() => parseFirstPlay(file.from(firstPlay, "firstPlayPgc"))),
    ttSrpt: table(mat.ttSrpt, "ttSrpt", parseTtSrpt),
    vmgmPgciUt: table(mat.vmgmPgciUt, "vmgmPgciUt", (at) => parsePgciUt(at, "vmgm", faults)),
    ptlMait: table(mat.ptlMait, "ptlMait", parsePtlMait),
    vtsAtrt: table(mat.vtsAtrt, "vtsAtrt", parseVtsAtrt),
    txtdtMgi: table(mat.txtdtMgi, "txtdtMgi", parseTxtdtMgi),
    vmgmCAdt: table(mat.vmgmCAdt, "vmgmCAdt", parseCAdt),
    vmgmVobuAdmap: table(mat.vmgmVobuAdmap, "vmgmVobuAdmap", parseVobuAdmap),
  }
  if (mat.ttSrpt === null) faults.add(file.error("damaged", "ttSrpt", "there is no table of titles"))
  return { tables, faults }
}

/**
 * All tables of a title set's IFO or BUP, as `parseVmgIfo`.
 * @throws DiscError `damaged` when VTSI_MAT itself is
 */
export function parseVtsIfo(bytes: Uint8Array, path: string): { tables: VtsTables; faults: Faults } {
  const file = new ByteReader(bytes, path)
  const faults = new Faults()
  const mat = parseVtsiMat(file)
  const table = tableReader(file, faults)
  const tables: VtsTables = {
    mat,
    pttSrpt: table(mat.vtsPttSrpt, "vtsPttSrpt", parseVtsPttSrpt),
    pgcit: table(mat.vtsPgcit, "vtsPgcit", (at) => parsePgcit(at, faults)),
    vtsmPgciUt: table(mat.vtsmPgciUt, "vtsmPgciUt", (at) => parsePgciUt(at, "vtsm", faults)),
    tmapti: table(mat.vtsTmapt, "vtsTmapt", parseVtsTmapti),
    vtsmCAdt: table(mat.vtsmCAdt, "vtsmCAdt", parseCAdt),
    vtsmVobuAdmap: table(mat.vtsmVobuAdmap, "vtsmVobuAdmap", parseVobuAdmap),
    cAdt: table(mat.vtsCAdt, "vtsCAdt", parseCAdt),
    vobuAdmap: table(mat.vtsVobuAdmap, "vtsVobuAdmap", parseVobuAdmap),
  }
  if (mat.vtsPttSrpt === null) faults.add(file.error("damaged", "vtsPttSrpt", "there is no table of chapters"))
  if (mat.vtsPgcit === null) faults.add(file.error("damaged", "vtsPgcit", "there is no table of program chains"))
  return { tables, faults }
}

function tableReader(file: ByteReader, faults: Faults) {
  return <T>(start: Sector | null, field: string, parse: (table: ByteReader) => T): T | null =>
    start === null ? null : faults.attempt(() => parse(file.from(start * SECTOR_SIZE, field)))
}

function parseFirstPlay(at: ByteReader): Pgc {
  const pgc = parsePgc(at)
  // A chain is allowed to do nothing, but then no disc would say where it is: these are zeros in the place of a chain.
  if (pgc.commands.pre.length === 0 && pgc.commands.post.length === 0 && pgc.cells.length === 0) {
    throw at.error("damaged", "firstPlayPgc", "it has neither commands nor cells")
  }
  return pgc
}
