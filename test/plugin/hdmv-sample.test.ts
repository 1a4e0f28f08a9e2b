import { cpSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { type Disc, type DiscError, ticks } from "../../src/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { rigDiscs, temporaryFolder } from "../disc/bluray/discs.ts"
import { indexFile } from "../navigation/hdmv/support.ts"
import { dataPath, hasData } from "../support/data.ts"
import { sampleBluray } from "../support/samples.ts"
import { FIRST, Player, SECOND } from "./dvd-player.ts"

vi.setConfig({ testTimeout: 60_000 })

const folder = temporaryFolder("hdmv-sample", afterAll)
const open: Disc[] = []
afterAll(() => Promise.all(open.map((disc) => disc.close())))
const opened = async (path: string): Promise<Disc> => {
  const disc = await openDisc(path)
  open.push(disc)
  return disc
}
const at = (seconds: number) => ticks(FIRST + Math.round(seconds * SECOND))

/** The screen is where the next stretch begins. */
async function jumped(player: Player): Promise<number> {
  const { showFrom } = await player.until("discontinuity", ({ flush }) => flush)
  player.session.presented(ticks(showFrom))
  await player.until("position", (item) => item.at >= showFrom)
  return showFrom
}

describe("the sample's own program", () => {
  test("its top menu is preloaded, moves, makes sounds, and leads to a title whose subtitles are shown", async () => {
    const player = new Player((await opened(sampleBluray)).play({ from: "first-play" }))
    const menu = await player.until("highlight", ({ buttons }) => buttons.length > 0)
    expect(menu).toMatchObject({ at: FIRST, selected: 1, planeWidth: 1920 })
    player.session.presented(at(0.5))
    expect(await player.act(player.session.press("down"))).toMatchObject({ outcome: "done", flush: false, highlight: { selected: 2 } })
    const sound = await player.until("sound")
    expect(sound).toMatchObject({ at: at(0.5), sampleRate: 48_000 })
    expect(sound.samples.length).toBeGreaterThan(1000)
    await player.pull()
    const animated = player.all("overlay").filter(({ plane, picture }) => plane === "ig" && picture.bitmaps.length > 0)
    const pictures = animated.map(({ picture }) => Buffer.concat(picture.bitmaps.map(({ indices }) => indices)).toString("base64"))
    expect(new Set(pictures).size).toBeGreaterThan(3)
    await player.act(player.session.press("up"))
    await player.act(player.session.press("enter"))
    player.session.presented(at(2))
    await jumped(player)
    expect(player.last("position")).toMatchObject({ domain: "title", chapter: 1 })
    const streams = player.last("streams")?.streams.filter(({ selected }) => selected)
    expect(streams?.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["video", "audio", "subtitle"]))
    await player.session.close()
  })

  test("a page comes with its effects, and its auto-action hands the selection on", async () => {
    const player = new Player((await opened(sampleBluray)).play({ from: "first-play" }))
    await player.until("highlight", ({ buttons }) => buttons.length > 0)
    player.session.presented(at(0.1))
    await player.act(player.session.press("right"))
    const { highlight } = await player.act(player.session.press("down"))
    expect(highlight?.selected).toBe(6)
    await player.act(player.session.press("enter"))
    // The activated pictures, the effects, the auto-action's program: each when the screen has come to it.
    for (let time = 0.2; time < 3; time += 0.2) {
      player.session.presented(at(time))
      await player.pull(20)
    }
    const { hdmv } = JSON.parse(JSON.stringify(player.session.bookmark())) as { hdmv: { menu: { pageId: number; effect: unknown } } }
    expect(hdmv.menu).toMatchObject({ effect: null })
    expect(hdmv.menu.pageId).toBeGreaterThan(0)
    expect(player.last("highlight")?.buttons.length).toBeGreaterThan(1)
    await player.session.close()
  })
})

const [rig] = rigDiscs()

describe.skipIf(rig === undefined)("a disc whose menu is a Java program", () => {
  test("says so when its menu is asked for, and its titles play", async () => {
    const root = join(folder, "java")
    cpSync(rig?.root ?? "", root, { recursive: true })
    writeFileSync(join(root, "BDMV/index.bdmv"), indexFile(["00000", "00000", 1, 2]))
    const disc = await opened(root)
    for (const options of [{ from: "first-play" }, { menu: "root" }] as const) {
      const player = new Player(disc.play(options))
      const error = await player.pull(20_000).then(
        () => null,
        (thrown: DiscError) => thrown,
      )
      expect(error).toMatchObject({ code: "unsupported", message: expect.stringMatching(/Java.*00000\.bdjo.*titles/) })
    }
    const film = new Player(disc.play({ title: 2 }))
    await film.until("packet", ({ key }) => key)
    const withProgram = new Player(disc.play({ title: 2, program: true }))
    expect(await withProgram.until("position")).toMatchObject({ domain: "title", title: 2 })
    await withProgram.until("packet")
    await expect(withProgram.session.menu("root")).rejects.toMatchObject({ code: "unsupported" })
    await Promise.all([film.session.close(), withProgram.session.close()])
  })
})

test.skipIf(!hasData)("a real Java disc's index gives the same answer", async () => {
  const disc = await opened(dataPath("hdcookbook/xlets/BridgeheadDiscImage/tools/DiscImage"))
  const player = new Player(disc.play({ from: "first-play" }))
  await expect(player.pull(20_000)).rejects.toMatchObject({ code: "unsupported", message: expect.stringMatching(/Java/) })
})
