import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { authoredDvd, type Recipe } from "../../../disc/dvd/support/authored.ts"
import { IfoEditor } from "../../../disc/dvd/support/ifo-editor.ts"
import { clip } from "./recipes.ts"

/** Commands before each title. */
const ROOM = 12
/** Titles that show a register: three for each, six bits at a time through the highlighted button's number. */
export const SHOWN_REGISTERS = [2, 11]
const SHOWING = SHOWN_REGISTERS.length * 3
/** Titles whose commands are put in. */
export const CASES = 90

const placeholders = Array.from({ length: ROOM }, (_, index) => `g${index} = ${index + 1};`).join(" ")

const COVERAGE: Recipe = {
  name: "coverage",
  clips: [clip("film", 1)],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ g0 = 1; jump title ${CASES + 1}; }</fpc></vmgm><titleset><titles>
    ${Array.from({ length: CASES + SHOWING }, () => `<pgc pause="inf"><pre>{ ${placeholders} }</pre><vob file="film.mpg"/></pgc>`).join("\n")}
  </titles></titleset></dvdauthor>`,
}

const NOP = new Uint8Array(8)
const command = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")
/** GPRM `register` = `value`. */
export const assign = (register: number, value: number): Uint8Array =>
  command(`71000${hex(0, 2)}${hex(register, 1)}${hex(value, 4)}0000`.slice(0, 16))

/** A disc whose title n runs `cases[n - 1]` before it plays; the titles behind them show registers. */
export function writeCoverageDisc(folder: string, cases: readonly (readonly Uint8Array[])[]): string {
  const source = authoredDvd(COVERAGE)
  mkdirSync(folder, { recursive: true })
  cpSync(source, folder, { recursive: true })
  const path = join(folder, "VIDEO_TS", "VTS_01_0.IFO")
  const ifo = new IfoEditor(new Uint8Array(readFileSync(path)))
  for (const [index, commands] of cases.entries()) putCommands(ifo, index + 1, commands)
  for (const [index, register] of SHOWN_REGISTERS.entries()) {
    for (let part = 0; part < 3; part++) putCommands(ifo, CASES + index * 3 + part + 1, show(register, part))
  }
  writeFileSync(path, ifo.bytes)
  return folder
}

function putCommands(ifo: IfoEditor, pgcn: number, commands: readonly Uint8Array[]): void {
  const chain = ifo.chain(pgcn)
  const table = chain + ifo.u16(chain + 0xe4)
  if (ifo.u16(table) !== ROOM || commands.length > ROOM) throw new Error(`PGC ${pgcn} has room for ${ifo.u16(table)} commands`)
  for (let index = 0; index < ROOM; index++) ifo.bytes.set(commands[index] ?? NOP, table + 8 + index * 8)
}

/** g14 = (register / 64^part & 63) x 1024; SetHL_BTNN g14. */
const show = (register: number, part: number): Uint8Array[] => [
  command(`610000 0e 00 0${hex(register, 1)} 0000`.replaceAll(" ", "")),
  command(`760000 0e ${hex(64 ** part, 4)} 0000`.replaceAll(" ", "")),
  command("7900000e003f0000"),
  command("7500000e04000000"),
  command("46000000000e0000"),
]

/** The script that runs a case and shows the registers. */
export function showScript(title: number): string {
  const shown = Array.from({ length: SHOWING }, (_, index) => `title ${CASES + index + 1}\nrun 1\nstate\n`)
  return `title ${title}\nrun 1\n${shown.join("")}`
}
