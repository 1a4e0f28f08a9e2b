import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { type Disc, DiscError, type PacketItem, type PlayOptions, type Source } from "../../src/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { openFolder } from "../../src/source/node/index.ts"
import { authoredDvd, canAuthor, type Recipe } from "../disc/dvd/support/authored.ts"
import { IfoEditor } from "../disc/dvd/support/ifo-editor.ts"
import { clip, GRID, menuClip, PLAIN } from "../navigation/dvd/support/recipes.ts"
import { changedFolder, Player, SECOND } from "./dvd-player.ts"

vi.setConfig({ testTimeout: 60_000 })

const work = mkdtempSync(join(tmpdir(), "opentray-damage-"))
afterAll(() => rmSync(work, { recursive: true, force: true }))
const discs: Disc[] = []
afterAll(() => Promise.all(discs.map((disc) => disc.close())))

/** A copy of an authored disc, whose files `change` damages. */
async function damaged(name: string, change: (videoTs: string) => void, recipe = PLAIN): Promise<Disc> {
  const folder = join(work, name)
  cpSync(authoredDvd(recipe), folder, { recursive: true })
  change(join(folder, "VIDEO_TS"))
  const disc = await openDisc(folder)
  discs.push(disc)
  return disc
}

/** The disc with a range of a file that cannot be read. */
async function scratched(name: string, from: number, to: number): Promise<Disc> {
  const scratch = (path: string, source: Source): Source =>
    path.endsWith(name)
      ? {
          name: source.name,
          size: source.size,
          read: async (offset, length, options) => {
            if (offset < to && offset + length > from) throw new DiscError("read-failed", "a scratch", { path, offset })
            return source.read(offset, length, options)
          },
          close: () => source.close(),
        }
      : source
  const disc = await openDisc(changedFolder(await openFolder(authoredDvd(PLAIN)), scratch))
  discs.push(disc)
  return disc
}

/** Plays until the program leaves the title, comes to its end or waits for a key. */
async function playTitle(disc: Disc, options: PlayOptions): Promise<{ pictures: number; codes: Set<string>; last: string }> {
  const player = new Player(disc.play(options))
  const isOver = () => player.all("position").some(({ domain }) => domain !== "title") || player.last("still") !== undefined
  for (let batches = 0; batches < 2000 && !isOver() && player.last("end") === undefined; batches++) if (!(await player.pull(20_000))) break
  // What comes behind the title was read in the same batch.
  const end = player.all("position").find(({ domain }) => domain !== "title")?.at ?? Number.POSITIVE_INFINITY
  const isPicture = ({ stream, pts, decodeOnly }: PacketItem) => stream === 0 && !decodeOnly && pts !== null && pts < end
  const pictures = player.all("packet").filter(isPicture).length
  const codes = new Set(player.all("warning").map(({ warning }) => warning.code))
  const last = player.last("end") !== undefined ? "end" : (player.last("position")?.domain ?? "nothing")
  await player.session.close()
  return { pictures, codes, last }
}
const TITLE = { title: 1, program: true } as const

describe.skipIf(!canAuthor)("a damaged disc plays what can be played, says what is wrong and never hangs", () => {
  test("a navigation pack is overwritten: its half second is missing", async () => {
    const whole = await playTitle(await damaged("whole", () => {}), TITLE)
    expect(whole).toEqual({ pictures: 200, codes: new Set(), last: "menu" })
    const disc = await damaged("pack", (video) => {
      const path = join(video, "VTS_01_1.VOB")
      const vob = readFileSync(path)
      const packs = Array.from({ length: vob.length / 2048 }, (_, block) => block).filter((block) => vob[block * 2048 + 41] === 0xbf)
      const lost = packs[5] ?? 0
      vob.fill(0xaa, lost * 2048, (lost + 1) * 2048)
      writeFileSync(path, vob)
    })
    const { pictures, codes, last } = await playTitle(disc, TITLE)
    expect(codes).toEqual(new Set(["dvd-navigation-pack-damaged"]))
    expect(last).toBe("menu")
    expect(pictures).toBeGreaterThan(200 - 2 * 15)
    expect(pictures).toBeLessThan(200)
  })

  test.each([
    [60, 64],
    [0, 64],
    [50, 300],
  ])("blocks %i to %i cannot be read", async (from, to) => {
    const disc = await scratched("VTS_01_1.VOB", from * 2048, to * 2048)
    const { pictures, codes, last } = await playTitle(disc, TITLE)
    expect(codes).toContain("unreadable-sectors")
    expect(last).toBe("menu")
    const share = 1 - (to - from + 3 * 32) / 560
    expect(pictures).toBeGreaterThan(200 * share)
    expect(pictures).toBeLessThan(200)
  })

  test("a menu that cannot be read at all: its program still leads on", async () => {
    const disc = await scratched("VIDEO_TS.VOB", 0, 1 << 30)
    const player = new Player(disc.play({ from: "first-play" }))
    expect(await player.until("still")).toMatchObject({ seconds: "until-key" })
    expect(player.all("warning").map(({ warning }) => warning.code)).toContain("unreadable-sectors")
    // No buttons are known; titles can be played.
    expect(await player.session.press("enter")).toMatchObject({ outcome: "done" })
    await player.session.close()
    expect((await playTitle(disc, TITLE)).pictures).toBe(200)
  })

  test("a VOB file is missing, or is cut", async () => {
    const missing = await damaged("missing", (video) => rmSync(join(video, "VTS_01_1.VOB")))
    const none = await playTitle(missing, TITLE)
    expect(none.pictures).toBe(0)
    expect(none.codes).toContain("dvd-navigation-pack-damaged")
    // The other title is whole.
    expect((await playTitle(missing, { title: 2, program: true })).pictures).toBe(50)

    const cut = await damaged("cut", (video) => truncateSync(join(video, "VTS_01_1.VOB"), 300 * 2048))
    const { pictures, codes, last } = await playTitle(cut, TITLE)
    expect(pictures).toBeGreaterThan(60)
    expect(pictures).toBeLessThan(140)
    expect(codes).toContain("dvd-navigation-pack-damaged")
    expect(last).toBe("menu")
  })

  test("a table of an IFO is cut off, in the copy too", async () => {
    const disc = await damaged("table", (video) => {
      for (const name of ["VTS_01_0.IFO", "VTS_01_0.BUP"]) {
        const path = join(video, name)
        const bytes = readFileSync(path)
        // VTS_VOBU_ADMAP and what lies behind it.
        truncateSync(path, new IfoEditor(bytes).table(0xe4) + 4)
      }
    })
    expect(disc.warnings.map(({ code }) => code)).toContain("dvd-table-damaged")
    expect(await playTitle(disc, TITLE)).toMatchObject({ pictures: 200, last: "menu" })
  })

  test("a program that jumps to what does not exist goes on behind the jump", async () => {
    const disc = await damaged("jump", (video) => {
      const path = join(video, "VTS_01_0.IFO")
      const ifo = new IfoEditor(readFileSync(path))
      const chain = ifo.chain(1)
      const commands = chain + ifo.u16(chain + 0xe4)
      // The first command behind the title: JumpVTS_TT 77.
      ifo.bytes.set([0x30, 0x03, 0, 0, 0, 77, 0, 0], commands + 8 + ifo.u16(commands) * 8)
      writeFileSync(path, ifo.bytes)
    })
    const { pictures, codes, last } = await playTitle(disc, TITLE)
    expect(pictures).toBe(200)
    expect(codes).toEqual(new Set(["dvd-jump-missing"]))
    expect(last).toBe("end")
  })

  const LOOPS: Recipe = {
    name: "loops",
    clips: [clip("film", 2), menuClip("menu", GRID)],
    xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ jump vmgm menu 1; }</fpc><menus><pgc entry="title"><pre>{ jump vmgm menu 2; }</pre></pgc>
      <pgc><pre>{ g1 = g1 + 1; jump vmgm menu 1; }</pre></pgc></menus></vmgm>
      <titleset><menus><pgc entry="root"><pre>{ jump vmgm menu 1; }</pre></pgc><pgc entry="audio" pause="inf"><vob file="menu.mpg"/><button name="1">{ jump menu 1; }</button>
        <button name="2">{ resume; }</button><button name="3">{ resume; }</button><button name="4">{ resume; }</button></pgc></menus><titles><pgc><vob file="film.mpg"/><post>{ jump cell 1; }</post></pgc></titles></titleset></dvdauthor>`,
  }

  test("a program in circles: at first play an error with a name, under a key a warning", async () => {
    const disc = await damaged("loops", () => {}, LOOPS)
    await expect(new Player(disc.play({ from: "first-play" })).until("packet")).rejects.toMatchObject({ code: "limit" })
    const player = new Player(disc.play(TITLE))
    const first = await player.until("packet")
    player.session.presented(first.pts ?? (0 as never))
    expect(await player.session.menu("title")).toMatchObject({ outcome: "refused", by: "no-menu" })
    await player.watch(10 * SECOND, 11 * SECOND)
    expect(player.all("warning").map(({ warning }) => warning.code)).toContain("dvd-program-loops")
    expect(player.packets).toBeGreaterThan(20)
    // A button that leads there does nothing; the one beside it does what it says.
    expect(await player.act(player.session.menu("audio"))).toMatchObject({ outcome: "done" })
    player.session.presented((await player.until("highlight")).at)
    expect(await player.session.press("enter")).toEqual({ outcome: "nothing", flush: false })
    expect(await player.session.press("right")).toMatchObject({ outcome: "done" })
    expect(await player.act(player.session.press("enter"))).toMatchObject({ outcome: "done", flush: true })
    expect(await player.until("position", ({ domain }) => domain === "title")).toMatchObject({ title: 1 })
    await player.session.close()
  })

  test("a program in circles through a cell that cannot be read", async () => {
    const disc = await damaged("void", (video) => rmSync(join(video, "VTS_01_1.VOB")), LOOPS)
    await expect(new Player(disc.play(TITLE)).until("packet")).rejects.toMatchObject({ code: "damaged" })
  })
})
