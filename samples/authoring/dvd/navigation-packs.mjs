// The navigation packs of a VOB file: where they lie, and the fields in which they say where others lie.
// Fields: http://www.mpucoder.com/DVD/pci_pkt.html and dsi_pkt.html; a pack is one sector.

export const SECTOR = 2048
const PCI = 0x2d
const DSI = 0x407
const PCI_ID = Buffer.from([0, 0, 1, 0xbf, 0x03, 0xd4, 0])
const PCI_ID_AT = 0x26

/** Distances of 0x3fffffff lead nowhere. */
const DISTANCE = 0x3fffffff
const SRI = { nextVideo: 0xea, forward: 0xee, nextVobu: 0x13a, previousVobu: 0x13e, backward: 0x142, previousVideo: 0x18e }
const SRI_ENTRIES = 19
const SOUND_SYNC = { at: 0x192, count: 8, back: 0x8000, distance: 0x3fff }
/** In an interleaved block; first, last VOBU of its unit. */
const IN_BLOCK = 0x4000
const BEGINS_UNIT = 0x2000
const ENDS_UNIT = 0x1000
/** What stands where no unit follows. */
const NO_UNIT = { start: 0xffffffff, size: 0xffff, angle: 0x7fffffff }

const hasNavigation = (pack) => pack.subarray(PCI_ID_AT, PCI_ID_AT + PCI_ID.length).equals(PCI_ID)

/**
 * The VOBUs of a VOB file in its order: `{ sector, length (sectors), vob, cell, start, end (90 kHz), scr }`. `scr`: [first pack's, last pack's],
 * without the 27 MHz part.
 */
export function listVobus(bytes) {
  const vobus = []
  for (let sector = 0; sector < bytes.length / SECTOR; sector++) {
    const pack = packAt(bytes, sector)
    if (hasNavigation(pack))
      vobus.push({
        sector,
        length: 0,
        vob: pack.readUInt16BE(DSI + 0x18),
        cell: pack[DSI + 0x1b],
        start: pack.readUInt32BE(PCI + 0x0c),
        end: pack.readUInt32BE(PCI + 0x10),
        scr: [clockOf(pack)],
      })
    const vobu = vobus.at(-1)
    vobu.length++
    vobu.scr[1] = clockOf(pack)
  }
  return vobus
}

export const packAt = (bytes, sector) => bytes.subarray(sector * SECTOR, (sector + 1) * SECTOR)

/** System clock reference of a pack header (ISO/IEC 13818-1, 2.5.3.4), its 90 kHz part. */
function clockOf(pack) {
  const high = BigInt(pack.readUIntBE(4, 6))
  return Number((((high >> 43n) & 7n) << 30n) | (((high >> 27n) & 0x7fffn) << 15n) | ((high >> 11n) & 0x7fffn))
}

/** Forbids user operations (a bit each, as in a program chain) while this VOBU plays. */
export function prohibitIn(pack, operations) {
  pack.writeUInt32BE(operations, PCI + 8)
}

/**
 * Makes a navigation pack that lay at sector `from` right for another place. `moved(sector)`: where the sector that lay there lies now. Distances
 * inside the VOBU stay.
 */
export function moveNavigation(pack, from, moved) {
  const to = moved(from)
  pack.writeUInt32BE(to, PCI)
  pack.writeUInt32BE(to, DSI + 4)
  const mend = (at, sign) => {
    const value = pack.readUInt32BE(DSI + at)
    const distance = value & DISTANCE
    if (distance === 0 || distance === DISTANCE) return
    pack.writeUInt32BE(((value & ~DISTANCE) | ((moved(from + sign * distance) - to) * sign)) >>> 0, DSI + at)
  }
  for (const at of [SRI.nextVideo, SRI.nextVobu]) mend(at, 1)
  for (const at of [SRI.previousVideo, SRI.previousVobu]) mend(at, -1)
  for (let i = 0; i < SRI_ENTRIES; i++) {
    mend(SRI.forward + i * 4, 1)
    mend(SRI.backward + i * 4, -1)
  }
  for (let i = 0; i < SOUND_SYNC.count; i++) {
    const at = DSI + SOUND_SYNC.at + i * 2
    const value = pack.readUInt16BE(at)
    const distance = value & SOUND_SYNC.distance
    if (distance === 0 || distance === SOUND_SYNC.distance) continue
    const now = moved(from + (value & SOUND_SYNC.back ? -distance : distance)) - to
    pack.writeUInt16BE(now < 0 ? SOUND_SYNC.back | -now : now, at)
  }
}

/**
 * Says where in an interleaved block of a seamless angle a VOBU lies. `sector`: its own; `unit`: `{ first, last, start, end }`, whether it is the
 * unit's first or last and the unit's sectors; `next`: each angle's next unit `{ start, length }`, null behind the last; `own`: the angle's index.
 */
export function writeSeamlessAngle(pack, sector, unit, next, own) {
  pack.writeUInt16BE(IN_BLOCK | (unit.first ? BEGINS_UNIT : 0) | (unit.last ? ENDS_UNIT : 0), DSI + 0x20)
  pack.writeUInt32BE(unit.end - sector, DSI + 0x22)
  const start = (angle) => (next === null ? NO_UNIT.angle : next[angle].start - sector)
  const size = (angle) => (next === null ? NO_UNIT.size : next[angle].length)
  pack.writeUInt32BE(next === null ? NO_UNIT.start : start(own), DSI + 0x26)
  pack.writeUInt16BE(size(own), DSI + 0x2a)
  for (let angle = 0; angle < unit.angles; angle++) {
    pack.writeUInt32BE(start(angle), DSI + 0xb4 + angle * 6)
    pack.writeUInt16BE(size(angle), DSI + 0xb8 + angle * 6)
  }
}
