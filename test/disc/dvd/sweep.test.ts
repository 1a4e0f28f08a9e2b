import { describe, expect, it } from "vitest"
import { DiscError } from "../../../src/base/index.ts"
import { parseVmgIfo, parseVtsIfo } from "../../../src/disc/dvd/ifo.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { authoredDvd, canAuthor } from "./support/authored.ts"
import { filesOfFolder, type TestFiles } from "./support/files.ts"
import { CHAINS, MENUS } from "./support/recipes.ts"
import { withTextData } from "./support/text-data.ts"

type Parse = (bytes: Uint8Array, path: string) => unknown

/** The longest that one damaged file may take; a hang is what this finds, not slowness. */
const MAX_MILLISECONDS = 1000
/** Padding to the end of a sector is not worth a flip in every byte: behind this many equal bytes the sweep goes on at the next change. */
const PADDING = 64

/** A value or a DiscError; anything else fails the test with what was done to the file. */
function tryParse(parse: Parse, bytes: Uint8Array, what: string): void {
  const started = performance.now()
  try {
    parse(bytes, "SWEEP.IFO")
  } catch (error) {
    if (!(error instanceof DiscError)) throw new Error(`${what}: ${error}`, { cause: error })
  }
  if (performance.now() - started > MAX_MILLISECONDS) throw new Error(`${what}: took ${performance.now() - started} ms`)
}

/** Offsets of bytes that say something. */
function placesIn(bytes: Uint8Array): number[] {
  const places: number[] = []
  let run = 0
  for (const [index, byte] of bytes.entries()) {
    run = index > 0 && bytes[index - 1] === byte ? run + 1 : 0
    if (run < PADDING) places.push(index)
  }
  return places
}

function sweep(bytes: Uint8Array, parse: Parse, from = 0): number {
  const copy = bytes.slice()
  const places = placesIn(bytes).filter((place) => place >= from)
  let tried = 0
  for (const at of places) {
    for (const mask of [0x01, 0xff]) {
      copy[at] = (bytes[at] ?? 0) ^ mask
      tryParse(parse, copy, `byte ${at} ^ ${mask}`)
      tried++
    }
    copy[at] = bytes[at] ?? 0
  }
  const view = new DataView(copy.buffer)
  for (const at of places) {
    if (at % 2 !== 0 || at + 4 > copy.length) continue
    for (const lie of [0, 0xffff, 0xffffffff, bytes.length - 1]) {
      if (lie <= 0xffff) view.setUint16(at, lie)
      else view.setUint32(at, lie)
      tryParse(parse, copy, `${lie} at ${at}`)
      tried++
    }
    copy.set(bytes.subarray(at, at + 4), at)
  }
  for (const length of [...places, bytes.length]) {
    tryParse(parse, bytes.subarray(0, length), `${length} bytes`)
    tried++
  }
  return tried
}

const isVmg = (path: string): boolean => path.endsWith("VIDEO_TS.IFO")
const DISCS: Readonly<Record<string, (() => TestFiles) | null>> = {
  idiocracy: hasData ? () => filesOfFolder(dataPath("perl-dvd-read/idiocracy")) : null,
  chains: canAuthor ? () => filesOfFolder(authoredDvd(CHAINS)) : null,
  menus: canAuthor ? () => filesOfFolder(authoredDvd(MENUS)) : null,
}

describe.each(Object.entries(DISCS))("every byte, every length, every cut: %s", (_, open) => {
  const files = open?.()
  if (files === undefined) return it.skip("is not here", () => {})
  // Two of idiocracy's are long, and more of the same as the others.
  const paths = [...files.contents.keys()].filter(
    (path) => path.endsWith(".IFO") && files.bytes(path).length !== 16_384 && files.bytes(path).length < 40_000,
  )
  it.each(paths)("%s", (path) => {
    const bytes = files.bytes(path)
    const undamaged = (isVmg(path) ? parseVmgIfo : parseVtsIfo)(bytes, path)
    expect(undamaged.faults.size).toBe(0)
    expect(sweep(bytes, isVmg(path) ? parseVmgIfo : parseVtsIfo)).toBeGreaterThan(3000)
  })
})

describe.skipIf(!canAuthor)("every byte, every length, every cut: text data", () => {
  it("in a video manager", () => {
    const vmg = filesOfFolder(authoredDvd(MENUS)).bytes("/VIDEO_TS/VIDEO_TS.IFO")
    const bytes = withTextData(vmg)
    expect(parseVmgIfo(bytes, "").tables.txtdtMgi?.languageUnits.length).toBe(2)
    expect(sweep(bytes, parseVmgIfo, vmg.length)).toBeGreaterThan(1000)
  })
})
