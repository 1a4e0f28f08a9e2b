import { createHash } from "node:crypto"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { type DiscError, Warnings } from "../../../src/base/index.ts"
import { type BlurayDisc, readBlurayDisc } from "../../../src/disc/bluray/index.ts"
import { openFileSystem } from "../../../src/filesystem/index.ts"
import { DEFAULT_PREFERENCES, type HdmvAction, initialState, runHdmvMachine } from "../../../src/navigation/hdmv/index.ts"
import { openNode } from "../../../src/source/node/index.ts"
import { rigDiscs, temporaryFolder } from "../../disc/bluray/discs.ts"
import { dataDir, hasData } from "../../support/data.ts"
import { oraclePath } from "../../support/oracles.ts"
import { sampleBluray } from "../../support/samples.ts"
import {
  asm,
  chanceOf,
  encode,
  type MadeObject,
  madeDisc,
  movieObjectFile,
  oracleEnvironment,
  oracleSteps,
  type Step,
  writeProgram,
} from "./support.ts"

const folder = temporaryFolder("hdmv", afterAll)
/** As libbluray and the oracle are set. */
const PREFERENCES = { ...DEFAULT_PREFERENCES, region: "B" } as const
const isHere = oraclePath("bdnav") !== null

async function openBluray(path: string): Promise<BlurayDisc> {
  const warnings = new Warnings()
  const files = await openFileSystem(await openNode(path), warnings)
  return (await readBlurayDisc(files, warnings)).bluray
}

/** Registers that the oracle's player sets in another way: country in lower case. */
const OTHER_PSRS = new Set([19])

/** Calculations on eight registers, with conditions and jumps ahead; the registers meet extreme values often. */
function randomProgram(chance: (below: number) => number, lines: number, next: number | null): MadeObject {
  const value = () => [0, 1, 2, 3, 31, 32, 33, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, chance(2 ** 32), chance(100)][chance(12)] ?? 0
  const source = (allowed: readonly string[]): { immediate: number; second: number } => {
    const kind = allowed[chance(allowed.length)]
    if (kind === "immediate") return { immediate: 1, second: value() }
    if (kind === "gpr") return { immediate: 0, second: chance(8) }
    let psr = chance(128)
    while (OTHER_PSRS.has(psr)) psr = chance(128)
    return { immediate: 0, second: 0x8000_0000 + psr }
  }
  const any = ["immediate", "gpr", "psr"]
  const commands = Array.from({ length: lines }, (_, line) => {
    const kind = chance(10)
    if (kind === 0 && line + 3 < lines) return asm.goto(line + 1 + chance(2))
    if (kind < 4) {
      const left = chance(2) === 0 ? { immediate: 2, first: value() } : { immediate: 0, first: chance(8) }
      const right = source(any)
      return encode({
        count: 2,
        group: 1,
        compare: 1 + chance(7),
        ...left,
        second: right.second,
        immediate: left.immediate | right.immediate,
      })
    }
    const set = 1 + chance(15)
    return encode({ count: 2, group: 2, set, first: chance(8), ...source(set === 2 ? ["gpr"] : any) })
  })
  return { commands: [...commands, asm.nop, ...(next === null ? [asm.breakOff] : [asm.jumpObject(next)])] }
}

describe.skipIf(!isHere)("programs", () => {
  test.each([1, 2, 3, 4, 5, 6])("random calculations give libbluray's order and results (seed %i)", (seed) => {
    const chance = chanceOf(seed)
    const objects = Array.from({ length: 5 }, (_, id) => randomProgram(chance, 400, id === 4 ? null : id + 1))
    const root = join(folder, `random-${seed}`)
    writeProgram(root, [0, 0], objects)
    const { steps: expected } = oracleSteps(root, "play\nrun 1\nrun 1\n")
    const steps: Step[] = []
    runHdmvMachine(madeDisc([0, 0], objects), oracleEnvironment(steps), initialState(PREFERENCES), { do: "start" })
    expect(expected.length).toBeGreaterThan(1000)
    expect(steps).toEqual(expected)
  })
})

/** Real discs' programs, in folders of their own without playlists: both machines then leave each play command out and go on. */
const programs = realPrograms()

function realPrograms(): { name: string; root: string }[] {
  if (!isHere || !hasData) return []
  const found = new Map<string, { name: string; root: string }>()
  for (const path of readdirSync(dataDir, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith("MovieObject.bdmv") || path.includes("BACKUP")) continue
    const [program, index] = [join(dataDir, path), join(dataDir, dirname(path), "index.bdmv")]
    if (!existsSync(index)) continue
    const hash = createHash("sha256").update(readFileSync(program)).update(readFileSync(index)).digest("hex")
    const root = join(folder, `program-${hash}`)
    mkdirSync(join(root, "BDMV/PLAYLIST"), { recursive: true })
    cpSync(program, join(root, "BDMV/MovieObject.bdmv"))
    cpSync(index, join(root, "BDMV/index.bdmv"))
    if (!found.has(hash)) found.set(hash, { name: dirname(path), root })
  }
  return [...found.values()]
}

describe.skipIf(programs.length === 0).each(programs)("the program of $name", ({ root }) => {
  test("runs libbluray's commands from first playback and in every title", async () => {
    const disc = await openBluray(root)
    const entries = disc.index === null ? [] : [disc.index.firstPlayback, ...disc.index.titles]
    const isUhd = (disc.index?.versionNumber ?? "") >= "0300"
    let compared = 0
    for (const [title, entry] of entries.entries()) {
      // libbluray refuses a whole disc for an entry without an object; BD-J needs Java on its side too.
      if (entry.objectType !== "hdmv" || disc.index?.firstPlayback.objectType === "none") continue
      const { steps: expected, lines } = oracleSteps(root, title === 0 ? "play\nrun 1\n" : `play\ntitle ${title}\nrun 1\n`)
      if (lines.some(({ type }) => type === "error")) continue
      const steps: Step[] = []
      const action: HdmvAction = title === 0 ? { do: "start" } : { do: "title", title }
      const playsNothing = () =>
        runHdmvMachine(
          disc,
          { ...oracleEnvironment(steps), budget: 5000 },
          initialState({ ...PREFERENCES, profile: isUhd ? "uhd" : "2d" }),
          action,
        )
      try {
        playsNothing()
      } catch (error) {
        // Menus that play in a loop, or Java behind the program's first title.
        expect((error as DiscError).code).toMatch(/limit|unsupported/)
      }
      // After ten playlists that are not there libbluray waits; so many commands must be the same.
      expect(steps.slice(0, expected.length), `title ${title}`).toEqual(expected)
      compared += expected.length
    }
    const isRefused = [disc.index?.firstPlayback, disc.index?.topMenu].some((entry) => entry?.objectType !== "hdmv")
    if (!isRefused) expect(compared).toBeGreaterThan(0)
  }, 120_000)
})

test.skipIf(!isHere)("the sample disc runs libbluray's commands from first playback into its title and to the end", async () => {
  const disc = await openBluray(sampleBluray)
  const { steps: expected, lines } = oracleSteps(sampleBluray, "play\nrun 5\ntitle 1\nrun 5\n")
  const isObeyed = lines.some(({ type, ok }) => type === "result" && ok === true)
  expect(isObeyed).toBe(true)
  expect(runAll(disc, [{ do: "start" }, { do: "title", title: 1 }])).toEqual(expected)
})

const rig = isHere ? rigDiscs().filter(({ name }) => name === "rig/bd") : []

describe.skipIf(rig.length === 0).each(rig)("the rig's disc", ({ root }) => {
  test("runs libbluray's commands on a tour of its menu and titles", async () => {
    const script = [
      "play",
      "until STILL_TIME",
      ...["down", "down", "enter", "run 1", "enter", "run 1", "up", "up", "enter", "run 100"],
      ...["menu root", "until STILL_TIME", "down", "enter", "until END_OF_TITLE", "until STILL_TIME"],
    ]
    const { steps: expected } = oracleSteps(root, `${script.join("\n")}\n`)
    const actions: HdmvAction[] = [
      { do: "start" },
      { do: "button", commands: [asm.buttonPage(4, 1)] },
      { do: "button", commands: [asm.add(5, 1), asm.buttonPage(3, 0)] },
      { do: "button", commands: [asm.jumpTitle(1)] },
      { do: "menu" },
      { do: "button", commands: [asm.jumpTitle(2)] },
      { do: "playlist-ended" },
    ]
    expect(runAll(await openBluray(root), actions)).toEqual(expected)
    expect(expected.length).toBe(12)
  })

  test("plays from items and marks with libbluray's place registers; a menu call keeps the place, which resume brings back", async () => {
    const copy = join(folder, "rig-places")
    cpSync(root, copy, { recursive: true })
    const places = (from: number) => [4, 5, 6, 7].map((psr) => asm.movePsr(from + psr, psr))
    // The rig's index: first playback and top menu are object 0, title 1 is object 1.
    const objects: MadeObject[] = [
      // The first time to title 1, then as a menu: it reads the backups and goes back.
      {
        commands: [
          asm.add(1, 1),
          encode({ count: 2, group: 1, compare: 2, immediate: 1, first: 1, second: 1 }),
          asm.jumpTitle(1),
          ...BACKUPS,
          asm.resume,
        ],
      },
      { commands: [asm.playItem(2, 1), ...places(50), asm.playMark(1, 2), ...places(60), asm.play(99), asm.play(1), asm.breakOff] },
      { commands: [asm.nop] },
    ]
    writeFileSync(join(copy, "BDMV/MovieObject.bdmv"), movieObjectFile(objects))
    const script = "play\nrun 20\nmenu root\nrun 20\nuntil END_OF_TITLE\nrun 20\nuntil END_OF_TITLE\nrun 20\n"
    const { steps: expected } = oracleSteps(copy, script)
    const actions: HdmvAction[] = [{ do: "start" }, { do: "menu" }, { do: "playlist-ended" }, { do: "playlist-ended" }]
    expect(runAll(await openBluray(copy), actions)).toEqual(expected)
    expect(expected.map(({ bytes }) => bytes)).toContain(hexOf(asm.resume))
  })

  /** libbluray 1.3.4 leaves out the line behind a call when it resumes: RESUME counts the line twice, as its TERMINATE_PL once did. */
  test("calls and resumes as libbluray, but the line behind a call is not lost", async () => {
    const copy = join(folder, "rig-calls")
    cpSync(root, copy, { recursive: true })
    const objects: MadeObject[] = [
      { commands: [asm.callObject(2), asm.nop, asm.move(1, 1), asm.breakOff] },
      { commands: [asm.nop] },
      { commands: [asm.move(2, 2), ...BACKUPS, asm.resume] },
    ]
    writeFileSync(join(copy, "BDMV/MovieObject.bdmv"), movieObjectFile(objects))
    const { steps: expected } = oracleSteps(copy, "play\nrun 1\n")
    const steps = runAll(await openBluray(copy), [{ do: "start" }])
    expect(steps.filter(({ bytes }) => bytes !== hexOf(asm.nop))).toEqual(expected)
    expect(steps.filter(({ bytes }) => bytes === hexOf(asm.nop))).toHaveLength(1)
  })
})

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")
/** Moves the backup registers to where the trace shows them. */
const BACKUPS = [36, 37, 38, 39, 42, 43, 44].map((psr) => asm.movePsr(100 + psr, psr))

function runAll(disc: BlurayDisc, actions: readonly HdmvAction[]): Step[] {
  const steps: Step[] = []
  const environment = oracleEnvironment(steps)
  let state = initialState(PREFERENCES)
  for (const action of actions) state = runHdmvMachine(disc, environment, state, action).state
  return steps
}
