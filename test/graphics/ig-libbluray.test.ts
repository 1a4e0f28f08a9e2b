import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { ByteReader, Warnings } from "../../src/base/index.ts"
import {
  decodeInteractiveGraphics,
  IgDecoder,
  type InteractiveComposition,
  type InteractiveGraphics,
  parseInteractiveComposition,
} from "../../src/graphics/ig/index.ts"
import { TransportStreamDemuxer } from "../../src/mpeg/index.ts"
import { rigDiscs, temporaryFolder } from "../disc/bluray/discs.ts"
import { asm, chanceOf } from "../navigation/hdmv/support.ts"
import { dataPath, hasData } from "../support/data.ts"
import { oraclePath } from "../support/oracles.ts"
import { endSegment, paletteSegment } from "../support/sup.ts"
import { displaySet, MADE_COLOURS, madeObject } from "./support/ig-author.ts"
import { writeMenuDisc } from "./support/menu-disc.ts"
import { compareMenu } from "./support/menu-oracle.ts"
import { randomMenu, randomScript } from "./support/random-menu.ts"
import { writeComposition } from "./support/write-composition.ts"

const isHere = oraclePath("bdnav") !== null
const rig = isHere ? rigDiscs() : []
const rigRoot = rig[0]?.root ?? ""
const folder = temporaryFolder("menu", afterAll)

function decode(segments: readonly Uint8Array[]): InteractiveGraphics {
  const units = segments.map((data) => ({ data, pts: 0 }))
  const [graphics] = decodeInteractiveGraphics(units, new Warnings({ strict: true }))
  if (graphics === undefined) throw new Error("no display set")
  return graphics
}

/** A clip's menu, and how many aligned units lie before the one that brings it. */
function menuOfClip(path: string): { graphics: InteractiveGraphics; opened: number } {
  const clip = readFileSync(path)
  const decoder = new IgDecoder(new Warnings({ strict: true }))
  const sets: InteractiveGraphics[] = []
  const demuxer = new TransportStreamDemuxer({
    sink: { unit: ({ streamId, data, pts }) => sets.push(...(streamId === 0x1400 ? decoder.push(data, pts) : [])) },
    packetSize: 192,
  })
  for (let unit = 0; unit * 6144 < clip.length; unit++) {
    demuxer.push(clip.subarray(unit * 6144, (unit + 1) * 6144))
    const [graphics] = sets
    if (graphics !== undefined) return { graphics, opened: unit }
  }
  throw new Error(`no menu in ${path}`)
}

describe.skipIf(rig.length === 0)("menus as libbluray shows them", () => {
  test.each(Array.from({ length: 10 }, (_, seed) => [seed + 1, seed % 3 === 2] as const))("random menu %i (pop-up: %s)", (seed, popup) => {
    const chance = chanceOf(seed * 7919)
    const { menu: made, objects } = randomMenu(chance, popup)
    const menu = { ...made, ...(seed % 4 === 0 ? { width: 1280, height: 720 } : { width: 720, height: 480 }) }
    const segments = displaySet(menu, objects, { palettes: [0, 1], ...(seed % 2 === 0 ? { most: 200 } : {}) })
    const root = join(folder, `random-${seed}`)
    const disc = { root, opened: writeMenuDisc(rigRoot, root, segments), graphics: decode(segments) }
    const seen = Array.from({ length: 2 }, () => compareMenu(disc, randomScript(chance, popup, 40)))
    expect(new Set(seen.flatMap(({ planes }) => [...planes])).size).toBeGreaterThan(0)
  })

  test("the rig's menu: pages, keys, numbers, the pointer", () => {
    const keys = [
      "down",
      "down",
      "enter",
      "run 1",
      "left",
      "enter",
      "run 1",
      "up",
      "digit 1",
      "digit 4",
      "mouse 250 450",
      "run 1",
      "click 900 900",
      "mouse 2 2",
    ]
    const { planes, buttons } = compareMenu({ root: rigRoot, ...menuOfClip(join(rigRoot, "BDMV/STREAM/00000.m2ts")) }, [
      "play",
      "run 60",
      ...keys,
      "run 20",
      "stop",
    ])
    expect([...buttons].sort()).toEqual(["0/1", "0/2", "0/3", "1/4"])
    expect(planes.size).toBeGreaterThanOrEqual(6)
  })
})

const authored = dataPath("authored-bd-menu/disc")

describe.skipIf(!isHere || !hasData)("the authored disc as libbluray shows it", () => {
  test("its menu's two pages", () => {
    const menu = menuOfClip(join(authored, "BDMV/STREAM/00000.m2ts"))
    const keys = ["down", "up", "down", "down", "enter", "run 1", "down", "down", "enter", "run 1", "up"]
    const { planes, buttons } = compareMenu({ root: authored, ...menu }, ["play", "run 46", ...keys, "run 1", "stop"])
    expect(menu.graphics.composition).toMatchObject({ userInterfaceModel: "always-on", pages: [{ id: 0 }, { id: 1 }] })
    expect(planes.size).toBeGreaterThanOrEqual(6)
    expect(buttons.size).toBeGreaterThanOrEqual(5)
  })

  test("its pop-up menu over the film", () => {
    const menu = menuOfClip(join(authored, "BDMV/STREAM/00001.m2ts"))
    const script = [
      "play",
      "until STILL_TIME",
      "enter",
      "run 60",
      "up",
      "popup",
      "run 2",
      "down",
      "run 1",
      "up",
      "popup",
      "run 4",
      "popup",
      "down",
      "run 2",
      "stop",
    ]
    const { planes } = compareMenu({ root: authored, ...menu, playlist: 1, selectedButtonId: 1 }, script)
    expect(menu.graphics.composition.userInterfaceModel).toBe("pop-up")
    expect(planes.size).toBe(2)
  })
})

/** Real discs' menus, with a picture for each object; commands that leave the menu (jumps, calls, plays) are taken out. */
describe.skipIf(rig.length === 0 || !hasData)("real menus as libbluray shows them", () => {
  const discs = hasData ? readdirSync(dataPath("bdpl")).filter((disc) => existsSync(dataPath("bdpl", disc, "ics_menu.bin"))) : []

  test.each(discs)("%s", (disc) => {
    const bytes = new Uint8Array(readFileSync(dataPath("bdpl", disc, "ics_menu.bin")))
    const composition = parseInteractiveComposition(new ByteReader(bytes, disc))
    const content = writeComposition(stayingIn(composition))
    const segments = [
      Uint8Array.from([0x18, content.length >> 8, content.length & 0xff, ...content]),
      ...[...new Set(composition.pages.map(({ paletteIdRef }) => paletteIdRef))].map((id) => paletteSegment(id, MADE_COLOURS)),
      ...objectsOf(composition).flatMap((id) => madeObject(id, 8, 8)),
      endSegment(),
    ]
    const root = join(folder, disc)
    const menu = { root, opened: writeMenuDisc(rigRoot, root, segments), graphics: decode(segments) }
    const chance = chanceOf(Number(disc.slice(4)))
    const places = composition.pages.flatMap(({ buttonOverlapGroups }) => buttonOverlapGroups.flatMap(({ buttons }) => buttons))
    const script = ["play", `run ${menu.opened + 10}`, ...(composition.userInterfaceModel === "pop-up" ? ["popup"] : [])]
    for (let press = 0; press < 50; press++) {
      const { x = 0, y = 0 } = places[chance(places.length)] ?? {}
      const key = ["up", "down", "left", "right", "enter", `mouse ${x + 2} ${y + 2}`, `click ${x + 2} ${y + 2}`][chance(7)] ?? "up"
      script.push(key, `run ${1 + chance(3)}`)
    }
    const { buttons } = compareMenu(menu, [...script, "stop"])
    expect(buttons.size).toBeGreaterThan(3)
  })
})

/** Branch commands but `goto` become `nop`: HDMV command group 0, sub-groups 1 and 2. */
function stayingIn(composition: InteractiveComposition): InteractiveComposition {
  const stay = (command: Uint8Array) => (((command[0] ?? 0) & 0x1f) === 1 || ((command[0] ?? 0) & 0x1f) === 2 ? asm.nop : command)
  const pages = composition.pages.map((page) => ({
    ...page,
    buttonOverlapGroups: page.buttonOverlapGroups.map((group) => ({
      ...group,
      buttons: group.buttons.map((button) => ({ ...button, navigationCommands: button.navigationCommands.map(stay) })),
    })),
  }))
  return { ...composition, pages }
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
