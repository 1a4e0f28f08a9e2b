import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { type Disc, DiscError, type Folder, type PlayOptions, type Source, ticks, type WatchedItem } from "../../src/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { openFile, openFolder } from "../../src/source/node/index.ts"
import { authoredDvd, canAuthor, type Recipe } from "../disc/dvd/support/authored.ts"
import { assign, writeCoverageDisc } from "../navigation/dvd/support/coverage-disc.ts"
import { seededRandom } from "../navigation/dvd/support/random-script.ts"
import { clip, DEPENDS, SETS, STILLS } from "../navigation/dvd/support/recipes.ts"
import { sampleDvd } from "../support/samples.ts"
import { changedFolder, counted, FIRST, Player, SECOND } from "./dvd-player.ts"

vi.setConfig({ testTimeout: 60_000 })

const open: Disc[] = []
afterAll(() => Promise.all(open.map((disc) => disc.close())))

async function opened(input: string | Source | Folder): Promise<Disc> {
  const disc = await openDisc(input)
  open.push(disc)
  return disc
}

const sample = await opened(sampleDvd)
const play = (options: PlayOptions, disc = sample): Player => new Player(disc.play(options))
const at = (seconds: number) => ticks(FIRST + Math.round(seconds * SECOND))
/** Feed times in seconds since the first picture. */
const seconds = (feedTime: number) => (feedTime - FIRST) / SECOND

/** A player whose screen shows `shown` seconds of the sample from its first play on; the main menu begins at 4 and loops each 5. */
async function firstPlay(shown: number, aheadSeconds = 1, disc = sample): Promise<Player> {
  const player = play({ from: "first-play", aheadSeconds }, disc)
  await player.until("position")
  await player.watch(FIRST, at(shown))
  player.session.presented(at(shown))
  await player.settle()
  return player
}

describe("first play", () => {
  test("begins a stretch, says what plays and what is forbidden, and comes to the menu by itself", async () => {
    const player = play({ from: "first-play" })
    const menu = await player.until("highlight", ({ buttons }) => buttons.length > 0)
    expect(player.items[0]).toEqual({ type: "discontinuity", at: FIRST, flush: false, showFrom: FIRST })
    expect(player.items[1]).toMatchObject({ type: "streams", at: FIRST })
    expect(player.all("position")[0]).toMatchObject({ at: FIRST, domain: "menu", title: null, time: 0 })
    expect(player.all("allowed")[0]).toEqual({ type: "allowed", at: FIRST, operations: [] })
    expect(seconds(menu.at)).toBeCloseTo(4, 1)
    expect(menu).toMatchObject({ planeWidth: 720, planeHeight: 576, selected: 1 })
    expect(menu.buttons).toHaveLength(6)
    expect(menu.buttons[0]?.selectedPalette).toHaveLength(16)
    expect(player.last("allowed")?.operations).toEqual(expect.arrayContaining(["activate-button", "menu-root"]))
    // Over the intro's end into the menu nothing is torn down.
    expect(player.all("discontinuity").every(({ flush }) => !flush)).toBe(true)
    const overlay = await player.until("overlay", ({ picture }) => picture.bitmaps.length > 0)
    expect(overlay.at).toBeGreaterThanOrEqual(menu.at - SECOND / 10)
    await player.session.close()
  })

  test("a menu's picture stays for the whole of each round: the end of the round's before is void", async () => {
    const player = await firstPlay(13.5)
    const rounds = player.all("overlay").filter(({ at }) => seconds(at) > 4.1)
    expect(rounds.map(({ at, picture }) => [Math.round(seconds(at)), picture.bitmaps.length])).toEqual([
      [9, 1],
      [14, 1],
    ])
  })

  test("keys that the disc forbids are refused and say by whom", async () => {
    const player = await firstPlay(1)
    const packets = player.packets
    for (const answer of [
      player.session.menu("root"),
      player.session.press("next"),
      player.session.seek(3),
      player.session.press("previous"),
    ])
      expect(await answer).toEqual({ outcome: "refused", by: "uop-pgc", flush: false })
    expect(await player.session.press("enter")).toEqual({ outcome: "nothing", flush: false })
    await player.settle()
    expect(player.packets).toBe(packets)
    await player.session.close()
  })
})

describe("arrow keys", () => {
  test("change the highlight at once and read nothing again", async () => {
    const file = counted(await openFile(sampleDvd))
    const disc = await opened(file.source)
    const player = await firstPlay(5, 1, disc)
    const [reads, packets] = [file.reads(), player.packets]
    for (const [key, selected] of [
      ["down", 2],
      ["down", 3],
      ["up", 2],
    ] as const) {
      const before = player.items.length
      const answer = await player.act(player.session.press(key))
      expect(answer).toMatchObject({ outcome: "done", flush: false, highlight: { at: at(5), selected } })
      await player.settle()
      expect(player.items.slice(before).map(({ type }) => type)).toEqual(expect.arrayContaining(["highlight"]))
      expect(player.buttonsAt(at(5))?.selected).toBe(selected)
    }
    expect([file.reads(), player.packets]).toEqual([reads, packets])
    const { x, y } = answerButton(player, 5)
    expect(await player.session.point(x + 1, y + 1)).toMatchObject({ outcome: "done", flush: false, highlight: { selected: 5 } })
    expect(await player.session.point(1, 1)).toEqual({ outcome: "nothing", flush: false })
    await player.session.close()
  })

  test("act on what is on the screen, not on what was read ahead", async () => {
    const player = await firstPlay(3, 4)
    expect(player.last("highlight")?.buttons.length, "the menu was read ahead").toBe(6)
    expect(await player.session.press("down")).toEqual({ outcome: "nothing", flush: false })
    expect(await player.session.press("next")).toEqual({ outcome: "refused", by: "uop-pgc", flush: false })
    player.session.presented(at(4.5))
    expect(await player.act(player.session.press("down"))).toMatchObject({ outcome: "done", highlight: { selected: 2 } })
    await player.session.close()
  })

  test("pressed before a loop's join was shown, hold behind it", async () => {
    const file = counted(await openFile(sampleDvd))
    const player = await firstPlay(8.5, 4, await opened(file.source))
    const reads = file.reads()
    const loop = player.last("highlight", (item) => seconds(item.at) > 8.9)
    expect(loop?.selected, "the menu's second round was read with the first button").toBe(1)
    expect(await player.act(player.session.press("down"))).toMatchObject({ outcome: "done", flush: false })
    await player.settle()
    expect(player.buttonsAt(at(8.6))?.selected).toBe(2)
    expect(player.buttonsAt(at(9.5))?.selected).toBe(2)
    expect(file.reads()).toBe(reads)
    player.session.presented(at(9.6))
    expect(await player.act(player.session.press("down"))).toMatchObject({ highlight: { selected: 3 } })
    await player.session.close()
  })
})

const answerButton = (player: Player, number: number) => {
  const button = player.last("highlight")?.buttons[number - 1]
  if (button === undefined) throw new Error(`no button ${number}`)
  return button
}

describe("jumps", () => {
  test("a button's: the old stretch is void, the new one begins behind it", async () => {
    const player = await firstPlay(5)
    expect(await player.act(player.session.press("enter"))).toEqual({ outcome: "done", flush: true })
    const start = await player.until("discontinuity")
    expect(start).toMatchObject({ flush: true })
    expect(start.showFrom).toBeGreaterThan(at(6))
    expect(await player.until("position")).toMatchObject({ at: start.showFrom, domain: "title", title: 1, chapter: 1, time: 0 })
    const picture = await player.until("packet", ({ key, stream }) => key && stream === 0)
    expect(picture.pts).toBeGreaterThanOrEqual(start.showFrom)
    expect(player.all("overlay").every(({ picture: { bitmaps } }) => bitmaps.length === 0)).toBe(true)
    await player.session.close()
  })

  test("a key that is pressed before the new stretch was pulled is told behind its beginning", async () => {
    const player = await firstPlay(5)
    expect(await player.act(player.session.press("enter"))).toMatchObject({ flush: true })
    expect(await player.session.press("subtitle")).toMatchObject({ outcome: "done", flush: false })
    await player.until("packet")
    expect(player.items.map(({ type }) => type).slice(0, 2)).toEqual(["discontinuity", "streams"])
    await player.session.close()
  })

  test("the menu key from a title, and back to where it was left", async () => {
    const player = play({ title: 2, chapter: 2, program: true })
    const first = await player.until("position")
    expect(first).toMatchObject({ domain: "title", title: 2, chapter: 2, time: 6 })
    await player.watch(first.at, first.at + 2 * SECOND)
    expect(await player.act(player.session.menu("root"))).toEqual({ outcome: "done", flush: true })
    expect(await player.until("position")).toMatchObject({ domain: "menu", title: null })
    const menu = await player.until("highlight", ({ buttons }) => buttons.length > 0)
    player.session.presented(menu.at)
    // "Go on": the title's program knows that it was left.
    expect(await player.act(player.session.press("enter"))).toEqual({ outcome: "done", flush: true })
    const back = await player.until("position")
    expect(back).toMatchObject({ domain: "title", title: 2, chapter: 2 })
    expect(back.time).toBeGreaterThan(7)
    expect(back.time).toBeLessThanOrEqual(8)
    await player.session.close()
  })

  test("a session can begin in a menu, with registers as first play leaves them", async () => {
    for (const menu of ["title", "root"] as const) {
      const player = play({ menu })
      expect(await player.until("position")).toMatchObject({ domain: "menu" })
      const { buttons } = await player.until("highlight", (item) => item.buttons.length > 0)
      expect(buttons).toHaveLength(6)
      await player.session.close()
    }
  })

  test("a menu that there is not", async () => {
    const player = await firstPlay(5)
    expect(await player.session.menu("angle")).toEqual({ outcome: "refused", by: "no-menu", flush: false })
    await player.session.close()
  })

  test("seek shows the moment asked for; chapter, next and previous go where the disc has them", async () => {
    const player = play({ title: 1, program: true })
    await player.until("position")
    for (const target of [20.5, 3.2, 35.9, 0]) {
      expect(await player.act(player.session.seek(target))).toMatchObject({ outcome: "done", flush: true })
      const start = await player.until("discontinuity")
      const position = await player.until("position")
      expect(position.at).toBe(start.showFrom)
      expect(position.time).toBeCloseTo(target, 1)
      const shown = await player.until("packet", ({ stream, decodeOnly }) => stream === 0 && !decodeOnly)
      expect(Math.abs((shown.pts ?? 0) - start.showFrom)).toBeLessThanOrEqual(3 * 3600)
    }
    const starts = sample.info.titles[0]?.chapters.map((chapter) => chapter.start) ?? []
    for (const [answer, chapter] of [
      [() => player.session.chapter(3), 3],
      [() => player.session.press("next"), 4],
      [() => player.session.press("previous"), 3],
    ] as const) {
      expect(await player.act(answer())).toMatchObject({ outcome: "done", flush: true })
      expect(await player.until("position")).toMatchObject({ chapter, time: starts[chapter - 1] })
    }
    expect(await player.session.chapter(9)).toEqual({ outcome: "nothing", flush: false })
    expect(await player.session.seek(99)).toEqual({ outcome: "nothing", flush: false })
    await expect(player.session.seek(Number.NaN)).rejects.toMatchObject({ code: "bad-argument" })
    await player.session.close()
  })
})

describe("streams", () => {
  const selected = (player: Player, kind: string) =>
    player.last("streams")?.streams.flatMap((stream) => (stream.kind === kind && stream.selected ? [stream.number] : []))

  test("another sound goes on at the same moment", async () => {
    const player = play({ title: 1, program: true })
    const first = await player.until("position")
    await player.watch(first.at, first.at + 3 * SECOND)
    const ids = new Set(player.all("packet").map(({ stream }) => stream))
    expect(ids.size).toBe(2)
    expect(await player.act(player.session.select({ audio: 2 }))).toEqual({ outcome: "done", flush: true })
    const start = await player.until("discontinuity")
    const position = await player.until("position")
    expect(position).toMatchObject({ at: start.showFrom, title: 1 })
    expect(position.time).toBeCloseTo(3, 1)
    expect(selected(player, "audio")).toEqual([2])
    const french = player.last("streams")?.streams.find(({ kind, number }) => kind === "audio" && number === 2)?.index
    const sound = await player.until("packet", ({ stream }) => stream === french)
    expect(Math.abs((sound.pts ?? 0) - start.showFrom)).toBeLessThan(SECOND / 5)
    expect(await player.act(player.session.press("audio"))).toMatchObject({ outcome: "done", flush: true })
    await player.until("packet")
    expect(selected(player, "audio")).toEqual([1])
    await expect(player.session.select({ audio: 7 })).rejects.toMatchObject({ code: "not-found" })
    expect(selected(player, "audio")).toEqual([1])
    await player.session.close()
  })

  test("a subtitle that is switched on shows what is due, and reads nothing again", async () => {
    const whole = play({ title: 1, program: true, subtitle: 1 })
    const words = await whole.until("overlay", ({ picture }) => picture.bitmaps.length > 0)
    await whole.session.close()
    const file = counted(await openFile(sampleDvd))
    const player = play({ title: 1, program: true, subtitle: null }, await opened(file.source))
    await player.until("position")
    const moment = words.at + SECOND / 2
    await player.watch(FIRST, moment)
    await player.settle()
    const [reads, packets] = [file.reads(), player.packets]
    expect(player.all("overlay").filter(({ picture }) => picture.bitmaps.length > 0)).toEqual([])
    expect(await player.act(player.session.select({ subtitle: 1 }))).toEqual({ outcome: "done", flush: false })
    await player.settle()
    expect([file.reads(), player.packets]).toEqual([reads, packets])
    const shown = player.all("overlay").find(({ picture }) => picture.bitmaps.length > 0)
    expect(shown?.picture).toEqual(words.picture)
    expect(shown?.at).toBeLessThanOrEqual(moment)
    expect(shown?.at).toBeGreaterThan(words.at)
    expect(selected(player, "subtitle")).toEqual([1])
    expect(await player.act(player.session.select({ subtitle: null }))).toEqual({ outcome: "done", flush: false })
    await player.settle()
    expect(player.last("overlay")?.picture.bitmaps).toEqual([])
    expect(selected(player, "subtitle")).toEqual([])
    await player.session.close()
  })

  test("keys go round the subtitles and through none", async () => {
    const player = play({ title: 1, program: true, subtitle: null })
    const first = await player.until("position")
    player.session.presented(first.at)
    const seen: unknown[] = []
    for (let press = 0; press < 4; press++) {
      expect(await player.act(player.session.press("subtitle"))).toMatchObject({ outcome: "done", flush: false })
      await player.settle()
      seen.push(selected(player, "subtitle"))
    }
    expect(seen).toEqual([[1], [2], [], [1]])
    await player.session.close()
  })

  test("another angle is played from its next unit on, at the same time of the title", async () => {
    const player = play({ title: 3, program: true })
    const first = await player.until("position")
    expect(first).toMatchObject({ angle: 1 })
    await player.watch(first.at, first.at + 4 * SECOND)
    const before = player.packets
    const answer = await player.act(player.session.select({ angle: 2 }))
    expect(answer.outcome).toBe("done")
    const position = await player.until("position", ({ angle }) => angle === 2)
    expect(position.time).toBeGreaterThanOrEqual(3)
    expect(position.time).toBeLessThan(6)
    await player.until("packet")
    expect(player.packets).toBeGreaterThan(before)
    await expect(player.session.select({ angle: 4 })).rejects.toMatchObject({ code: "not-found" })
    await player.session.close()
    const none = play({ title: 1, program: true })
    await none.until("position")
    expect(await none.session.press("angle")).toEqual({ outcome: "nothing", flush: false })
    await none.session.close()
  })
})

/** A sub-picture from 0.2 to 1.6 s over a still of 2 s behind the first second. */
const HELD: Recipe = {
  name: "held",
  clips: [clip("film", 3, { subpictures: [{ stream: 0, start: "00:00:00.20", end: "00:00:01.60" }] })],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ subtitle = 64; jump title 1; }</fpc></vmgm><titleset><titles><subpicture lang="en"/><pgc><vob file="film.mpg">
    <cell start="0" end="1" chapter="1" pause="2"/><cell start="1" end="-1" program="1"/></vob></pgc></titles></titleset></dvdauthor>`,
}

describe.skipIf(!canAuthor)("on authored discs", () => {
  const folder = mkdtempSync(join(tmpdir(), "opentray-session-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test("a button that changes where the program goes drops what was read ahead, and goes on at the same moment", async () => {
    const player = play({ from: "first-play", aheadSeconds: 3 }, await opened(authoredDvd(DEPENDS)))
    await player.until("position")
    player.session.presented(at(1.2))
    await player.settle()
    expect(player.last("highlight")?.at, "the menu's second round was read").toBeGreaterThan(at(1.9))
    expect(await player.act(player.session.press("right"))).toMatchObject({ outcome: "done", flush: true })
    const start = await player.until("discontinuity")
    const position = await player.until("position")
    expect(position.at).toBe(start.showFrom)
    expect(position.time).toBeCloseTo(1.2, 1)
    expect(player.buttonsAt(start.showFrom)).toMatchObject({ selected: 2 })
    await player.watch(start.showFrom, start.showFrom + 4 * SECOND)
    // 0.8 s of this menu, then the other one, which holds.
    const still = player.last("still")
    expect(still).toMatchObject({ seconds: "until-key" })
    expect(((still?.at ?? 0) - start.showFrom) / SECOND).toBeCloseTo(2.8, 1)
    // The same key where the program goes the same way keeps what was read.
    await player.session.close()
    const same = play({ from: "first-play", aheadSeconds: 3 }, await opened(authoredDvd(DEPENDS)))
    await same.until("position")
    same.session.presented(at(1.2))
    await same.settle()
    expect(await same.act(same.session.press("down"))).toMatchObject({ outcome: "done", flush: false, highlight: { selected: 3 } })
    await same.session.close()
  })

  test("a timed still ends by itself while the screen goes on, and one without end hands out positions", async () => {
    const player = play({ from: "first-play" }, await opened(authoredDvd(STILLS)))
    player.session.presented(FIRST)
    const still = await player.until("still")
    expect(still.seconds).toBe(2)
    expect(seconds(still.at)).toBeGreaterThan(0.7)
    expect(seconds(still.at)).toBeLessThan(1.1)
    player.session.presented(ticks(still.at + SECOND / 2))
    await player.settle()
    const packets = player.packets
    expect(player.last("position")?.at).toBe(still.at + 1.5 * SECOND)
    await player.settle()
    expect(player.packets, "nothing is read while the still has time").toBe(packets)
    player.session.presented(ticks(still.at + 1.5 * SECOND))
    const next = await player.until("packet", ({ stream, decodeOnly }) => stream === 0 && !decodeOnly)
    expect(((next.pts ?? 0) - still.at) / SECOND).toBeCloseTo(2, 1)
    // Cell 4 holds until a key.
    await player.watch(still.at + 1.5 * SECOND, still.at + 14 * SECOND)
    const endless = player.last("still")
    expect(endless?.seconds).toBe("until-key")
    const positions = player.all("position").filter((item) => item.at > (endless?.at ?? 0))
    expect(positions.length).toBeGreaterThan(2)
    expect(positions.every(({ time }) => time === positions[0]?.time)).toBe(true)
    expect(await player.act(player.session.press("enter"))).toMatchObject({ outcome: "done", flush: true })
    await player.until("packet")
    await player.session.close()
  })

  test("a key ends a timed still", async () => {
    const player = play({ from: "first-play" }, await opened(authoredDvd(STILLS)))
    const still = await player.until("still")
    player.session.presented(ticks(still.at + SECOND / 4))
    expect(await player.act(player.session.press("enter"))).toMatchObject({ outcome: "done", flush: true })
    const start = await player.until("discontinuity")
    expect((await player.until("position")).time).toBeCloseTo(seconds(still.at), 1)
    expect((await player.until("packet", ({ key, stream }) => key && stream === 0)).pts).toBeGreaterThanOrEqual(start.showFrom)
    await player.session.close()
  })

  test("a still puts off the end of the words over it", async () => {
    const player = play({ from: "first-play", aheadSeconds: 20 }, await opened(authoredDvd(HELD)))
    await player.until("end")
    const overlays = player.all("overlay")
    const shown = overlays.find(({ picture }) => picture.bitmaps.length > 0)
    const gone = overlays.find((item) => item.at > (shown?.at ?? 0) && item.picture.bitmaps.length === 0)
    expect(seconds(shown?.at ?? 0)).toBeCloseTo(0.2, 1)
    expect(seconds(gone?.at ?? 0)).toBeCloseTo(3.6, 1)
    await player.session.close()
  })

  test("the navigation timer takes the viewer away when its time on the screen is over", async () => {
    // SetNVTMR 3 s, PGC 91; the title is a second long and holds.
    const timer = Uint8Array.from([0x52, 0, 0, 3, 0, 91, 0, 0])
    const disc = await opened(writeCoverageDisc(join(folder, "timer"), [[timer], [assign(2, 0)]]))
    const player = play({ title: 1, program: true }, disc)
    const still = await player.until("still")
    expect(still).toMatchObject({ seconds: "until-key" })
    player.session.presented(at(1.5))
    await player.settle()
    expect(player.all("position").every(({ title }) => title === 1)).toBe(true)
    await player.watch(at(1.5), at(4))
    const away = player.last("still")
    expect(seconds(away?.at ?? 0)).toBeCloseTo(4, 1)
    expect(player.last("position", ({ at: from }) => seconds(from) > 3)?.title).not.toBe(1)
    expect(player.all("discontinuity").filter(({ flush }) => flush)).toEqual([])
    await player.session.close()
  })

  test("menu languages, screens and preferences are the player's", async () => {
    const disc = await opened(authoredDvd(SETS))
    const french = play({ from: "first-play", preferences: { menuLanguage: "fr-CA", audioLanguage: "de" } }, disc)
    expect(await french.until("position")).toMatchObject({ domain: "menu" })
    await french.until("highlight", ({ buttons }) => buttons.length === 2)
    await french.session.close()
    const german = play({ title: 1, program: true, preferences: { audioLanguage: "de" } }, disc)
    const { streams } = await german.until("streams")
    expect(streams.filter(({ kind, selected }) => kind === "audio" && selected).map(({ language }) => language)).toEqual(["de"])
    await german.session.close()
  })

  test("what a navigation pack forbids is refused by it", async () => {
    const forbids = changedFolder(await openFolder(authoredDvd(DEPENDS)), (path, source) =>
      path.endsWith(".VOB") ? forbidding(source) : source,
    )
    const player = play({ from: "first-play" }, await opened(forbids))
    await player.until("highlight")
    player.session.presented(at(0.2))
    expect(await player.session.press("down")).toEqual({ outcome: "refused", by: "uop-vobu", flush: false })
    await player.session.close()
  })
})

/** All user operations forbidden in each navigation pack. */
function forbidding(source: Source): Source {
  return {
    ...source,
    name: source.name,
    size: source.size,
    read: async (offset, length, options) => {
      const bytes = (await source.read(offset, length, options)).slice()
      for (let at = 0; at + 2048 <= bytes.length; at += 2048) {
        if (bytes[at + 38 + 3] === 0xbf && bytes[at + 14 + 3] === 0xbb) bytes.fill(0xff, at + 0x2d + 8, at + 0x2d + 12)
      }
      return bytes
    },
    close: () => source.close(),
  }
}

describe("a session", () => {
  test("uses feed time once and never goes back, over 200 random keys", async () => {
    const random = seededRandom(7)
    const below = (count: number) => Math.floor(random() * count)
    const player = play({ from: "first-play" })
    let now = at(4.5)
    await player.until("position")
    let flushes = 0
    for (let key = 0; key < 200; key++) {
      player.session.presented(now)
      // The player throws where feed time is used twice.
      await player.pull(5)
      if (random() < 0.5) {
        now = ticks(now + below(SECOND))
        continue
      }
      const { session } = player
      const keys = [
        () => session.press("down"),
        () => session.press("right"),
        () => session.press("enter"),
        () => session.press("next"),
        () => session.press("return"),
        () => session.press("audio"),
        () => session.press("subtitle"),
        () => session.press("angle"),
        () => session.menu("title"),
        () => session.menu("root"),
        () => session.seek(below(12)),
        () => session.point(below(720), below(576), true),
      ]
      const answer = await player.act(keys[below(keys.length)]?.() ?? session.press("up"))
      if (!answer.flush) continue
      flushes++
      const { showFrom } = await player.until("discontinuity", ({ flush }) => flush)
      expect(showFrom).toBeGreaterThan(now)
      now = showFrom
    }
    expect(flushes).toBeGreaterThan(20)
    expect(player.packets).toBeGreaterThan(1000)
    await player.session.close()
  })

  test("reads no further ahead than it may, and goes on when the screen does", async () => {
    const player = play({ title: 1, program: true, aheadSeconds: 2 })
    await player.until("position")
    player.session.presented(FIRST)
    await player.settle()
    const highest = () => Math.max(...player.all("packet").map(({ pts }) => pts ?? 0))
    expect(seconds(highest())).toBeGreaterThan(1.9)
    expect(seconds(highest())).toBeLessThan(3.5)
    player.session.presented(at(3))
    await player.settle()
    expect(seconds(highest())).toBeGreaterThan(4.9)
    await player.session.close()
  })

  test("has one puller; watchers get the latest state and no packets", async () => {
    const player = await firstPlay(5)
    const early: WatchedItem[] = []
    const stop = player.session.watch((item) => early.push(item))
    expect(new Set(early.map(({ type }) => type))).toEqual(new Set(["position", "highlight", "allowed", "streams"]))
    // The player of this test has a pull of its own waiting.
    await expect(player.session.batch()).rejects.toMatchObject({ code: "bad-argument" })
    await player.session.press("down")
    await player.settle()
    expect(early.at(-1)).toMatchObject({ type: "highlight", selected: 2 })
    stop()
    const told = early.length
    await player.session.press("down")
    await player.settle()
    expect(early).toHaveLength(told)
    await player.session.close()
  })

  test("closes within 100 ms, in the middle of a read too, and gives its files back", async () => {
    const files = () => readdirSync("/proc/self/fd").length
    const folder = process.platform === "linux" && canAuthor ? authoredDvd(STILLS) : null
    const disc = await opened(folder ?? sampleDvd)
    const before = folder === null ? 0 : files()
    const player = play({ from: "first-play" }, disc)
    await player.until("packet")
    if (folder !== null) expect(files()).toBeGreaterThan(before)
    const started = performance.now()
    await player.session.close()
    expect(performance.now() - started).toBeLessThan(100)
    if (folder !== null) expect(files()).toBe(before)
    expect(await player.session.press("enter")).toEqual({ outcome: "nothing", flush: false })
    expect(await player.session.batch()).toBeNull()

    const file = await openFile(sampleDvd)
    let hangs = false
    const slow: Source = {
      name: file.name,
      size: file.size,
      read: (offset, length, options) =>
        hangs
          ? new Promise((_, reject) => options?.signal?.addEventListener("abort", () => reject(new DiscError("aborted", "given up"))))
          : file.read(offset, length, options),
      close: () => file.close(),
    }
    const hanging = play({ from: "first-play" }, await opened(slow))
    hangs = true
    const pull = hanging.session.batch().then(async (first) => (first === null ? null : hanging.session.batch()))
    await new Promise((resolve) => setTimeout(resolve, 50))
    const again = performance.now()
    await hanging.session.close()
    expect(await pull).toBeNull()
    expect(performance.now() - again).toBeLessThan(100)
    hangs = false
  })

  test("that cannot begin tells its puller once; a key before that is no error", async () => {
    const session = sample.play({ menu: "angle" })
    expect(await session.press("enter")).toEqual({ outcome: "nothing", flush: false })
    await expect(session.batch()).rejects.toMatchObject({ code: "not-found" })
    expect(await session.batch()).toBeNull()
    const missing = sample.play({ title: 9, program: true })
    await expect(missing.batch()).rejects.toBeInstanceOf(DiscError)
    const loop = async () => {
      for await (const item of sample.play({ from: "first-play" })) if (item.type === "packet") return item
      return null
    }
    expect(await loop()).not.toBeNull()
  })
})
