import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { authoredDvd, canAuthor } from "../../disc/dvd/support/authored.ts"
import { dataDir, dataPath, hasData } from "../../support/data.ts"
import { hasProgram, oraclePath } from "../../support/oracles.ts"
import { writeAngleDisc } from "./support/angle-disc.ts"
import { assign, writeCoverageDisc } from "./support/coverage-disc.ts"
import { type LoadedDvd, loadDvd } from "./support/disc.ts"
import { writeDrawnDisc } from "./support/drawn-disc.ts"
import { type Comparison, compareRun, compareScript } from "./support/oracle-trace.ts"
import { randomRun, randomScript, type ScriptOptions } from "./support/random-script.ts"
import { RECIPES } from "./support/recipes.ts"
import { ScriptRunner } from "./support/script-runner.ts"
import { writeStubDisc } from "./support/stub-vobs.ts"

/*
 * The same scripts on this navigator and on libdvdnav. What the two do differently by intent is kept out of these scripts and tested, with the
 * reason, in differences.test.ts.
 */

/** More by `OPENTRAY_SCRIPTS=300`. */
const SCRIPTS = Number(process.env.OPENTRAY_SCRIPTS ?? 3)
/* A script takes half a second, or ten where libdvdnav hangs and is given up; a machine that is busy may need far longer. */
vi.setConfig({ testTimeout: 60_000 + SCRIPTS * 10_000 })
const hasOracle = oraclePath("dvdnavtrace") !== null

/** The disc that the oracles' own script makes, made once per machine. */
function rigDvd(): string {
  const folder = join(tmpdir(), "opentray-rig-dvd")
  const image = join(folder, "dvd.iso")
  if (!existsSync(image)) execFileSync("sh", [resolve(dataDir, "../oracles/make-dvd.sh"), folder], { stdio: "ignore" })
  return image
}
const sample = resolve(import.meta.dirname, "../../../samples/dvd.iso")

/**
 * libdvdnav stays in the cell of the angle before when the angle changes inside a block, so that its positions are off by what lies between the two
 * cells, and in the cells of higher angles it has no position, so that it cannot search.
 */
const IN_ANGLES = { without: ["sector SECTOR"], ignored: ["position"] }

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
/** Commands of titles 1 to 6: what they leave in g2 and g11 the titles from 91 on show. */
const COMMANDS = [
  // rnd, from a value and from a register.
  [assign(2, 3), bytes("7800000200640000"), bytes("7800000b00070000")],
  // g2 counts on from 5; g11 takes its value.
  [bytes("5300000500820000"), bytes("6100000b00020000")],
  // g2 <-> g11 where g3 > g4, with a link by a comparison.
  [assign(2, 7), assign(11, 9), assign(3, 2), assign(4, 1), bytes("62400002000b0000")],
  // Navigation timer, streams, angle; SPRM 9 is read.
  [bytes("5100008182000000"), assign(11, 3)],
  [assign(2, 0xffff), bytes("7300000200020000"), assign(11, 250)],
  [assign(2, 41), bytes("7700000200050000"), bytes("7500000b00100000")],
]

type Options = ScriptOptions & { readonly ignored?: readonly string[] }

function compareMany(disc: LoadedDvd, options: Options): { counts: Record<string, number>; differences: string[] } {
  const counts: Record<string, number> = {}
  const differences: string[] = []
  for (let seed = 0; seed < SCRIPTS; seed++) {
    const { script, runner } = randomRun(disc, seed, options)
    const comparison: Comparison = compareRun(runner, script, options.ignored)
    const kind = comparison.startsWith("differs") ? "differs" : comparison
    counts[kind] = (counts[kind] ?? 0) + 1
    if (kind === "differs") differences.push(`seed ${seed} ${comparison}`)
  }
  return { counts, differences }
}

function expectSame(disc: LoadedDvd, options: Options = {}): void {
  const { counts, differences } = compareMany(disc, options)
  expect(differences).toEqual([])
  // Scripts that libdvdnav hangs or aborts on say nothing; they must stay few.
  expect((counts.hangs ?? 0) + (counts.crashes ?? 0)).toBeLessThanOrEqual(Math.max(1, SCRIPTS / 20))
  if (process.env.OPENTRAY_SCRIPTS !== undefined) console.log(`${expect.getState().currentTestName}: ${JSON.stringify(counts)}`)
}

describe.skipIf(!hasOracle)("the trace is libdvdnav's", () => {
  describe.skipIf(!existsSync(sample))("on the sample, random keys", () => {
    test("in English", async () => expectSame(await loadDvd(sample), IN_ANGLES))
    test("in French", async () => expectSame(await loadDvd(sample), { ...IN_ANGLES, menuLanguage: "fr" }))
  })

  test.skipIf(!canAuthor || !hasProgram("genisoimage"))("on the rig's disc, its tour and random keys", async () => {
    const disc = await loadDvd(rigDvd())
    expect(compareScript(disc, readFileSync(resolve(dataDir, "../oracles/scripts/dvd-tour.txt"), "utf8"))).toBe("same")
    expectSame(disc)
  })

  describe.skipIf(!canAuthor)("on authored discs, random keys", () => {
    test.each(RECIPES)("$name", async (recipe) => expectSame(await loadDvd(authoredDvd(recipe))))
  })

  describe.skipIf(!canAuthor)("on angles, random keys", () => {
    const folder = mkdtempSync(join(tmpdir(), "opentray-angles-"))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    test.each(["seamless", "non-seamless"] as const)("%s", async (kind) =>
      expectSame(await loadDvd(writeAngleDisc(join(folder, kind), kind)), IN_ANGLES),
    )

    test("a changed angle is what is read from its next unit on", async () => {
      const disc = await loadDvd(writeAngleDisc(join(folder, "read"), "seamless"))
      const runner = new ScriptRunner(disc)
      runner.run("run 22\nangle 3\nrun 29\nstate\nangle 2\nrun 40\nstate")
      const cells = runner.lines.filter(({ type }) => type === "nav").map(({ cellId }) => cellId)
      // The unit that was begun is read to its end.
      expect(cells).toEqual([1, 1, 1, 1, 2, 2, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 5, 5, 5])
      expect(runner.navigator.state.machine.cell).toBe(5)
    })
  })

  describe.skipIf(!canAuthor)("on discs for single features, random keys", () => {
    const folder = mkdtempSync(join(tmpdir(), "opentray-features-"))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    test.each(["random", "shuffle"] as const)("programs in %s order", async (order) =>
      expectSame(await loadDvd(writeDrawnDisc(join(folder, order), order, 4))),
    )
    test("commands in every title: random numbers, counters, exchanges, comparisons", async () =>
      expectSame(await loadDvd(writeCoverageDisc(join(folder, "coverage"), COMMANDS)), { without: ["go-up"] }))
  })

  test.skipIf(!canAuthor)("in other menu languages", async () => {
    const disc = await loadDvd(authoredDvd(RECIPES.find(({ name }) => name === "sets") ?? (RECIPES[0] as (typeof RECIPES)[0])))
    for (const language of ["fr", "xx"]) {
      for (let seed = 0; seed < Math.min(20, SCRIPTS); seed++) {
        const script = randomScript(disc, seed, { menuLanguage: language })
        expect(["same", "cut"]).toContain(compareScript(disc, script))
      }
    }
  })
})

describe.skipIf(!hasOracle || !hasData)("a real disc's program on stub VOBs", () => {
  const folder = mkdtempSync(join(tmpdir(), "opentray-stub-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test("idiocracy, random keys", async () => {
    const source = dataPath("perl-dvd-read/idiocracy")
    const { dvd } = await loadDvd(source)
    const disc = await loadDvd(
      writeStubDisc(dvd, join(source, "VIDEO_TS"), folder, {
        menuCommands: {
          // JumpTT, LinkPGCN, LinkTailPGC, JumpSS VTSM, Set, LinkTopPG with a button.
          vmgm: [
            "3002000000010000",
            "3002000000050000",
            "2004000000000009",
            "200100000000000d",
            "3006000105830000",
            "71000003000a0000",
            "2001000000000805",
          ],
          // JumpVTS_TT, LinkPGCN, LinkTailPGC, RSM, JumpSS VMGM, SetSTN.
          vtsm: [
            "3003000000010000",
            "2004000000000001",
            "2004000000000002",
            "200100000000000d",
            "2001000000000010",
            "3006000000420000",
            "5100008180000000",
          ],
        },
      }),
    )
    expectSame(disc)
  })
})
