import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { authoredDvd, canAuthor, type Recipe } from "../../disc/dvd/support/authored.ts"
import { IfoEditor } from "../../disc/dvd/support/ifo-editor.ts"
import { oraclePath } from "../../support/oracles.ts"
import { writeAngleDisc } from "./support/angle-disc.ts"
import { assign, writeCoverageDisc } from "./support/coverage-disc.ts"
import { type LoadedDvd, loadDvd } from "./support/disc.ts"
import { oracleTrace } from "./support/oracle-trace.ts"
import { clip, PLAIN, SETS } from "./support/recipes.ts"
import { ScriptRunner, type TraceLine } from "./support/script-runner.ts"

/* Where this navigator and libdvdnav 6.1 differ by intent: what each does, and who is right by what. */

const own = (disc: LoadedDvd, script: string) => new ScriptRunner(disc).run(script)
const theirs = (disc: LoadedDvd, script: string) => oracleTrace(disc.path, script)
const last = (lines: readonly TraceLine[], type: string) => lines.filter((line) => line.type === type).at(-1)
const of = (lines: readonly TraceLine[], type: string, fact: string) => lines.filter((line) => line.type === type).map((line) => line[fact])

describe.skipIf(!canAuthor || oraclePath("dvdnavtrace") === null)("differences from libdvdnav", () => {
  const folder = mkdtempSync(join(tmpdir(), "opentray-differences-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** A title that is chosen plays. libdvdnav jumps but holds the old still until it is skipped (the oracles' README names it as an oddity). */
  test("title, part out of a still", async () => {
    const disc = await loadDvd(authoredDvd(PLAIN))
    for (const key of ["title 2", "part 1 3"]) {
      const script = `until still\n${key}\nrun 5\nstate\n`
      expect(last(own(disc, script), "paused")).toMatchObject({ why: "blocks" })
      expect(last(own(disc, script), "state")).toMatchObject({ domain: "VTS" })
      expect(last(theirs(disc, script).lines, "paused")).toMatchObject({ why: "still" })
    }
  })

  /**
   * The chain's still comes behind its last cell, and that cell's command belongs to the cell: a command that leaves leaves the still out.
   * libdvdnav adds the chain's still to the cell's and holds both before the command.
   */
  test("a chain's still behind a cell with a command", async () => {
    const recipe: Recipe = {
      name: "still-order",
      clips: [clip("film", 2)],
      xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ jump title 1; }</fpc></vmgm><titleset><titles><pgc pause="9"><vob file="film.mpg">
        <cell start="0" end="1" chapter="1"/><cell start="1" end="-1" chapter="1" pause="2">jump program 1;</cell></vob></pgc></titles></titleset></dvdauthor>`,
    }
    const disc = await loadDvd(authoredDvd(recipe))
    const script = "until still\nstill-skip\nuntil still\n"
    expect(of(own(disc, script), "still", "seconds")).toEqual([2, 2])
    expect(of(theirs(disc, script).lines, "still", "seconds")).toEqual([11, 11])
  })

  /** RSM where no title was left: players do nothing. libdvdnav ends the disc. */
  test("resume without a title to resume", async () => {
    const disc = await loadDvd(authoredDvd(SETS))
    const script = "run 1\nselect 4\nactivate\nrun 1\nselect 1\nactivate\nrun 10\n"
    expect(last(own(disc, script), "paused")).toMatchObject({ why: "blocks" })
    expect(last(theirs(disc, script).lines, "paused")).toMatchObject({ why: "stop" })
  })

  /**
   * SPRM 14 says what screen the player has (bits 11 and 10) and how it shows wide pictures (9 and 8): it is the owner's. libdvdnav writes
   * the aspect of what it plays over the first two and says pan-scan in the others.
   */
  test("the video configuration register", async () => {
    const read = Uint8Array.from([0x61, 0, 0, 2, 0, 0x80 | 14, 0, 0])
    const disc = await loadDvd(writeCoverageDisc(join(folder, "video"), [[assign(2, 0), read]]))
    const script = "run 1\ntitle 1\nrun 1\ntitle 92\nrun 1\nstate\n"
    const part = (lines: readonly TraceLine[]) => Number(last(lines, "state")?.button)
    expect(part(own(disc, script))).toBe((3 << 10) >> 6)
    expect(part(theirs(disc, script).lines)).toBe(0x100 >> 6)
  })

  /** Where the disc names no stream, the player's language does. libdvdnav takes the first stream and leaves the choice to its user. */
  test("the audio stream when the disc chooses none", async () => {
    const disc = await loadDvd(authoredDvd(SETS))
    const audio = (lines: readonly TraceLine[]) => last(lines, "state")?.audio
    for (const [language, stream] of [
      ["en", 0],
      ["fr", 1],
      ["de", 2],
      ["xx", 0],
    ] as const) {
      const script = `lang audio ${language}\nrun 1\ntitle 1\nrun 1\nstate\n`
      expect([audio(own(disc, script)), audio(theirs(disc, script).lines)]).toEqual([stream, 0])
    }
  })

  /** A jump to what is not there is left out and the list goes on; libdvdnav aborts the program that uses it. */
  test("a jump to a title that the disc does not have", async () => {
    const source = authoredDvd(PLAIN)
    const copy = join(folder, "missing")
    cpSync(source, copy, { recursive: true })
    const path = join(copy, "VIDEO_TS", "VIDEO_TS.IFO")
    const ifo = new IfoEditor(new Uint8Array(readFileSync(path)))
    const firstPlay = ifo.u32(0x84)
    const table = firstPlay + ifo.u16(firstPlay + 0xe4)
    const jump = ifo.bytes.subarray(table + 8, table + 16).slice()
    expect(ifo.u16(table)).toBeLessThan(9)
    // JumpTT 99, then what was there.
    ifo.set16(table, ifo.u16(table) + 1)
    ifo.bytes.copyWithin(table + 16, table + 8, table + 8 + 8 * 8)
    ifo.bytes.set([0x30, 0x02, 0, 0, 0, 99, 0, 0], table + 8)
    writeFileSync(path, ifo.bytes)
    expect(jump).toHaveLength(8)
    const disc = await loadDvd(copy)
    const runner = new ScriptRunner(disc)
    expect(last(runner.run("run 1\nstate\n"), "state")).toMatchObject({ domain: "VMGM", blocks: 1 })
    expect(runner.warnings).toEqual(["dvd-jump-missing"])
    expect(theirs(disc, "run 1\nstate\n").outcome).toBe("crashes")
  })

  /**
   * Where a changed angle plays, a position counts from that angle's cell, which begins when the block does. libdvdnav counts from the cell of the
   * angle before, and has no position at all in a cell of a higher angle that was entered by a search.
   */
  test("positions in a block of angles", async () => {
    const disc = await loadDvd(writeAngleDisc(join(folder, "angles"), "seamless"))
    const script = "run 22\nangle 3\nrun 29\nstate\nsector 60\nrun 1\nstate\n"
    // Block 130 of angle 3, whose cell begins at 40; angle 1's, and so the block, at 20.
    expect(of(own(disc, script), "state", "position")).toEqual([20 + 130 - 40, 20])
    expect(of(theirs(disc, script).lines, "state", "position")).toEqual([20 + 130 - 20, undefined])
  })

  /** A program without end: libdvdnav does not come back. Here a key that leads into one does nothing. */
  test("a menu key into a program without end", async () => {
    const recipe: Recipe = {
      name: "endless",
      clips: [clip("film", 1)],
      xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ jump title 1; }</fpc></vmgm><titleset>
        <menus><pgc entry="root"><pre>{ jump menu 2; }</pre></pgc><pgc><pre>{ jump menu 1; }</pre></pgc></menus>
        <titles><pgc><vob file="film.mpg"/></pgc></titles></titleset></dvdauthor>`,
    }
    const disc = await loadDvd(authoredDvd(recipe))
    const runner = new ScriptRunner(disc)
    runner.run("run 10\nmenu root\nrun 10\nstate\n")
    expect(runner.warnings).toEqual(["dvd-program-loops"])
    expect(last(runner.lines, "state")).toMatchObject({ domain: "VTS", blocks: 20 })
    expect(oracleTrace(disc.path, "run 10\nmenu root\nrun 10\nstate\n", 2000).outcome).toBe("hangs")
  })
})
