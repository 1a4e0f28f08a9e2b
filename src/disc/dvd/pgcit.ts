import type { ByteReader } from "../../base/index.ts"
import { BLOCK_MODES, type BlockMode } from "./cell.ts"
import type { Faults } from "./fault.ts"
import { PGC_SIZE, type Pgc, parsePgc } from "./pgc.ts"

/** Program chains by number: `entries[0]` is PGC 1. VTS_PGCIT, and one language unit of a menu PGCI unit table. */
export type Pgcit = { readonly entries: readonly PgcitEntry[] }

/** One search pointer. Two that point to the same chain share the value. */
export type PgcitEntry = {
  /** A title or menu may be entered here. */
  readonly isEntry: boolean
  /** Title PGCs: number of the title in the title set. Menu PGCs: 2 title, 3 root, 4 sub-picture, 5 audio, 6 angle, 7 chapter; 0: none. */
  readonly entryNumber: number
  readonly blockMode: BlockMode
  /** `parental`: the chains from `first` to `last` are one chain for several parental levels. */
  readonly blockType: "none" | "parental" | "reserved"
  /** Bit per parental level for which this chain is meant. */
  readonly parentalMask: number
  /** Where the chain is, in bytes from the start of the table. */
  readonly startByte: number
  /** null: damaged. */
  readonly pgc: Pgc | null
}

/** A disc was seen with 1,338 chains in a table (libdvdread); beyond this the count is garbage. */
const MAX_CHAINS = 10_000
const SEARCH_POINTER_SIZE = 8
const BLOCK_TYPES = ["none", "parental", "reserved", "reserved"] as const

/** Program chain information table; layout: libdvdread `pgcit_t`. `table` begins at it and may go on behind it. A damaged chain is noted and is null. */
export function parsePgcit(table: ByteReader, faults: Faults): Pgcit {
  const count = table.u16("nrOfPgciSrp")
  if (count > MAX_CHAINS) throw table.error("damaged", "nrOfPgciSrp", `${count} program chains`)
  table.skip(2, "reserved")
  const lastByte = table.u32("lastByte")
  if (lastByte + 1 < 8 + count * SEARCH_POINTER_SIZE) throw table.error("damaged", "lastByte", `${lastByte}, too small for ${count} chains`)
  const chains = new ChainReader(table, faults)
  const entries = table.list(count, SEARCH_POINTER_SIZE, "pgciSrp", (item) => {
    const entryId = item.u8("entryId")
    const block = item.u8("blockModeAndType")
    const parentalMask = item.u16("parentalMask")
    const startByte = item.u32("pgcStartByte")
    return {
      isEntry: (entryId & 0x80) !== 0,
      entryNumber: entryId & 0x7f,
      blockMode: BLOCK_MODES[block >> 6] ?? "none",
      blockType: BLOCK_TYPES[(block >> 4) & 3] ?? "none",
      parentalMask,
      startByte,
      pgc: chains.at(startByte),
    }
  })
  return { entries }
}

/** Reads each chain once, and no more chains than bytes of the table can hold: pointers into the middle of others cannot multiply the work. */
class ChainReader {
  readonly #table: ByteReader
  readonly #faults: Faults
  readonly #byStart = new Map<number, Pgc | null>()
  #bytesLeft: number

  constructor(table: ByteReader, faults: Faults) {
    this.#table = table
    this.#faults = faults
    this.#bytesLeft = table.length
  }

  at(startByte: number): Pgc | null {
    const known = this.#byStart.get(startByte)
    if (known !== undefined) return known
    const pgc = this.#faults.attempt(() => this.#parse(startByte))
    this.#byStart.set(startByte, pgc)
    return pgc
  }

  #parse(startByte: number): Pgc {
    const pgc = parsePgc(this.#table.from(startByte, "pgcStartByte"))
    const { pre, post, cell } = pgc.commands
    this.#bytesLeft -= PGC_SIZE + 24 * pgc.cells.length + 8 * (pre.length + post.length + cell.length)
    if (this.#bytesLeft < 0) throw this.#table.error("damaged", "pgcStartByte", "the program chains overlap one another")
    return pgc
  }
}
