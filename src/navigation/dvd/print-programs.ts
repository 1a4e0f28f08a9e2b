import { type DvdDisc, type LanguageUnit, MENU_TYPES, type Pgc, type Pgcit, type PgcitEntry } from "../../disc/dvd/index.ts"
import { decodeCommand } from "./decode-command.ts"
import { printCommand } from "./print-command.ts"

/** The disc's whole program for people, line by line: every program chain with its links, cells and commands. */
export function* printPrograms(dvd: DvdDisc): Iterable<string> {
  if (dvd.vmg.firstPlayPgc !== null) yield* printChain("First play", dvd.vmg.firstPlayPgc)
  for (const unit of dvd.vmg.vmgmPgciUt?.languageUnits ?? []) yield* printMenus("Disc menus", unit)
  for (const titleSet of dvd.titleSets) {
    if (titleSet === null) continue
    const name = `Title set ${titleSet.number}`
    for (const unit of titleSet.vtsmPgciUt?.languageUnits ?? []) yield* printMenus(`${name} menus`, unit)
    yield* printChains(`${name} titles`, titleSet.pgcit, ({ entryNumber }) => `title ${entryNumber}`)
  }
}

const printMenus = (name: string, unit: LanguageUnit): Iterable<string> =>
  printChains(`${name} (${unit.language ?? "no language"})`, unit.pgcit, ({ entryNumber }) => {
    const type = MENU_TYPES[entryNumber]
    return type === undefined ? `entry ${entryNumber}` : `${type} menu`
  })

function* printChains(name: string, pgcit: Pgcit | null, entryName: (entry: PgcitEntry) => string): Iterable<string> {
  for (const [index, entry] of (pgcit?.entries ?? []).entries()) {
    const parental =
      entry.blockType === "parental" ? `, parental block (${entry.blockMode}), levels 0x${entry.parentalMask.toString(16)}` : ""
    const title = `${name}, PGC ${index + 1}${entry.isEntry ? `, ${entryName(entry)}` : ""}${parental}`
    if (entry.pgc === null) yield `${title}: damaged`
    else yield* printChain(title, entry.pgc)
  }
}

function* printChain(title: string, pgc: Pgc): Iterable<string> {
  yield `${title}: ${describeChain(pgc)}`
  yield* printList("pre", pgc.commands.pre)
  for (const [index, cell] of pgc.cells.entries()) {
    const program = pgc.programMap.lastIndexOf(index + 1) + 1
    const facts = [
      ...(program > 0 ? [`program ${program}`] : []),
      `sectors ${cell.firstSector}-${cell.lastSector}`,
      ...(cell.blockType === "angle" ? [`angle block (${cell.blockMode})`] : []),
      ...(cell.stillTime > 0 ? [`still ${still(cell.stillTime)}`] : []),
      ...(cell.cellCommand === null ? [] : [`command ${cell.cellCommand}`]),
    ]
    yield `  cell ${index + 1}: ${facts.join(", ")}`
  }
  yield* printList("cell", pgc.commands.cell)
  yield* printList("post", pgc.commands.post)
}

function describeChain(pgc: Pgc): string {
  const { playbackMode } = pgc
  return [
    `${pgc.programMap.length} programs`,
    `${pgc.cells.length} cells`,
    ...(pgc.prevPgcNr === null ? [] : [`previous ${pgc.prevPgcNr}`]),
    ...(pgc.nextPgcNr === null ? [] : [`next ${pgc.nextPgcNr}`]),
    ...(pgc.goUpPgcNr === null ? [] : [`up ${pgc.goUpPgcNr}`]),
    ...(pgc.stillTime > 0 ? [`still ${still(pgc.stillTime)}`] : []),
    ...(playbackMode.order === "sequential" ? [] : [`${playbackMode.order} ${playbackMode.programs}`]),
    ...(pgc.prohibitedOps === 0 ? [] : [`prohibited operations 0x${pgc.prohibitedOps.toString(16)}`]),
  ].join(", ")
}

const still = (seconds: number): string => (seconds === 0xff ? "endless" : `${seconds} s`)

function* printList(name: string, commands: readonly Uint8Array[]): Iterable<string> {
  for (const [index, bytes] of commands.entries()) {
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ")
    yield `  ${name} ${String(index + 1).padStart(3)}: ${hex}  ${printCommand(decodeCommand(bytes))}`
  }
}
