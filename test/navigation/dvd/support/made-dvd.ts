import { sector } from "../../../../src/base/index.ts"
import type { Cell, DvdDisc, Pgc, Pgcit, PgcitEntry, PlaybackMode, PtlMait } from "../../../../src/disc/dvd/index.ts"

/** A program chain made by hand. Commands are eight bytes in hex. */
export type MadePgc = {
  readonly pre?: readonly string[]
  readonly post?: readonly string[]
  readonly cell?: readonly string[]
  /** Each cell has ten sectors behind those of the one before; by default one cell. */
  readonly cells?: readonly Partial<Cell>[]
  readonly programs?: readonly number[]
  readonly next?: number
  readonly previous?: number
  readonly up?: number | "resume"
  readonly still?: number
  readonly mode?: PlaybackMode
  readonly prohibitedOps?: number
  readonly entry?: number
  readonly parental?: { readonly block: PgcitEntry["blockMode"]; readonly mask: number }
}

export type MadeDvd = {
  readonly firstPlay?: MadePgc
  readonly vmgm?: readonly MadePgc[]
  readonly sets: readonly {
    readonly menus?: readonly MadePgc[]
    readonly titles: readonly MadePgc[]
    readonly parts?: readonly (readonly (readonly [number, number])[])[]
  }[]
  readonly angles?: number
  readonly ptlMait?: PtlMait
}

export function makePgc(made: MadePgc): Pgc {
  const cells = (made.cells ?? [{}]).map((cell, index) => makeCell(cell, index))
  return {
    playbackTime: { hours: 0, minutes: 0, seconds: 10, frames: 0, rate: 25 },
    ...{ audioControl: Array(8).fill(null), subpictureControl: Array(32).fill(null), palette: Array(16).fill(0) },
    prohibitedOps: made.prohibitedOps ?? 0,
    nextPgcNr: made.next ?? null,
    prevPgcNr: made.previous ?? null,
    goUpPgcNr: made.up ?? null,
    playbackMode: made.mode ?? { order: "sequential" },
    stillTime: made.still ?? 0,
    commands: { pre: bytes(made.pre), post: bytes(made.post), cell: bytes(made.cell) },
    programMap: made.programs ?? (cells.length === 0 ? [] : [1]),
    cells,
  }
}

function makeCell(cell: Partial<Cell>, index: number): Cell {
  return {
    ...{ blockMode: "none", blockType: "none", seamlessPlay: false, interleaved: false, stcDiscontinuity: false, seamlessAngle: false },
    ...{ stillVobus: false, restricted: false, cellType: 0, stillTime: 0, cellCommand: null },
    playbackTime: { hours: 0, minutes: 0, seconds: 10, frames: 0, rate: 25 },
    firstSector: sector(index * 10),
    firstIlvuEndSector: null,
    lastVobuStartSector: sector(index * 10),
    lastSector: sector(index * 10 + 9),
    vobId: 1,
    cellId: index + 1,
    ...cell,
  }
}

const bytes = (commands: readonly string[] = []): Uint8Array[] =>
  commands.map((hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)))

const table = (chains: readonly MadePgc[]): Pgcit => ({
  entries: chains.map((made) => ({
    isEntry: made.entry !== undefined,
    entryNumber: made.entry ?? 0,
    blockMode: made.parental?.block ?? "none",
    blockType: made.parental === undefined ? "none" : "parental",
    parentalMask: made.parental?.mask ?? 0,
    startByte: 0,
    pgc: makePgc(made),
  })),
})

const menus = (chains: readonly MadePgc[] | undefined) =>
  chains === undefined ? null : { languageUnits: [{ language: "en", menus: [], pgcit: table(chains) }] }

/** A disc of tables alone. Title n of a set is its chain n with one part for each program, unless `parts` says more. */
export function makeDvd({ firstPlay, vmgm, sets, angles = 1, ptlMait }: MadeDvd): DvdDisc {
  const streams = { video: { displayAspectRatio: "4:3" }, audio: [], subpictures: [] }
  const playbackType = { chapterSearchOrPlayForbidden: false, titleOrTimePlayForbidden: false }
  const partsOf = ({ titles, parts }: MadeDvd["sets"][number]) =>
    parts ?? titles.map((pgc, index) => (pgc.programs ?? [1]).map((_, program) => [index + 1, program + 1] as const))
  const titles = sets.flatMap((set, number) =>
    partsOf(set).map((parts, index) => ({
      playbackType,
      nrOfAngles: angles,
      nrOfPtts: parts.length,
      parentalIdMask: 0,
      titleSetNr: number + 1,
      vtsTtn: index + 1,
      titleSetSector: 0,
    })),
  )
  const made = {
    root: "/VIDEO_TS",
    vmg: {
      ...{ mat: { menuStreams: streams }, firstPlayPgc: firstPlay === undefined ? null : makePgc({ cells: [], ...firstPlay }) },
      ...{ ttSrpt: { titles }, vmgmPgciUt: menus(vmgm), ptlMait: ptlMait ?? null, vmgmVobuAdmap: null, menuVob: null },
    },
    titleSets: sets.map((set, number) => ({
      ...{ number: number + 1, mat: { menuStreams: streams, titleStreams: streams } },
      pttSrpt: { titles: partsOf(set).map((parts) => parts.map(([pgcn, pgn]) => ({ pgcn, pgn }))) },
      ...{
        pgcit: table(set.titles),
        vtsmPgciUt: menus(set.menus),
        tmapti: null,
        vobuAdmap: null,
        vtsmVobuAdmap: null,
        menuVob: null,
        titleVobs: [],
      },
    })),
  }
  return made as unknown as DvdDisc
}
