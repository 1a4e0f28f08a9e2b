// The information files of a DVD that dvdauthor has written, for changing: an IFO and its copy, the BUP.
// Layout: http://www.mpucoder.com/DVD/ifo.html, pgc.html.
import { readFileSync, writeFileSync } from "node:fs"
import { SECTOR } from "./navigation-packs.mjs"

/** Where an IFO's head says in which sector a table begins. */
const POINTERS = {
  titles: 0xc4, // of VIDEO_TS.IFO
  menuUnits: { manager: 0xc8, titleSet: 0xd0 },
  chains: 0xcc, // from here on of VTS_nn_0.IFO
  timeMaps: 0xd4,
  cellAddresses: 0xe0,
  vobuAddresses: 0xe4,
}
/** All of them lie from here to there. */
const FIRST_POINTER = 0xc4
const LAST_POINTER = 0xe4
const CELL_BYTES = 24
const FRAMES_25 = 0x40

const bcd = (value) => (Math.floor(value / 10) << 4) | (value % 10)
/** A playing time in seconds as a DVD writes it. */
const timeOf = (seconds) => {
  const frames = Math.round(seconds * 25)
  const whole = Math.floor(frames / 25)
  return Buffer.from([bcd(Math.floor(whole / 3600)), bcd(Math.floor(whole / 60) % 60), bcd(whole % 60), FRAMES_25 | bcd(frames % 25)])
}
const secondsOf = (bytes) => {
  const [hours, minutes, seconds, frames] = [...bytes]
    .map((byte, i) => (i === 3 ? byte & 0x3f : byte))
    .map((byte) => (byte >> 4) * 10 + (byte & 15))
  return (hours * 60 + minutes) * 60 + seconds + frames / 25
}

export class Ifo {
  constructor(path) {
    this.path = path
    this.bytes = readFileSync(path)
  }

  save() {
    writeFileSync(this.path, this.bytes)
    writeFileSync(this.path.replace(/IFO$/, "BUP"), this.bytes)
  }

  #table(pointer) {
    return this.bytes.readUInt32BE(pointer) * SECTOR
  }

  /** A table may fill what lies before the next one, or the file's end. */
  #replace(pointer, content) {
    const start = this.#table(pointer)
    const ends = []
    for (let other = FIRST_POINTER; other <= LAST_POINTER; other += 4) if (this.#table(other) > start) ends.push(this.#table(other))
    const end = Math.min(this.bytes.length, ...ends)
    if (content.length > end - start) throw new Error(`${this.path}: a table of ${content.length} bytes has room for ${end - start}`)
    this.bytes.fill(0, start, end)
    content.copy(this.bytes, start)
  }

  /** Title `number` of the disc has so many angles (VIDEO_TS.IFO). */
  setAngles(number, angles) {
    this.bytes[this.#table(POINTERS.titles) + 8 + (number - 1) * 12 + 1] = angles
  }

  /** Where title program chain `number` begins. */
  titleChain(number) {
    const table = this.#table(POINTERS.chains)
    return table + this.bytes.readUInt32BE(table + 8 + (number - 1) * 8 + 4)
  }

  /** Where menu program chain `number` of each language begins. `kind`: "manager" or "titleSet". */
  menuChains(kind, number) {
    const table = this.#table(POINTERS.menuUnits[kind])
    return Array.from({ length: this.bytes.readUInt16BE(table) }, (_, i) => {
      const unit = table + this.bytes.readUInt32BE(table + 8 + i * 8 + 4)
      return unit + this.bytes.readUInt32BE(unit + 8 + (number - 1) * 8 + 4)
    })
  }

  prohibit(chain, operations) {
    this.bytes.writeUInt32BE(operations, chain + 8)
  }

  setChainSeconds(chain, seconds) {
    timeOf(seconds).copy(this.bytes, chain + 4)
  }

  /** The cells of a chain: `{ seconds, vob, cell, at }`; `at`: where the cell's entry lies in the file. */
  cells(chain) {
    const playback = chain + this.bytes.readUInt16BE(chain + 0xe8)
    const position = chain + this.bytes.readUInt16BE(chain + 0xea)
    return Array.from({ length: this.bytes[chain + 3] }, (_, i) => {
      const at = playback + i * CELL_BYTES
      return {
        at,
        seconds: secondsOf(this.bytes.subarray(at + 4, at + 8)),
        vob: this.bytes.readUInt16BE(position + i * 4),
        cell: this.bytes[position + i * 4 + 3],
      }
    })
  }

  /** Makes a cell one of an angle block. `place`: 1 first, 2 inside, 3 last; sectors of the cell in the VOBs. */
  setAngleCell(at, place, { first, firstUnitEnd, lastVobu, last }) {
    const ANGLE_BLOCK = 1 << 4
    const INTERLEAVED = 1 << 2
    const SEAMLESS_ANGLE = 1
    this.bytes[at] = (this.bytes[at] & 0x0a) | (place << 6) | ANGLE_BLOCK | INTERLEAVED | SEAMLESS_ANGLE
    for (const [i, sector] of [first, firstUnitEnd, lastVobu, last].entries()) this.bytes.writeUInt32BE(sector, at + 8 + i * 4)
  }

  /** `pieces`: `[vob, cell, first sector, last sector]`, in the order of cells. */
  setCellAddresses(vobs, pieces) {
    const content = Buffer.alloc(8 + pieces.length * 12)
    content.writeUInt16BE(vobs, 0)
    content.writeUInt32BE(content.length - 1, 4)
    for (const [i, [vob, cell, first, last]] of pieces.entries()) {
      const at = 8 + i * 12
      content.writeUInt16BE(vob, at)
      content[at + 2] = cell
      content.writeUInt32BE(first, at + 4)
      content.writeUInt32BE(last, at + 8)
    }
    this.#replace(POINTERS.cellAddresses, content)
  }

  setVobuAddresses(sectors) {
    const content = Buffer.alloc(4 + sectors.length * 4)
    content.writeUInt32BE(content.length - 1, 0)
    for (const [i, sector] of sectors.entries()) content.writeUInt32BE(sector, 4 + i * 4)
    this.#replace(POINTERS.vobuAddresses, content)
  }

  /** Seconds between two entries of a chain's time map. */
  timeMapUnit() {
    const table = this.#table(POINTERS.timeMaps)
    return this.bytes[table + this.bytes.readUInt32BE(table + 8)]
  }

  /** The time map of the title set's only chain: the VOBU that is played at each multiple of `unit` seconds. */
  setTimeMap(unit, entries) {
    const content = Buffer.alloc(16 + entries.length * 4)
    content.writeUInt16BE(1, 0)
    content.writeUInt32BE(content.length - 1, 4)
    content.writeUInt32BE(12, 8)
    content[12] = unit
    content.writeUInt16BE(entries.length, 14)
    for (const [i, entry] of entries.entries()) content.writeUInt32BE(entry >>> 0, 16 + i * 4)
    this.#replace(POINTERS.timeMaps, content)
  }
}
