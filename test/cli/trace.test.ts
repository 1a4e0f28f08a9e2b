import { expect, test, vi } from "vitest"
import { authoredDvd, canAuthor } from "../disc/dvd/support/authored.ts"
import { loadDvd } from "../navigation/dvd/support/disc.ts"
import { firstDifference, oracleTrace } from "../navigation/dvd/support/oracle-trace.ts"
import { randomScript } from "../navigation/dvd/support/random-script.ts"
import { clip } from "../navigation/dvd/support/recipes.ts"
import type { TraceLine } from "../navigation/dvd/support/script-runner.ts"
import { oraclePath } from "../support/oracles.ts"
import { opentray, samplePath } from "./cli.ts"

vi.setConfig({ testTimeout: 120_000 })
const DVD = samplePath("dvd.iso")
const hasOracle = oraclePath("dvdnavtrace") !== null

async function trace(script: string, ...options: string[]): Promise<TraceLine[]> {
  const { status, stdout, stderr } = await opentray(["trace", DVD, "--script", "-", ...options], { input: script })
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  const text = stdout.toString().trim()
  return text.split("\n").map((line) => JSON.parse(line) as TraceLine)
}

/** Lines of libdvdnav's kind; it has highlights too, but says other things of them. */
const comparable = (lines: readonly TraceLine[]) => lines.filter(({ type }) => type !== "highlight")

test.skipIf(!hasOracle)("a script of random keys is answered as by libdvdnav, line by line", async () => {
  const script = randomScript(await loadDvd(DVD), 2, { keys: 25, without: ["sector SECTOR"] })
  const [own, theirs] = [await trace(script, "--no-packets"), oracleTrace(DVD, script)]
  expect(theirs.outcome).toBe("done")
  expect(own.filter(({ type }) => type === "state").length).toBeGreaterThan(20)
  expect(firstDifference(comparable(own), comparable(theirs.lines), ["position"])).toBeNull()
})

test.skipIf(!hasOracle)("every event that `until` waits for comes where libdvdnav has it", async () => {
  const events = ["vts", "cell", "clut", "subpictureStream", "audioStream", "nav", "block", "highlight", "nav", "cell", "nop"]
  const untils = events.map((event) => `until ${event} 3000`).join("\n")
  const script = `${untils}\ntitle 1\n${untils}\nmenu root\nuntil hop\nuntil still\nstate\n`
  const [own, theirs] = [await trace(script, "--no-packets"), oracleTrace(DVD, script)]
  expect(firstDifference(comparable(own), comparable(theirs.lines))).toBeNull()
})

test("packets and overlays come without payload, a state with every register", async () => {
  const lines = await trace("until highlight\nuntil cell\nuntil cell\nrun 61\nstate\ndown\nactivate\nrun 40\nstate\n")
  const packet = lines.find(({ type }) => type === "packet")
  expect(packet).toMatchObject({ size: expect.any(Number), crc32: expect.stringMatching(/^[0-9a-f]{8}$/) })
  expect(packet).not.toHaveProperty("data")
  expect(lines.find(({ type, bitmaps }) => type === "overlay" && (bitmaps as unknown[]).length > 0)).toBeDefined()
  const [menu, title] = lines.filter(({ type }) => type === "state")
  expect(menu).toMatchObject({ domain: "VMGM", title: 0, pgcn: 2, button: 1, blocks: 257 })
  expect(title).toMatchObject({ domain: "VTS", title: 2, part: 1, pgcn: 1, pgn: 1, angle: 1, audio: 0, prohibitedOps: "00000000" })
  for (const state of [menu, title]) {
    expect(state?.gprm).toHaveLength(16)
    expect(state?.sprm).toHaveLength(24)
  }
  // What the disc's program keeps: the main menu's button, the title begun last.
  const [button, , begun] = (title?.gprm ?? []) as number[]
  expect([button, begun]).toEqual([2 * 1024, 2])
  expect(lines.filter(({ type }) => type === "result")).toEqual([
    { type: "result", ok: true, outcome: "done" },
    { type: "result", ok: true, outcome: "done" },
  ])
})

test("keys that the disc forbids are tried, unless it is to be obeyed", async () => {
  const keys = "run 5\nmenu title\nrun 1\nstate\n"
  const last = (lines: readonly TraceLine[]) => lines.at(-1)
  expect(last(await trace(keys, "--no-packets"))).toMatchObject({ domain: "VMGM", pgcn: 2 })
  const obeyed = await trace(keys, "--no-packets", "--obey-prohibitions")
  expect(obeyed.filter(({ type }) => type === "result")).toEqual([{ type: "result", ok: false, outcome: "refused", by: "pgc" }])
  expect(last(obeyed)).toMatchObject({ domain: "VMGM", pgcn: 1 })
})

test("another seed draws other numbers, the same seed the same", async () => {
  // The quiz draws a question each time.
  const quiz = `run 1\n${"menu title\nuntil nav\nselect 5\nactivate\nuntil nav\nselect 3\nactivate\nrun 1\nstate\n".repeat(4)}`
  const questions = async (seed: number) => {
    const states = (await trace(quiz, "--no-packets", "--seed", String(seed))).filter(({ type }) => type === "state")
    return states.map(({ pgcn }) => pgcn)
  }
  const [first, again, other] = [await questions(1), await questions(1), await questions(77)]
  expect(first).toHaveLength(4)
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
})

test.each([
  ["fly 3", /script line 2: "fly 3" is no command of a trace/],
  ["select", /script line 2: "select": a whole number is missing/],
])("%s", async (line, said) => {
  const { status, stderr } = await opentray(["trace", DVD, "--script", "-"], { input: `run 1\n${line}\n` })
  expect(status).toBe(2)
  expect(stderr).toMatch(said)
})

test.skipIf(!canAuthor)("a program in circles ends the trace by name, behind what came before", async () => {
  const loops = authoredDvd({
    name: "loops-later",
    clips: [clip("film", 1)],
    xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ jump title 1; }</fpc><menus><pgc entry="title"><pre>{ jump vmgm menu 2; }</pre></pgc>
      <pgc><pre>{ g1 = g1 + 1; jump vmgm menu 1; }</pre></pgc></menus></vmgm>
      <titleset><titles><pgc><vob file="film.mpg"/><post>{ call vmgm menu 1; }</post></pgc></titles></titleset></dvdauthor>`,
  })
  const { status, stdout, stderr } = await opentray(["trace", loops, "--script", "-"], { input: "run 1000\n" })
  expect(status).toBe(1)
  expect(stderr).toMatch(/the disc's program runs in circles without playing anything/)
  expect(
    stdout
      .toString()
      .split("\n")
      .filter((line) => line.includes('"type":"packet"')).length,
  ).toBeGreaterThan(20)
})
