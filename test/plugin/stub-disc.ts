import { execFileSync } from "node:child_process"
import { closeSync, cpSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { ByteReader, type Source, ticks } from "../../src/base/index.ts"
import { type BlurayDisc, type BlurayTitle, type ClipInformation, codecOf, type PlayList } from "../../src/disc/bluray/index.ts"
import { type InteractiveComposition, parseInteractiveComposition } from "../../src/graphics/ig/index.ts"
import { initialState, runHdmvMachine } from "../../src/navigation/hdmv/index.ts"
import { displaySet, MADE_COLOURS, type MadeButton, type MadeMenu, madeObject } from "../graphics/support/ig-author.ts"
import { asm } from "../navigation/hdmv/support.ts"
import { endSegment, paletteSegment } from "../support/sup.ts"
import { openBluray, ourStops } from "./hdmv-oracle.ts"

const PACKET = 192
const UNIT = 32 * PACKET
const [PMT_PID, PCR_PID, VIDEO_PID, IG_PID] = [0x0100, 0x1001, 0x1011, 0x1400]
/** Scripts jump no nearer to a clip's end than this, in seconds. */
const LAST_SECONDS = 0.5

/** `menuAt45k`: when the menu is shown that the clip brings; null: it brings none. */
type StubClip = { readonly information: ClipInformation; readonly menuAt45k: number | null }

/**
 * A real disc's structures with stub clips: files of the right length, nearly all hole. A disc's own menu composition (`ics_menu.bin`)
 * is in its clip, with a small picture for each object; in other menus' clips, and in pictures that wait for a key of their own menu, a plain one is. The
 * other clips have tables and a picture's first packet in each unit that a script comes to; libbluray tells of each other one that it reads.
 * `scripts`: what is to be played, from a disc whose clips are whole.
 */
export async function writeStubDisc(
  bdmv: string,
  root: string,
  scripts: (bluray: BlurayDisc) => Promise<readonly (readonly string[])[]>,
): Promise<{ bluray: BlurayDisc; scripts: readonly (readonly string[])[] }> {
  const films = await writeStructures(bdmv, root)
  const bluray = await openBluray(root)
  const whole = wholeDisc(bluray, films)
  const played = await scripts(whole.bluray)
  whole.units.clear()
  for (const script of played) await ourStops(whole.bluray, script)
  for (const [clip, units] of whole.units) {
    const stub = films.get(clip)
    if (stub !== undefined) writeUnits(streamPath(root, clip), stub, units)
  }
  return { bluray, scripts: played }
}

/** The same with a picture at each entry point, for sessions that go anywhere; such a disc takes some 100 MB. */
export async function writePlayableDisc(bdmv: string, root: string): Promise<void> {
  for (const [clip, stub] of await writeStructures(bdmv, root)) {
    const map = stub.information.cpi.epMaps[0]
    const picture = pictureOf(stub.information)
    const file = openSync(streamPath(root, clip), "r+")
    const units = new Set(Array.from({ length: map?.length ?? 0 }, (_, entry) => Math.floor((map?.at(entry)?.spn ?? 0) / 32)))
    let counter = 0
    for (const unit of units) writeSync(file, stubUnit(stub, unit, picture, counter++), 0, UNIT, unit * UNIT)
    closeSync(file)
  }
}

/** All but the films' clips, which are holes. */
async function writeStructures(bdmv: string, root: string): Promise<ReadonlyMap<string, StubClip>> {
  cpSync(bdmv, join(root, "BDMV"), { recursive: true, filter: (path) => !path.endsWith("ics_menu.bin") })
  execFileSync("chmod", ["-R", "u+w", root])
  mkdirSync(join(root, "BDMV/STREAM"), { recursive: true })
  const structures = await openBluray(root)
  const menuPath = join(bdmv, "ics_menu.bin")
  const menu = existsSync(menuPath) ? parseInteractiveComposition(new ByteReader(readFileSync(menuPath), menuPath)) : null
  const menuClip = menu === null ? undefined : menuClipOf(structures, menu)
  const plain = menuClips(structures)
  const inMux = inMuxMenuClips(structures)
  const films = new Map<string, StubClip>()
  for (const clip of clipsOf(structures)) {
    const information = await structures.clipInformation(clip)
    const path = streamPath(root, clip)
    if (menu !== null && clip === menuClip) writeMenuClip(path, information, compositionSegments(readFileSync(menuPath), menu))
    else if (plain.has(clip)) writeMenuClip(path, information, displaySet(plain.get(clip) ?? PLAIN_MENU, [0, 1]))
    else {
      films.set(clip, { information, menuAt45k: inMux.get(clip) ?? null })
      const file = openSync(path, "w")
      ftruncateSync(file, information.clipInfo.numberOfSourcePackets * PACKET)
      closeSync(file)
    }
  }
  return films
}

const streamPath = (root: string, clip: string): string => join(root, "BDMV/STREAM", `${clip}.m2ts`)

function clipsOf({ titles }: BlurayDisc): ReadonlySet<string> {
  const clips = titles.flatMap(({ playList }) => [
    ...playList.playItems.flatMap(({ angles }) => angles),
    ...playList.subPaths.flatMap(({ items }) => items.flatMap((item) => item.clips)),
  ])
  return new Set(clips.map(({ clipInformationFileName }) => clipInformationFileName))
}

/** The disc as if its films' clips were whole, and their aligned units that were read. */
function wholeDisc(disc: BlurayDisc, films: ReadonlyMap<string, StubClip>): { bluray: BlurayDisc; units: Map<string, Set<number>> } {
  const units = new Map<string, Set<number>>()
  const openClip = async (clip: string): Promise<Source> => {
    const source = await disc.openClip(clip)
    const stub = films.get(clip)
    if (stub === undefined) return source
    const read = units.get(clip) ?? new Set()
    units.set(clip, read)
    return {
      name: source.name,
      size: source.size,
      read: async (offset, length) => {
        const [first, last] = [Math.floor(offset / UNIT), Math.ceil((offset + length) / UNIT)]
        const bytes = new Uint8Array((last - first) * UNIT)
        for (let unit = first; unit < last; unit++) {
          read.add(unit)
          bytes.set(stubUnit(stub, unit), (unit - first) * UNIT)
        }
        return bytes.subarray(offset - first * UNIT, offset - first * UNIT + length)
      },
      close: () => source.close(),
    }
  }
  return { bluray: { ...disc, openClip }, units }
}

/** Clips of pictures that wait for a key, whose menu comes in the clip itself, and the time of its start. */
function inMuxMenuClips({ titles }: BlurayDisc): ReadonlyMap<string, number> {
  const items = titles.flatMap(({ playList }) => playList.playItems)
  const waiting = items.filter(({ still, streams }) => still.mode === "infinite" && streams.ig[0]?.entry.type === "main-clip")
  return new Map(waiting.map(({ angles, inTime45k }) => [angles[0]?.clipInformationFileName ?? "", inTime45k]))
}

/** Clips that are a menu (sub path type 3), and what stands in them where their own composition is not known. */
function menuClips(bluray: BlurayDisc): ReadonlyMap<string, MadeMenu> {
  const topMenu = topMenuPlaylist(bluray)
  const clips = new Map<string, MadeMenu>()
  for (const { playList, playlistNumber } of bluray.titles) {
    const waits = playList.playItems[0]?.still.mode === "infinite" || playlistNumber === topMenu
    for (const clip of menuClipsOf(playList)) if (waits || !clips.has(clip)) clips.set(clip, waits ? PLAIN_MENU : PLAIN_POPUP)
  }
  return clips
}

const menuClipsOf = ({ subPaths }: PlayList): string[] =>
  subPaths
    .filter(({ type }) => type === "ig-menu")
    .flatMap(({ items }) => items[0]?.clips ?? [])
    .map(({ clipInformationFileName }) => clipInformationFileName)

/** What the top menu's program plays on a fresh player; null: it plays nothing, or goes on from a register that is not set. */
function topMenuPlaylist(bluray: BlurayDisc): number | null {
  const environment = { now: () => ticks(0), random: () => 0 }
  const { events } = runHdmvMachine(bluray, environment, initialState(), { do: "menu" })
  return events.find((event) => event.type === "play-playlist")?.playlist ?? null
}

/** The clip of the disc's own composition: a menu that stands for itself is the one that waits for a key, a pop-up menu the main film's. */
function menuClipOf({ titles }: BlurayDisc, { userInterfaceModel }: InteractiveComposition): string | undefined {
  const withMenu = titles.filter(({ playList }) => menuClipsOf(playList).length > 0)
  const waits = withMenu.find(({ playList }) => playList.playItems[0]?.still.mode === "infinite")
  const { playList } = (userInterfaceModel === "always-on" ? waits : longestOf(withMenu)) ?? {}
  return playList === undefined ? undefined : menuClipsOf(playList)[0]
}

const button = (id: number, x: number, commands: readonly Uint8Array[]): MadeButton => ({
  ...{ id, x, y: 100, left: 3 - id, right: 3 - id, up: 3 - id, down: 3 - id },
  ...{ normal: 0, selected: 1, activated: 0, commands },
})
/** A menu of two buttons beside one another. */
const plainMenu = (popup: boolean, commands: readonly Uint8Array[][]): MadeMenu => ({
  ...{ preloaded: true, popup },
  pages: [{ id: 0, selected: 1, groups: commands.map((own, index) => ({ buttons: [button(index + 1, 100 + index * 100, own)] })) }],
})
/** To the first title, and to its second mark's chapter by register 2, which such programs look at. */
const PLAIN_MENU = plainMenu(false, [[asm.jumpTitle(1)], [asm.move(2, 1), asm.jumpTitle(1)]])
/** To the second mark, and to the top menu. */
const PLAIN_POPUP = plainMenu(true, [[asm.linkMark(1)], [asm.callTitle(0)]])

export const durationOf = ({ playList }: BlurayTitle): number =>
  playList.playItems.reduce((sum, { inTime45k, outTime45k }) => sum + outTime45k - inTime45k, 0)

/** The main film. */
const longestOf = (titles: readonly BlurayTitle[]): BlurayTitle | undefined => [...titles].sort((a, b) => durationOf(b) - durationOf(a))[0]

/** Ticks (90 kHz) of a playlist from which what is left of it is there. */
export const lastPlaceOf = (title: BlurayTitle): number => Math.max(0, durationOf(title) * 2 - LAST_SECONDS * 90_000)

function writeUnits(path: string, stub: StubClip, units: ReadonlySet<number>): void {
  const file = openSync(path, "r+")
  for (const unit of units) writeSync(file, stubUnit(stub, unit), 0, UNIT, unit * UNIT)
  closeSync(file)
}

/** All of a picture that libbluray looks at. */
const ACCESS_UNIT_DELIMITER = Uint8Array.of(0, 0, 1, 9, 0x10)
/** One black picture as x264 and x265 write it: what a session needs to hand out something. */
const H264_PICTURE = Buffer.from(
  "000000010910000000016764000aacb212d808800000030080000018078913240000000168cb83cb22c00000016588840af2628000a7bc9d75e0",
  "hex",
)
const HEVC_PICTURE = Buffer.from(
  "000000014601100000000140010c01ffff02200000030090000003000003001e9280900000000142010102200000030090000003000003001ea0208104d964a924caf016" +
    "8080000003008000000c04000000014401c172b422400000012801af1d80f7015bfff24efeccf0",
  "hex",
)

function pictureOf({ programSequences }: ClipInformation): Uint8Array {
  const video = programSequences[0]?.streams.find(({ pid }) => pid === VIDEO_PID)
  return codecOf(video?.attributes.streamCodingType ?? 0) === "hevc" ? HEVC_PICTURE : H264_PICTURE
}

/**
 * Tables, the first packet of the picture at the entry point before, a menu in the clip's first unit, and stuffing. `counter`: continuity_counter; units of
 * the same one are the same packet sent again.
 */
function stubUnit(
  { information: { cpi }, menuAt45k }: StubClip,
  unit: number,
  picture: Uint8Array = ACCESS_UNIT_DELIMITER,
  counter = 0,
): Uint8Array {
  const map = cpi.epMaps[0]
  const pts45k = map?.at(map.countBeforeSpn((unit + 1) * 32) - 1)?.pts45k ?? 0
  const video = transportPackets(VIDEO_PID, pes(0xe0, pts45k * 2, picture))
  for (const packet of video) packet[3] = ((packet[3] ?? 0) & 0xf0) | (counter & 15)
  const packets = [
    pat(),
    pmt(),
    transportPackets(PCR_PID, new Uint8Array())[0],
    ...video,
    ...(menuAt45k === null || unit > 0 ? [] : menuPackets(displaySet(PLAIN_MENU, [0, 1]), menuAt45k * 2)),
  ]
  if (packets.length > 32) throw new Error("the plain menu is larger than a unit")
  const bytes = new Uint8Array(UNIT)
  for (let index = 0; index < 32; index++) bytes.set(packets[index] ?? NULL_PACKET, index * PACKET + 4)
  return bytes
}

const NULL_PACKET = Uint8Array.from({ length: 188 }, (_, at) => [0x47, 0x1f, 0xff, 0x10][at] ?? 0xff)

const pat = (): Uint8Array => section(0, [0, 0xb0, 13, 0, 1, 0xc1, 0, 0, 0, 1, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff])
const pmt = (): Uint8Array =>
  section(PMT_PID, [
    2,
    0xb0,
    18,
    0,
    1,
    0xc1,
    0,
    0,
    0xe0 | (PCR_PID >> 8),
    PCR_PID & 0xff,
    0xf0,
    0,
    0x1b,
    0xe0 | (VIDEO_PID >> 8),
    VIDEO_PID & 0xff,
    0xf0,
    0,
  ])

function section(pid: number, body: readonly number[]): Uint8Array {
  let crc = 0xffff_ffff
  for (const byte of body) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c1_1db7 : 0)
  }
  const packet = new Uint8Array(188).fill(0xff)
  packet.set([0x47, 0x40 | (pid >> 8), pid & 0xff, 0x10, 0, ...body, crc >>> 24, (crc >>> 16) & 0xff, (crc >>> 8) & 0xff, crc & 0xff])
  return packet
}

function pes(streamId: number, pts: number, data: Uint8Array): Uint8Array {
  const high = Math.floor(pts / 2 ** 30) & 7
  const stamp = [0x21 | (high << 1), (pts >>> 22) & 0xff, ((pts >>> 14) & 0xfe) | 1, (pts >>> 7) & 0xff, ((pts << 1) & 0xfe) | 1]
  const length = streamId === 0xe0 ? 0 : data.length + 8
  return Uint8Array.from([0, 0, 1, streamId, length >> 8, length & 0xff, 0x81, 0x80, 5, ...stamp, ...data])
}

function transportPackets(pid: number, payload: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.max(1, Math.ceil(payload.length / 184)) }, (_, index) => {
    const part = payload.subarray(index * 184, (index + 1) * 184)
    const room = 184 - part.length
    const stuffing = room === 0 ? [] : room === 1 ? [0] : [room - 1, 0, ...Array<number>(room - 2).fill(0xff)]
    const start = index === 0 && payload.length > 0 ? 0x40 : 0
    return Uint8Array.from([0x47, start | (pid >> 8), pid & 0xff, (room > 0 ? 0x30 : 0x10) | (index & 15), ...stuffing, ...part])
  })
}

/** Some discs' marks stand ten pixels from their buttons; pictures must not overlap. */
const PICTURE_SIZE = 8

/** The composition as it is on the disc, colours of our own, and a small picture for each object. */
function compositionSegments(content: Buffer, composition: InteractiveComposition): Uint8Array[] {
  const palettes = new Set(composition.pages.map(({ paletteIdRef }) => paletteIdRef))
  return [
    Uint8Array.from([0x18, content.length >> 8, content.length & 0xff, ...content]),
    ...[...palettes].map((id) => paletteSegment(id, MADE_COLOURS)),
    ...objectsOf(composition).flatMap((id) => madeObject(id, PICTURE_SIZE, PICTURE_SIZE)),
    endSegment(),
  ]
}

function menuPackets(segments: readonly Uint8Array[], pts: number): Uint8Array[] {
  const packets = segments.flatMap((segment) => transportPackets(IG_PID, pes(0xbd, pts, segment)))
  for (const [counter, packet] of packets.entries()) packet[3] = ((packet[3] ?? 0) & 0xf0) | (counter & 15)
  return packets
}

function writeMenuClip(path: string, { clipInfo }: ClipInformation, segments: readonly Uint8Array[]): void {
  const packets = [pat(), pmt(), ...menuPackets(segments, 900_000)]
  const count = Math.max(clipInfo.numberOfSourcePackets, Math.ceil(packets.length / 32) * 32)
  const clip = new Uint8Array(count * PACKET)
  for (let index = 0; index < count; index++) clip.set(packets[index] ?? NULL_PACKET, index * PACKET + 4)
  const file = openSync(path, "w")
  writeSync(file, clip)
  closeSync(file)
}

function objectsOf({ pages }: InteractiveComposition): number[] {
  const ids = new Set<number>()
  for (const { buttonOverlapGroups, inEffects, outEffects } of pages) {
    for (const { objects } of [...inEffects.effects, ...outEffects.effects]) for (const { objectIdRef } of objects) ids.add(objectIdRef)
    for (const { normal, selected, activated } of buttonOverlapGroups.flatMap(({ buttons }) => buttons)) {
      for (const { startObjectIdRef: start, endObjectIdRef: end } of [normal, selected, activated]) {
        for (let id = start ?? 1; id <= (end ?? 0); id++) ids.add(id)
      }
    }
  }
  return [...ids]
}
