import { closeSync, copyFileSync, ftruncateSync, mkdirSync, openSync, readdirSync, writeSync } from "node:fs"
import { join } from "node:path"
import type { CAdt, DvdDisc, VobuAdmap } from "../../../../src/disc/dvd/index.ts"
import { seededRandom } from "./random-script.ts"

/** A VOB file ends before 1 GiB. */
const FILE_SECTORS = 524_272
export const PCI = 0x2d
export const DSI = 0x407
const END_OF_CELL = 0x3fffffff

export type StubOptions = {
  /** Commands of the buttons in menus, by domain: eight bytes in hex each; drawn for each VOBU's place. */
  readonly menuCommands: Readonly<Record<"vmgm" | "vtsm", readonly string[]>>
}

type VobSet = {
  readonly file: (part: number) => string
  readonly admap: VobuAdmap
  readonly cells: CAdt
  readonly commands: readonly string[] | null
}

/**
 * Writes VOB files for a set of IFO files that has none: at each VOBU of the address maps a navigation pack with the addresses, cells and (in
 * menus) buttons that fit it, and holes between them. Returns the folder, which then holds a whole disc.
 */
export function writeStubDisc(dvd: DvdDisc, ifoFolder: string, folder: string, { menuCommands }: StubOptions): string {
  const video = join(folder, "VIDEO_TS")
  mkdirSync(video, { recursive: true })
  for (const name of readdirSync(ifoFolder)) copyFileSync(join(ifoFolder, name), join(video, name))
  const sets: VobSet[] = []
  const add = (file: VobSet["file"], admap: VobuAdmap | null, cells: CAdt | null, commands: readonly string[] | null) => {
    if (admap !== null && cells !== null) sets.push({ file, admap, cells, commands })
  }
  add(() => "VIDEO_TS.VOB", dvd.vmg.vmgmVobuAdmap, dvd.vmg.vmgmCAdt, menuCommands.vmgm)
  for (const titleSet of dvd.titleSets) {
    if (titleSet === null) continue
    const name = `VTS_${String(titleSet.number).padStart(2, "0")}`
    add(() => `${name}_0.VOB`, titleSet.vtsmVobuAdmap, titleSet.vtsmCAdt, menuCommands.vtsm)
    add((part) => `${name}_${part + 1}.VOB`, titleSet.vobuAdmap, titleSet.cAdt, null)
  }
  for (const set of sets) writeVobs(video, set)
  return folder
}

function writeVobs(video: string, { file, admap, cells, commands }: VobSet): void {
  const starts = [...admap.vobuStartSectors]
  const end = cells.cells.reduce((max, { lastSector }) => Math.max(max, lastSector + 1), 0)
  const parts = Array.from({ length: Math.ceil(end / FILE_SECTORS) }, (_, part) => {
    const descriptor = openSync(join(video, file(part)), "w")
    ftruncateSync(descriptor, Math.min(FILE_SECTORS, end - part * FILE_SECTORS) * 2048)
    return descriptor
  })
  for (const [index, start] of starts.entries()) {
    const cell = cells.cells.find(({ startSector, lastSector }) => startSector <= start && start <= lastSector)
    if (cell === undefined) continue
    const next = starts[index + 1] ?? end
    const pack = navigationPack({
      start,
      length: Math.min(next, cell.lastSector + 1) - start,
      next: next > cell.lastSector ? null : next - start,
      cell,
      commands,
    })
    writeSync(parts[Math.floor(start / FILE_SECTORS)] ?? -1, pack, 0, 2048, (start % FILE_SECTORS) * 2048)
  }
  for (const descriptor of parts) closeSync(descriptor)
}

export type Pack = {
  readonly start: number
  readonly length: number
  readonly next: number | null
  readonly cell: CAdt["cells"][number]
  readonly commands: readonly string[] | null
}

export function navigationPack({ start, length, next, cell, commands }: Pack): Buffer {
  const pack = Buffer.alloc(2048)
  pack.set([0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 1, 0x89, 0xc3, 0xf8], 0)
  pack.set([0, 0, 1, 0xbb, 0, 0x12], 14)
  pack.set([0, 0, 1, 0xbf, 3, 0xd4, 0], 38)
  pack.set([0, 0, 1, 0xbf, 3, 0xfa, 1], 1024)
  const time = (start * 100) >>> 0
  pack.writeUInt32BE(start, PCI)
  pack.writeUInt32BE(time, PCI + 12)
  pack.writeUInt32BE(time + length * 100, PCI + 16)
  if (commands !== null) writeButtons(pack, cell, commands)
  pack.writeUInt32BE(start, DSI + 4)
  pack.writeUInt32BE(length - 1, DSI + 8)
  pack.writeUInt16BE(cell.vobId, DSI + 24)
  pack.writeUInt8(cell.cellId, DSI + 27)
  // vobu_sri lies behind dsi_gi (32), sml_pbi (148) and sml_agli (54): next_video, 19 forward steps, next_vobu.
  const search = DSI + 32 + 148 + 54
  const valid = next === null ? END_OF_CELL : (0x80000000 | next) >>> 0
  pack.writeUInt32BE(valid, search)
  pack.writeUInt32BE(valid, search + 4 * 20)
  return pack
}

/** Twelve buttons in six rows; the same for all VOBUs of a cell. As many as the programs of real discs select by number. */
const BUTTONS = 12

function writeButtons(pack: Buffer, cell: CAdt["cells"][number], commands: readonly string[]): void {
  const random = seededRandom(cell.vobId * 256 + cell.cellId)
  const highlight = PCI + 96
  pack.writeUInt16BE(1, highlight)
  pack.writeUInt32BE(cell.startSector * 100, highlight + 2)
  pack.writeUInt32BE(0xffffffff, highlight + 6)
  pack.writeUInt32BE(0xffffffff, highlight + 10)
  pack.writeUInt16BE(1 << 12, highlight + 14)
  pack.writeUInt8(BUTTONS, highlight + 17)
  pack.writeUInt8(BUTTONS, highlight + 18)
  for (let index = 0; index < BUTTONS; index++) {
    const button = highlight + 22 + 24 + index * 18
    const [left, top] = [100 + 200 * (index % 2), 50 + 80 * (index >> 1)]
    pack.writeUIntBE((1 << 22) | (left << 12) | (left + 100), button, 3)
    pack.writeUIntBE((top << 12) | (top + 40), button + 3, 3)
    const across = (index ^ 1) + 1
    const up = ((index + BUTTONS - 2) % BUTTONS) + 1
    const down = ((index + 2) % BUTTONS) + 1
    pack.set([up, down, across, across], button + 6)
    pack.set(Buffer.from(commands[Math.floor(random() * commands.length)] ?? "", "hex"), button + 10)
  }
}
