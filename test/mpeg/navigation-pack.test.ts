import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { DiscError } from "../../src/base/index.ts"
import {
  highlightStatus,
  isNavigationPack,
  navigationPackLbn,
  parseNavigationPack,
  vobuCellId,
  vobuEndAddress,
  vobuEndPtm,
  vobuSequenceEndPtm,
  vobuStartPtm,
  vobuVobId,
} from "../../src/mpeg/index.ts"
import { mutantsOf } from "../support/mutants.ts"
import { oraclePath, runOracle } from "../support/oracles.ts"
import { readBytes } from "./media.ts"

const sampleDvd = join(import.meta.dirname, "../../samples/dvd.iso")
const usable = existsSync(sampleDvd) && oraclePath("dvdnavtrace") !== null && oraclePath("udfls") !== null

/** The navigation packs of one VOB of the image, in its order. */
function packsOf(image: Uint8Array, path: string): Uint8Array[] {
  const file = runOracle("udfls", [sampleDvd]).find((line) => line.path === path)
  const start = Number(file?.lba) * 2048
  const packs: Uint8Array[] = []
  for (let at = start; at < start + Number(file?.size); at += 2048)
    if (isNavigationPack(image, at)) packs.push(image.subarray(at, at + 2048))
  return packs
}

type NavEvent = Record<string, unknown> & { highlight: Record<string, unknown> }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

/** What the oracle prints of a navigation pack, made from ours. */
function asOracle(pack: Uint8Array): Record<string, unknown> {
  const { pci, dsi } = parseNavigationPack(pack)
  const { pciGi, hli } = pci
  const bcd = (value: number): string => value.toString().padStart(2, "0")
  const { hour, minute, second, frame, frameRate } = pciGi.cEltm
  const rate = frameRate === 25 ? 0x40 : frameRate === 30 ? 0xc0 : 0
  const frames = (rate | (Math.floor(frame / 10) << 4) | (frame % 10)).toString(16).padStart(2, "0")
  return {
    lbn: pciGi.nvPckLbn,
    startPtm: pciGi.vobuSPtm,
    endPtm: pciGi.vobuEPtm,
    sequenceEndPtm: pciGi.vobuSeEPtm,
    elapsed: `${bcd(hour)}${bcd(minute)}${bcd(second)}${frames}`,
    prohibitedOps: pciGi.vobuUopCtl.toString(16).padStart(8, "0"),
    vobId: dsi.dsiGi.vobuVobIdn,
    cellId: dsi.dsiGi.vobuCIdn,
    vobuEnd: dsi.dsiGi.vobuEa,
    scr: dsi.dsiGi.nvPckScr,
    highlight: highlightAsOracle(hli),
  }
}

function highlightAsOracle({ hlGi, btnit }: ReturnType<typeof parseNavigationPack>["pci"]["hli"]): Record<string, unknown> {
  if (hlGi.hliSs === 0) return { status: 0 }
  return {
    status: hlGi.hliSs,
    startPtm: hlGi.hliSPtm,
    endPtm: hlGi.hliEPtm,
    selectEndPtm: hlGi.btnSeEPtm,
    groups: hlGi.btngrNs,
    buttons: hlGi.btnNs,
    numeric: hlGi.nslBtnNs,
    forcedSelect: hlGi.foslBtnn,
    forcedActivate: hlGi.foacBtnn,
    list: btnit.slice(0, hlGi.btnNs).map((button) => ({
      rect: [button.xStart, button.yStart, button.xEnd, button.yEnd],
      udlr: [button.up, button.down, button.left, button.right],
      auto: button.autoActionMode,
      colour: button.btnColn,
      command: hex(button.cmd),
    })),
  }
}

describe.skipIf(!usable)("libdvdnav's view of the sample's navigation packs", () => {
  const image = existsSync(sampleDvd) ? readBytes(sampleDvd) : new Uint8Array(0)
  const events = (script: string): NavEvent[] => {
    const lines = runOracle("dvdnavtrace", [sampleDvd, "-"], script) as NavEvent[]
    // Navigation packs before the last change of title set are of another VOB.
    return lines.slice(lines.findLastIndex(({ type }) => type === "vts") + 1).filter(({ type }) => type === "nav")
  }
  /** The oracle's event without what it says of the reading. */
  const facts = (event: NavEvent): Record<string, unknown> => {
    const { type: _type, blocks: _blocks, crc32: _crc32, sequenceEndPtm, ...rest } = event
    const { status } = rest.highlight ?? {}
    return {
      ...rest,
      sequenceEndPtm: sequenceEndPtm ?? 0,
      highlight: status === 0 || status === undefined ? { status: 0 } : rest.highlight,
    }
  }

  test.each([
    ["the title menu", "/VIDEO_TS/VIDEO_TS.VOB", "run 100\n"],
    ["a title", "/VIDEO_TS/VTS_01_1.VOB", "run 1\ntitle 1\nrun 600\n"],
    ["another title", "/VIDEO_TS/VTS_02_1.VOB", "run 1\ntitle 2\nrun 300\n"],
  ])("%s: each field of each pack", (_name, path, script) => {
    const packs = packsOf(image, path)
    const ours = new Map(packs.map((pack) => [`${navigationPackLbn(pack)} ${vobuVobId(pack)} ${vobuStartPtm(pack)}`, asOracle(pack)]))
    const seen = events(script).map(facts)
    expect(seen.length).toBeGreaterThan(2)
    for (const event of seen) expect(ours.get(`${event.lbn} ${event.vobId} ${event.startPtm}`)).toEqual(event)
  })

  test("the quick fields are those of the whole parse, and VOBUs follow one another", () => {
    const packs = packsOf(image, "/VIDEO_TS/VTS_01_1.VOB")
    expect(packs.length).toBeGreaterThan(10)
    for (const [i, pack] of packs.entries()) {
      const { pci, dsi } = parseNavigationPack(pack)
      expect(vobuStartPtm(pack)).toBe(pci.pciGi.vobuSPtm)
      expect(vobuEndPtm(pack)).toBe(pci.pciGi.vobuEPtm)
      expect(vobuSequenceEndPtm(pack)).toBe(pci.pciGi.vobuSeEPtm)
      expect(highlightStatus(pack)).toBe(pci.hli.hlGi.hliSs)
      expect(navigationPackLbn(pack)).toBe(dsi.dsiGi.nvPckLbn)
      expect(vobuEndAddress(pack)).toBe(dsi.dsiGi.vobuEa)
      expect(vobuVobId(pack)).toBe(dsi.dsiGi.vobuVobIdn)
      expect(vobuCellId(pack)).toBe(dsi.dsiGi.vobuCIdn)
      const next = packs[i + 1]
      if (next === undefined) continue
      // dvdauthor fills the search tables: the next VOBU is where vobu_sri says.
      expect(navigationPackLbn(next)).toBe(navigationPackLbn(pack) + vobuEndAddress(pack) + 1)
      const { nextVobu } = dsi.vobuSri
      if (nextVobu.valid) expect(navigationPackLbn(pack) + nextVobu.sectors).toBe(navigationPackLbn(next))
      expect(parseNavigationPack(next).dsi.vobuSri.prevVobu.sectors).toBe(
        parseNavigationPack(next).dsi.vobuSri.prevVobu.valid ? navigationPackLbn(next) - navigationPackLbn(pack) : 0x3fffffff,
      )
    }
  })

  test("damaged packs give a value or a DiscError", () => {
    const [pack] = packsOf(image, "/VIDEO_TS/VIDEO_TS.VOB")
    let parsed = 0
    for (const mutant of mutantsOf(pack?.slice() ?? new Uint8Array(0), 4000)) {
      try {
        parseNavigationPack(mutant)
        parsed++
      } catch (error) {
        expect(error).toBeInstanceOf(DiscError)
      }
    }
    expect(parsed).toBeGreaterThan(100)
  })
})

test("fields at their places, from nothing but the layout", () => {
  const pack = new Uint8Array(2048)
  pack.set([0, 0, 1, 0xba, 0x44])
  pack.set([0, 0, 1, 0xbf, 0x03, 0xd4, 0x00], 38)
  pack.set([0, 0, 1, 0xbf, 0x03, 0xfa, 0x01], 1024)
  const dsi = 1031
  // sml_pbi: category, ilvu_ea, ilvu_sa, size, and the second audio stream's first gap.
  pack.set([0x60, 0x00, 0, 0, 0, 99, 0, 0, 1, 0x23, 0, 45], dsi + 32)
  pack.set([0, 0, 2, 2], dsi + 32 + 20 + 16)
  // sml_agli of angle 9; fwda[18]; a_synca[7] backwards; sp_synca[31].
  pack.set([0x80, 0, 0, 7, 0, 8], dsi + 180 + 8 * 6)
  pack.set([0xc0, 0, 0, 5], dsi + 234 + 4 + 18 * 4)
  pack.set([0x80, 3], dsi + 402 + 14)
  pack.set([0, 0, 0, 6], dsi + 418 + 31 * 4)
  pack.set([0x80, 0, 0, 9, 0x7f, 0xff, 0xff, 0xff, 0x3f, 0xff, 0xff, 0xff], dsi + 418)
  // hl_gi: two groups, of types 1 and 4; button 36's colour, edges and neighbours.
  const pci = 45
  pack.set([0x21, 0x40], pci + 96 + 14)
  pack.set([0xc1, 0x23, 0x45, 0x42, 0x10, 0x03, 1, 2, 3, 4, 9, 8, 7, 6, 5, 4, 3, 2], pci + 96 + 22 + 24 + 35 * 18)
  const parsed = parseNavigationPack(pack)
  expect(parsed.dsi.smlPbi).toMatchObject({ category: 0x6000, ilvuEa: 99, ilvuSa: 0x123, size: 45 })
  expect(parsed.dsi.smlPbi.vobA[1]?.stpPtm1).toBe(0x202)
  expect(parsed.dsi.smlAgli[8]).toEqual({ address: 0x80000007, size: 8 })
  expect(parsed.dsi.vobuSri.fwda[18]).toEqual({ valid: true, passesVideo: true, sectors: 5 })
  expect(parsed.dsi.synci.aSynca).toEqual([null, null, null, null, null, null, null, { sectors: 3, backwards: true }])
  expect(parsed.dsi.synci.spSynca.slice(0, 4)).toEqual([{ sectors: 9, backwards: true }, null, null, null])
  expect(parsed.dsi.synci.spSynca[31]).toEqual({ sectors: 6, backwards: false })
  expect(parsed.pci.hli.hlGi).toMatchObject({ btngrNs: 2, btngrDspTy: [1, 4, 0] })
  expect(parsed.pci.hli.btnit[35]).toEqual({
    ...{ btnColn: 3, xStart: 0x012, xEnd: 0x345, autoActionMode: 1, yStart: 0x021, yEnd: 3, up: 1, down: 2, left: 3, right: 4 },
    cmd: Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2),
  })
})

test("a VOBU in the middle of a sub-picture names the VOBU that holds it", () => {
  const image = readFileSync(sampleDvd)
  const isPack = (sector: number) => image.readUInt32BE(sector * 2048) === 0x1ba
  const startsWith = (sector: number, code: number) => isPack(sector) && image.readUInt32BE(sector * 2048 + 14) === code
  const isNavigation = (sector: number) => startsWith(sector, 0x1bb) && image.readUInt32BE(sector * 2048 + 1024) === 0x1bf
  const sectors = Array.from({ length: Math.floor(image.length / 2048) }, (_, sector) => sector)
  let found = 0
  for (const sector of sectors.filter(isNavigation)) {
    const { synci } = parseNavigationPack(image.subarray(sector * 2048, sector * 2048 + 2048)).dsi
    synci.spSynca.forEach((address, stream) => {
      if (address === null || !address.backwards) return
      const start = sector - address.sectors
      expect(isNavigation(start)).toBe(true)
      const end = sectors.slice(start + 1).find((each) => !isPack(each) || isNavigation(each))
      const vobu = sectors.slice(start + 1, end)
      const holds = (each: number) => {
        const packet = each * 2048 + 14
        return startsWith(each, 0x1bd) && image[packet + 9 + image[packet + 8]!] === 0x20 + stream
      }
      expect(vobu.some(holds)).toBe(true)
      found++
    })
  }
  expect(found).toBeGreaterThan(50)
})
