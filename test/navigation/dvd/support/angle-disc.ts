import { cpSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { authoredDvd, type Recipe } from "../../../disc/dvd/support/authored.ts"
import { IfoEditor } from "../../../disc/dvd/support/ifo-editor.ts"
import { clip, GRID, menuClip } from "./recipes.ts"
import { DSI, navigationPack, PCI } from "./stub-vobs.ts"

/** dvdauthor writes no angles: its title's cells 2 and 3 become an angle block, and its VOB navigation packs of ours. */
const BASE: Recipe = {
  name: "angle-base",
  clips: [menuClip("menu", GRID), clip("film", 5)],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ jump title 1; }</fpc>
    <menus><pgc entry="title" pause="inf"><vob file="menu.mpg"/><button name="1">{ jump title 1; }</button><button name="2">{ angle = 2; jump title 1; }</button>
      <button name="3">{ angle = 3; jump title 1; }</button><button name="4">{ angle = 1; jump title 1; }</button></pgc></menus></vmgm>
    <titleset><titles><pgc><vob file="film.mpg">
      <cell start="0" end="1" chapter="1"/><cell start="1" end="2" chapter="1"/><cell start="2" end="3"/><cell start="3" end="4"/><cell start="4" end="-1" chapter="1"/>
    </vob><post>{ g1 = g1 + 1; if (g1 gt 2) { g1 = 0; call vmgm menu 1; } jump program 1; }</post></pgc></titles></titleset></dvdauthor>`,
}

export const ANGLES = 3
const UNIT = 10
const VOBU = 5
const UNITS = 6
const BLOCK_START = 20
const BLOCK_END = BLOCK_START + UNIT * ANGLES * UNITS

type Kind = "seamless" | "non-seamless"

/** A disc whose title is a plain cell, three angles of six interleaved units of two VOBUs each, and a plain cell. */
export function writeAngleDisc(folder: string, kind: Kind): string {
  mkdirSync(folder, { recursive: true })
  cpSync(authoredDvd(BASE), folder, { recursive: true })
  const video = join(folder, "VIDEO_TS")
  patchManager(join(video, "VIDEO_TS.IFO"))
  const vobus = layOut(kind)
  patchTitleSet(join(video, "VTS_01_0.IFO"), vobus, kind)
  const vob = openSync(join(video, "VTS_01_1.VOB"), "r+")
  for (const { start, pack } of vobus) {
    writeSync(vob, Buffer.alloc(VOBU * 2048, start & 0xff), 0, VOBU * 2048, start * 2048)
    writeSync(vob, pack, 0, 2048, start * 2048)
  }
  return folder
}

function patchManager(path: string): void {
  const ifo = new IfoEditor(new Uint8Array(readFileSync(path)))
  ifo.set8(ifo.table(0xc4) + 8 + 1, ANGLES)
  writeFileSync(path, ifo.bytes)
}

type MadeVobu = { readonly start: number; readonly cell: number; readonly pack: Buffer }

/** First sector of unit `unit` of angle `angle` (from 0). */
const unitStart = (angle: number, unit: number): number => BLOCK_START + (unit * ANGLES + angle) * UNIT

function layOut(kind: Kind): MadeVobu[] {
  const plain = (from: number, to: number, cell: number): MadeVobu[] => {
    const starts = Array.from({ length: (to - from) / VOBU }, (_, index) => from + index * VOBU)
    return starts.map((start) => ({ start, cell, pack: packAt(start, start + VOBU < to ? VOBU : null, cell) }))
  }
  const vobus = [...plain(0, BLOCK_START, 1), ...plain(BLOCK_END, BLOCK_END + 20, 5)]
  for (let angle = 0; angle < ANGLES; angle++) {
    for (let unit = 0; unit < UNITS; unit++) {
      const start = unitStart(angle, unit)
      const isLast = unit === UNITS - 1
      vobus.push({ start, cell: 2 + angle, pack: interleaved(start, angle, unit, VOBU, kind) })
      const jump = isLast ? null : unitStart(angle, unit + 1) - (start + VOBU)
      vobus.push({ start: start + VOBU, cell: 2 + angle, pack: interleaved(start + VOBU, angle, unit, jump, kind) })
    }
  }
  return vobus.sort((a, b) => a.start - b.start)
}

const packAt = (start: number, next: number | null, cell: number): Buffer =>
  navigationPack({
    start,
    length: VOBU,
    next,
    cell: { vobId: 1, cellId: cell, startSector: start as never, lastSector: start as never },
    commands: null,
  })

function interleaved(start: number, angle: number, unit: number, next: number | null, kind: Kind): Buffer {
  const pack = packAt(start, next, 2 + angle)
  const endsUnit = start !== unitStart(angle, unit)
  // In an interleaved block; the first or the last VOBU of its unit.
  pack.writeUInt16BE((1 << 14) | (endsUnit ? 1 << 12 : 1 << 13), DSI + 32)
  pack.writeUInt32BE(unitStart(angle, unit) + UNIT - 1 - start, DSI + 34)
  if (unit === UNITS - 1) return pack
  for (let other = 0; other < ANGLES; other++) {
    const distance = unitStart(other, unit + 1) - start
    if (kind === "seamless") pack.writeUInt32BE(distance, DSI + 32 + 148 + other * 6)
    // Non-seamless angles may change to the start of the same unit: back in the disc for lower angles.
    else if (endsUnit) pack.writeUInt32BE(other === angle ? distance : signed(unitStart(other, unit) - start), PCI + 60 + other * 4)
  }
  return pack
}

const signed = (distance: number): number => (distance < 0 ? (0x80000000 | -distance) >>> 0 : distance)

function patchTitleSet(path: string, vobus: readonly MadeVobu[], kind: Kind): void {
  const ifo = new IfoEditor(new Uint8Array(readFileSync(path)))
  const last = (cell: number) => Math.max(...vobus.filter((vobu) => vobu.cell === cell).map(({ start }) => start))
  const first = (cell: number) => Math.min(...vobus.filter((vobu) => vobu.cell === cell).map(({ start }) => start))
  for (let cell = 1; cell <= 5; cell++) {
    const at = ifo.cell(1, cell)
    const mode = [0, 1, 2, 3, 0][cell - 1] ?? 0
    // Block mode, angle block, interleaved, seamless angle.
    if (mode > 0) ifo.set8(at, (mode << 6) | (1 << 4) | (1 << 2) | (kind === "seamless" ? 1 : 0))
    ifo.set32(at + 8, first(cell)).set32(at + 12, mode > 0 ? first(cell) + UNIT - 1 : 0)
    ifo.set32(at + 16, last(cell)).set32(at + 20, last(cell) + VOBU - 1)
  }
  const map = ifo.table(0xe4)
  ifo.bytes.fill(0, map, map + 2048)
  ifo.set32(map, 4 + vobus.length * 4 - 1)
  for (const [index, { start }] of vobus.entries()) ifo.set32(map + 4 + index * 4, start)
  const pieces = [2, 3, 4].flatMap((cell) =>
    Array.from({ length: UNITS }, (_, unit) => [1, cell, unitStart(cell - 2, unit), unitStart(cell - 2, unit) + UNIT - 1] as const),
  )
  ifo.setCellAddresses([[1, 1, 0, BLOCK_START - 1], ...pieces, [1, 5, BLOCK_END, BLOCK_END + 19]])
  writeFileSync(path, ifo.bytes)
}
