// Angles: dvdauthor puts cells one behind the other; here some of them become one block in which their pieces (interleaved units) take turns, with
// the navigation packs and tables that belong to it. Seamless: a player changes angle between two units without a break.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Ifo } from "./ifo.mjs"
import { listVobus, moveNavigation, packAt, SECTOR, writeSeamlessAngle } from "./navigation-packs.mjs"

/** VOBUs in a unit: at 0.4 s each, the player reads on in another angle after 0.8 s at most. */
const UNIT_VOBUS = 2
const PRIVATE_STREAM_1 = 0xbd
const STREAM_ID_AT = 17
const PACK_HEADER = 14

/**
 * Makes angles of a title set's only title. `folder`: the VIDEO_TS folder; `titleSet`, `title`: their numbers on the disc; `cells`: the numbers of the
 * cells in its chain that are one angle each, neighbours, each a VOB of its own, all of the same length and with the same sound.
 */
export function interleaveAngles({ folder, titleSet, title, cells }) {
  const set = `VTS_${String(titleSet).padStart(2, "0")}`
  const vobPath = join(folder, `${set}_1.VOB`)
  const bytes = readFileSync(vobPath)
  const ifo = new Ifo(join(folder, `${set}_0.IFO`))
  const chain = ifo.titleChain(1)
  const chainCells = ifo.cells(chain)
  const vobus = listVobus(bytes)
  const angles = cells.map((number) => vobus.filter(({ vob }) => vob === chainCells[number - 1].vob))
  const units = unitsOf(bytes, angles)
  const sectors = newSectors(bytes.length / SECTOR, angles, units)

  writeFileSync(vobPath, rewrite(bytes, vobus, units, sectors))
  for (const vobu of vobus) vobu.sector = sectors[vobu.sector]
  const placed = { chain, chainCells, vobus, units, cells }
  writeCells(ifo, placed)
  writeTables(ifo, placed)
  ifo.save()
  const manager = new Ifo(join(folder, "VIDEO_TS.IFO"))
  manager.setAngles(title, cells.length)
  manager.save()
}

/** Each angle's units: `units[angle][number]` is `{ vobus, length, start }`; `start` is where it will lie. */
function unitsOf(bytes, angles) {
  const counts = new Set(angles.map((vobus) => vobus.length))
  if (counts.size !== 1) throw new Error(`angles of ${[...counts].join(", ")} VOBUs: they must be as many`)
  const units = angles.map((vobus) =>
    Array.from({ length: Math.ceil(vobus.length / UNIT_VOBUS) }, (_, i) => {
      const own = vobus.slice(i * UNIT_VOBUS, (i + 1) * UNIT_VOBUS)
      return { vobus: own, length: own.reduce((sum, { length }) => sum + length, 0), start: 0 }
    }),
  )
  let at = angles[0][0].sector
  for (const [number] of units[0].entries()) {
    const together = units.map((own) => own[number])
    checkSeamless(bytes, together, units.map((own) => own[number + 1]).filter(Boolean))
    for (const unit of together) {
      unit.start = at
      at += unit.length
    }
  }
  return units
}

/** What a change of angle without a break asks for: units of one time, the same sound in them, and a clock that goes on. */
function checkSeamless(bytes, together, next) {
  const of = (what, values) => {
    if (new Set(values).size !== 1) throw new Error(`angles whose units differ in ${what}: ${values.join(", ")}`)
  }
  of(
    "their start",
    together.map(({ vobus }) => vobus[0].start),
  )
  of(
    "their end",
    together.map(({ vobus }) => vobus.at(-1).end),
  )
  of(
    "the sound they carry",
    together.map((unit) => soundOf(bytes, unit).toString("base64")),
  )
  const latest = Math.max(...together.map(({ vobus }) => vobus.at(-1).scr[1]))
  for (const { vobus } of next)
    if (vobus[0].scr[0] < latest) throw new Error("an angle's unit begins before another's of the time before has ended")
}

/** The sound packets of a unit. */
function soundOf(bytes, { vobus }) {
  const packs = vobus.flatMap(({ sector, length }) => Array.from({ length }, (_, i) => packAt(bytes, sector + i)))
  return Buffer.concat(packs.filter((pack) => pack[STREAM_ID_AT] === PRIVATE_STREAM_1).map(soundIn))
}

/** A packet's sound, without the header, which has the buffer's size in the first of a stream, and without stuffing. */
function soundIn(pack) {
  const packet = pack.subarray(PACK_HEADER)
  return packet.subarray(9 + packet[8], 6 + packet.readUInt16BE(4))
}

/** `sectors[old]` is the new place of a sector. */
function newSectors(count, angles, units) {
  const sectors = Uint32Array.from({ length: count }, (_, i) => i)
  for (const unit of units.flat()) {
    let at = unit.start
    for (const { sector, length } of unit.vobus) for (let i = 0; i < length; i++) sectors[sector + i] = at++
  }
  const last = angles.at(-1).at(-1)
  const end = Math.max(...units.flat().map(({ start, length }) => start + length))
  if (end !== last.sector + last.length) throw new Error("the angles' VOBs do not lie side by side")
  return sectors
}

/** The VOB file in its new order. */
function rewrite(bytes, vobus, units, sectors) {
  const result = Buffer.alloc(bytes.length)
  for (const [from, to] of sectors.entries()) packAt(bytes, from).copy(result, to * SECTOR)
  for (const { sector } of vobus) moveNavigation(packAt(result, sectors[sector]), sector, (old) => sectors[old])
  for (const [angle, own] of units.entries())
    for (const [number, unit] of own.entries()) {
      const next = number + 1 < own.length ? units.map((other) => other[number + 1]) : null
      for (const [i, { sector }] of unit.vobus.entries()) {
        const place = { first: i === 0, last: i === unit.vobus.length - 1, end: unit.start + unit.length - 1, angles: units.length }
        writeSeamlessAngle(packAt(result, sectors[sector]), sectors[sector], place, next, angle)
      }
    }
  return result
}

function writeCells(ifo, { chain, chainCells, units, cells }) {
  for (const [angle, number] of cells.entries()) {
    const own = units[angle]
    const lastUnit = own.at(-1)
    const place = angle === 0 ? 1 : angle === cells.length - 1 ? 3 : 2
    ifo.setAngleCell(chainCells[number - 1].at, place, {
      first: own[0].start,
      firstUnitEnd: own[0].start + own[0].length - 1,
      lastVobu: lastUnit.vobus.at(-1).sector,
      last: lastUnit.start + lastUnit.length - 1,
    })
  }
  ifo.setChainSeconds(
    chain,
    played(chainCells, cells).reduce((sum, { seconds }) => sum + seconds, 0),
  )
}

/** The cells that are played with angle 1. */
const played = (chainCells, cells) => chainCells.filter((_, i) => !cells.slice(1).includes(i + 1))

function writeTables(ifo, { chainCells, vobus, units, cells }) {
  const pieces = chainCells.flatMap(({ vob, cell }, i) => {
    const angle = cells.indexOf(i + 1)
    if (angle >= 0) return units[angle].map(({ start, length }) => [vob, cell, start, start + length - 1])
    const own = vobus.filter((vobu) => vobu.vob === vob && vobu.cell === cell)
    return [[vob, cell, own[0].sector, own.at(-1).sector + own.at(-1).length - 1]]
  })
  ifo.setCellAddresses(new Set(chainCells.map(({ vob }) => vob)).size, pieces)
  ifo.setVobuAddresses(vobus.map(({ sector }) => sector).sort((a, b) => a - b))
  ifo.setTimeMap(ifo.timeMapUnit(), timeMap(ifo.timeMapUnit(), played(chainCells, cells), vobus))
}

/** The VOBU that is shown at each multiple of `unit` seconds before the end; marked where the next entry is in another cell. */
function timeMap(unit, cells, vobus) {
  let begins = 0
  const spans = cells.flatMap((cell, number) => {
    const own = vobus.filter((vobu) => vobu.vob === cell.vob && vobu.cell === cell.cell)
    const spans = own.map(({ sector, start, end }) => ({
      sector,
      number,
      end: begins + (end - own[0].start) / 90_000,
      start: begins + (start - own[0].start) / 90_000,
    }))
    begins += cell.seconds
    return spans
  })
  const shown = []
  for (let time = unit; time < begins; time += unit) shown.push(spans.findLast(({ start }) => start <= time))
  const DISCONTINUITY = 2 ** 31
  return shown.map(({ sector, number }, i) => sector + (i + 1 < shown.length && shown[i + 1].number !== number ? DISCONTINUITY : 0))
}
