import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { type Bookmark, type Disc, type Folder, type Key, type PlayOptions, type Source, ticks } from "../../src/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { openFolder } from "../../src/source/node/index.ts"
import { rigDiscs, temporaryFolder } from "../disc/bluray/discs.ts"
import type { MadeMenu } from "../graphics/support/ig-author.ts"
import { asm, chanceOf, encode } from "../navigation/hdmv/support.ts"
import { changedFolder, counted, FIRST, Player, SECOND } from "./dvd-player.ts"
import { type MadeDisc, writeDisc } from "./hdmv-disc.ts"

vi.setConfig({ testTimeout: 60_000 })

const [rig] = rigDiscs()
const folder = temporaryFolder("hdmv-session", afterAll)
const open: Disc[] = []
afterAll(() => Promise.all(open.map((disc) => disc.close())))

async function opened(input: string | Source | Folder): Promise<Disc> {
  const disc = await openDisc(input)
  open.push(disc)
  return disc
}

const made = (name: string, disc: MadeDisc): string => writeDisc(rig?.root ?? "", join(folder, name), disc)
const at = (seconds: number) => ticks(FIRST + Math.round(seconds * SECOND))

/** The screen shows `shown` seconds after the session's first picture, and all that may be read ahead was pulled. */
async function shows(disc: Disc, shown: number, options: PlayOptions = { from: "first-play" }): Promise<Player> {
  const player = new Player(disc.play(options))
  await player.until("position")
  for (let time = 0; time < shown; time += 0.5) {
    player.session.presented(at(time))
    await player.pull(20)
  }
  player.session.presented(at(shown))
  await player.settle()
  return player
}

/** An act after which the screen is where the new stretch begins. */
async function acted(player: Player, answer: ReturnType<Player["session"]["press"]>): Promise<number> {
  expect(await player.act(answer)).toMatchObject({ outcome: "done", flush: true })
  const { showFrom } = await player.until("discontinuity")
  player.session.presented(ticks(showFrom))
  await player.settle()
  return showFrom
}

const button = (player: Player, time: number) => player.buttonsAt(time)?.selected

/** A film's menu call is kept for `resume`. */
const filmOf = (playlist: number) => ({ commands: [asm.play(playlist), asm.jumpTitle(0)] })
const stillOn = encode({ count: 0, group: 2, sub: 1, set: 8 })
const stillOff = encode({ count: 0, group: 2, sub: 1, set: 9 })
const column = (id: number, count: number) => ({ id, x: 100, y: 100 + id * 60, up: id === 1 ? count : id - 1, down: (id % count) + 1 })

/** Page 0: to the film, to page 1, a picture that is held, and on; page 1 forbids the menu call and "up". */
const MENU: MadeMenu = {
  pages: [
    {
      id: 0,
      rate: 2,
      selected: 1,
      groups: [
        { buttons: [{ ...column(1, 4), normal: 0, selected: [1, 3, true], activated: [4, 6], commands: [asm.jumpTitle(1)] }] },
        { buttons: [{ ...column(2, 4), normal: 7, selected: 8, activated: 9, commands: [asm.add(5, 1), asm.buttonPage(9, 1)] }] },
        { buttons: [{ ...column(3, 4), normal: 10, selected: 11, activated: 12, commands: [stillOn] }] },
        { buttons: [{ ...column(4, 4), normal: 13, selected: 14, activated: 15, commands: [stillOff] }] },
      ],
    },
    {
      id: 1,
      selected: 9,
      mask: [0x80, 0x02, 0, 0, 0, 0, 0, 0],
      groups: [{ buttons: [{ id: 9, x: 600, y: 300, normal: 16, selected: 17, activated: 18, commands: [asm.buttonPage(2, 0)] }] }],
    },
  ],
}
const OBJECTS = [filmOf(0), filmOf(1), filmOf(2)]
/** The menu's clip plays in a loop. */
const LOOP: MadeDisc = { menu: MENU, objects: OBJECTS, playlists: { 0: { still: [null] } } }

describe.skipIf(rig === undefined)("a menu over a still", () => {
  const root = made("still", { menu: MENU, objects: OBJECTS })

  test("first play comes to the menu, whose buttons are told with their places and neighbours", async () => {
    const player = await shows(await opened(root), 1)
    expect(player.items[0]).toMatchObject({ type: "streams", at: FIRST })
    expect(player.items[1]).toEqual({ type: "discontinuity", at: FIRST, flush: false, showFrom: FIRST })
    expect(player.all("position")[0]).toMatchObject({ at: FIRST, domain: "menu", title: null, chapter: null, time: 0 })
    const shown = player.last("highlight")
    expect(shown).toMatchObject({ at: at(0.1), planeWidth: 1920, planeHeight: 1080, selected: 1 })
    expect(shown?.buttons.map(({ number, x, y, up, down }) => [number, x, y, up, down])).toEqual([
      [1, 100, 160, 4, 2],
      [2, 100, 220, 1, 3],
      [3, 100, 280, 2, 4],
      [4, 100, 340, 3, 1],
    ])
    // The selected button's three pictures, each for two of the film's.
    const drawn = player.all("overlay").filter(({ plane, picture }) => plane === "ig" && picture.bitmaps.length > 0)
    expect(drawn.slice(0, 4).map((item) => item.at - at(0.1))).toEqual([0, 7200, 14_400, 21_600])
    expect(drawn[3]?.picture).toEqual(drawn[0]?.picture)
    expect(drawn[1]?.picture).not.toEqual(drawn[0]?.picture)
    expect(player.last("allowed")?.operations).toEqual(expect.arrayContaining(["select-button", "activate-button", "menu-root"]))
    await player.session.close()
  })

  test("arrow keys change what is drawn and selected, and read nothing", async () => {
    let reads: () => number = () => 0
    const disc = await opened(
      changedFolder(await openFolder(root), (path, source) => {
        if (!path.endsWith("00000.m2ts")) return source
        const file = counted(source)
        reads = file.reads
        return file.source
      }),
    )
    const player = await shows(disc, 1)
    const [read, packets] = [reads(), player.packets]
    expect(read).toBeGreaterThan(0)
    for (const [key, selected] of [
      ["down", 2],
      ["down", 3],
      ["up", 2],
    ] as const) {
      const before = player.items.length
      expect(await player.act(player.session.press(key))).toMatchObject({ flush: false, highlight: { at: at(1), selected } })
      await player.settle()
      expect(new Set(player.items.slice(before).map(({ type }) => type))).toEqual(new Set(["overlay", "highlight"]))
      expect(button(player, at(1))).toBe(selected)
    }
    expect([reads(), player.packets]).toEqual([read, packets])
    expect(await player.session.point(101, 341)).toMatchObject({ outcome: "done", flush: false, highlight: { selected: 4 } })
    expect(await player.session.point(5, 5)).toEqual({ outcome: "nothing", flush: false })
    expect(await player.session.press("left")).toEqual({ outcome: "nothing", flush: false })
    await player.session.close()
  })

  test("pages change what is forbidden, and say who forbids it", async () => {
    const player = await shows(await opened(root), 1)
    await player.session.press("down")
    expect(await player.act(player.session.press("enter"))).toMatchObject({ outcome: "done", flush: false, highlight: { selected: 9 } })
    await player.settle()
    expect(button(player, at(1))).toBe(9)
    expect(player.last("allowed")?.operations).not.toContain("menu-root")
    expect(await player.session.menu("root")).toEqual({ outcome: "refused", by: "uop-page", flush: false })
    expect(await player.session.press("up")).toEqual({ outcome: "refused", by: "uop-page", flush: false })
    await player.act(player.session.press("enter"))
    await player.settle()
    expect(button(player, at(1))).toBe(2)
    expect(player.last("allowed")?.operations).toContain("menu-root")
    expect(JSON.parse(JSON.stringify(player.session.bookmark())).hdmv.machine.gpr).toContainEqual([5, 1])
    await player.session.close()
  })

  test("the clip's last picture is held until a key, and time goes on", async () => {
    const player = await shows(await opened(root), 4)
    expect(player.last("still")).toEqual({ type: "still", at: at(2), seconds: "until-key" })
    expect(player.last("position")).toMatchObject({ at: at(5), domain: "menu", duration: 2 })
    expect(player.last("overlay")?.at).toBeGreaterThan(at(4))
    const before = player.items.length
    player.session.presented(at(4))
    await player.settle()
    expect(player.items.length).toBe(before)
    expect(await player.act(player.session.press("down"))).toMatchObject({ highlight: { at: at(4), selected: 2 } })
    await player.session.close()
  })

  test("a button's activated pictures are seen before it leads to the film, and keys wait for that", async () => {
    const player = await shows(await opened(root), 1)
    expect(await player.act(player.session.press("enter"))).toMatchObject({ outcome: "done", flush: false })
    expect(await player.session.press("down")).toEqual({ outcome: "nothing", flush: false })
    await player.settle()
    expect(player.last("discontinuity")?.flush).toBe(false)
    player.session.presented(at(1.3))
    const jump = await player.until("discontinuity", ({ flush }) => flush)
    expect(jump.showFrom).toBeGreaterThan(at(2))
    await player.settle()
    expect(player.last("position")).toMatchObject({ domain: "title", title: 2, chapter: 1, duration: 9 })
    expect(player.last("highlight")?.buttons).toEqual([])
    expect(player.last("allowed")?.operations).not.toContain("activate-button")
    await player.session.close()
  })

  test("the menu is called from the film, and resume comes back to the same moment", async () => {
    const player = await shows(await opened(root), 0, { title: 2, program: true, time: 4 })
    await player.watch(at(0), at(1))
    await player.settle()
    const called = await acted(player, player.session.menu("root"))
    expect(player.last("position")).toMatchObject({ domain: "menu", title: null })
    player.session.presented(ticks(called + SECOND / 2))
    await player.settle()
    expect(button(player, called + SECOND / 2)).toBe(1)
    expect(player.last("allowed")?.operations).toContain("resume")
    const back = await acted(player, player.session.press("return"))
    const [place] = player.all("position")
    expect(place).toMatchObject({ at: back, domain: "title", title: 2, chapter: 2 })
    expect(place?.time).toBeCloseTo(5, 1)
    expect(await player.session.press("return")).toEqual({ outcome: "nothing", flush: false })
    await player.session.close()
  })
})

describe.skipIf(rig === undefined)("a menu in a loop", () => {
  const root = made("loop", LOOP)

  test("goes on without a flush, its buttons drawn anew", async () => {
    const player = await shows(await opened(root), 5)
    expect(player.all("discontinuity").map((item) => [item.at, item.flush])).toEqual([0, 2, 4, 6].map((time) => [at(time), false]))
    expect(player.all("highlight").filter((item) => item.buttons.length > 0 && item.at < at(6))).toHaveLength(3)
    await player.session.close()
  })

  test("a key pressed before the join was shown reads nothing again, and holds behind it where it changes registers", async () => {
    const player = await shows(await opened(root), 1.5)
    const packets = player.packets
    expect(player.all("discontinuity").map((item) => item.at)).toEqual([at(0), at(2)])
    expect(await player.act(player.session.press("down"))).toMatchObject({ flush: false, highlight: { selected: 2 } })
    await player.settle()
    expect(button(player, at(1.6))).toBe(2)
    expect(button(player, at(2))).toBe(null)
    expect(button(player, at(2.2))).toBe(1)
    expect(player.packets).toBe(packets)
    expect(await player.act(player.session.press("enter"))).toMatchObject({ flush: false, highlight: { selected: 9 } })
    player.session.presented(at(2.3))
    expect(JSON.parse(JSON.stringify(player.session.bookmark())).hdmv.machine.gpr).toContainEqual([5, 1])
    await player.session.close()
  })

  test("a picture that a button's program holds stands still until another lets it go on", async () => {
    const player = await shows(await opened(root), 1)
    await player.session.press("down")
    await player.session.press("down")
    expect(await player.act(player.session.press("enter"))).toMatchObject({ outcome: "done", flush: false })
    await player.settle()
    expect(player.last("still")).toEqual({ type: "still", at: at(1), seconds: "until-key" })
    await player.watch(at(1), at(6))
    await player.settle()
    expect(player.last("position")?.time).toBeCloseTo(1, 2)
    expect(await player.act(player.session.press("down"))).toMatchObject({ highlight: { at: at(6), selected: 4 } })
    const back = await acted(player, player.session.press("enter"))
    expect(player.all("position")[0]).toMatchObject({ at: back, time: 1 })
    await player.session.close()
  })
})

describe.skipIf(rig === undefined)("what the tables say", () => {
  test("a still of some seconds ends by itself, and by a key at once", async () => {
    const root = made("timed", { objects: [filmOf(2), filmOf(1), filmOf(2)], playlists: { 2: { still: [3, null] } } })
    const disc = await opened(root)
    const player = await shows(disc, 8)
    player.session.presented(at(8.5))
    expect(await player.until("still")).toEqual({ type: "still", at: at(9), seconds: 3 })
    await player.watch(at(8.5), at(12))
    expect((await player.until("discontinuity", (item) => item.at > at(9))).at).toBe(at(12))
    const other = await shows(disc, 8.5, { title: 3, program: true })
    await other.until("still")
    expect(await other.session.press("enter"), "the still has not been shown").toEqual({ outcome: "nothing", flush: false })
    other.session.presented(at(9.5))
    const on = await acted(other, other.session.press("enter"))
    expect(other.all("position").find((item) => item.at === on)).toMatchObject({ title: 3, chapter: 2, time: 9 })
    await Promise.all([player.session.close(), other.session.close()])
  })

  test("playlists and play items refuse keys by their names", async () => {
    const root = made("masks", {
      objects: [filmOf(1), filmOf(1), { flags: 0xe000, commands: [asm.play(2)] }],
      playlists: { 1: { mask: [0x10, 0, 0, 0, 0, 0, 0, 0], itemMask: [0x20, 0, 0, 0, 0, 0, 0, 0] } },
    })
    const disc = await opened(root)
    const player = await shows(disc, 1)
    expect(await player.session.seek(3)).toEqual({ outcome: "refused", by: "uop-playlist", flush: false })
    expect(await player.session.chapter(2)).toEqual({ outcome: "refused", by: "uop-play-item", flush: false })
    expect(player.last("allowed")?.operations).not.toContain("seek")
    expect(await player.act(player.session.press("next"))).toMatchObject({ outcome: "done", flush: true })
    await player.session.close()
    const film = await shows(disc, 1, { title: 3, program: true })
    expect(await film.session.menu("root")).toEqual({ outcome: "refused", by: "uop-title", flush: false })
    await film.session.close()
  })

  // libbluray knows the type of a playlist and plays every one in order: nothing to compare with. A player draws as the DVD's `random` and `shuffle`.
  test.each([
    ["shuffled, each item once", 3, 9, 2],
    ["shuffled, no more than are asked for", 3, 1, 1],
    ["random, as many as are asked for", 2, 5, 5],
  ])("the items of a playlist are played %s", async (name, type, count, expected) => {
    const root = made(`order-${name}`, {
      objects: [{ commands: [asm.play(2), asm.jumpTitle(1)] }, filmOf(1), filmOf(1)],
      playlists: { 2: { order: { type, count } } },
    })
    const disc = await opened(root)
    const player = new Player(disc.play({ menu: "root" }))
    // Its items begin at 0 and at 9 s of it, and each is a stretch of its own: the place is told where it begins.
    const begun = new Map<number, number>()
    let shown = 0
    for (let position = await player.until("position"); position.title === 3; position = await player.until("position")) {
      if (position.time === 0 || position.time === 9) begun.set(position.at, position.time)
      shown = Math.max(shown, position.at)
      player.session.presented(ticks(shown))
    }
    expect(begun.size).toBe(expected)
    if (type === 3) expect(new Set(begun.values()).size).toBe(expected)
    // Nothing is left out and nothing is doubled: each lasts as long as it is.
    const starts = [...begun.keys()]
    for (const [index, start] of starts.slice(1).entries()) {
      expect(start - (starts[index] ?? 0)).toBe((begun.get(starts[index] ?? 0) === 0 ? 9 : 4) * SECOND)
    }
    await player.session.close()
  })

  test("the top menu's own film is a title, and a program that ends ends the session until somebody chooses", async () => {
    const root = made("ends", { objects: [{ commands: [asm.play(1)] }, filmOf(1), filmOf(2)] })
    const player = await shows(await opened(root), 0, { menu: "root" })
    expect(player.last("position")).toMatchObject({ domain: "title", title: 2, chapter: 1 })
    await acted(player, player.session.seek(8.5))
    await player.watch(player.last("discontinuity")?.showFrom ?? 0, (player.last("discontinuity")?.showFrom ?? 0) + 0.4 * SECOND)
    await player.until("end")
    await acted(player, player.session.menu("root"))
    expect(player.all("position")[0]).toMatchObject({ domain: "title", time: 0 })
    await player.session.close()
  })

  test("a disc whose programs only play what is not there says so", async () => {
    const root = made("circle", { objects: [{ commands: [asm.play(77), asm.jumpTitle(0)] }, filmOf(1), filmOf(2)] })
    const player = new Player((await opened(root)).play({ from: "first-play" }))
    await expect(player.pull(20_000)).rejects.toMatchObject({ code: "limit" })
  })
})

describe.skipIf(rig === undefined)("whatever keys are pressed", () => {
  const root = made("monkey", LOOP)
  const KEYS: readonly Key[] = [
    "up",
    "down",
    "left",
    "right",
    "enter",
    "enter",
    "next",
    "previous",
    "popup",
    "return",
    "audio",
    "subtitle",
    "angle",
    "digit-1",
    "red",
  ]

  test("feed time never goes back and is never used twice", async () => {
    const disc = await opened(root)
    const player = new Player(disc.play({ from: "first-play", aheadSeconds: 2 }))
    await player.until("position")
    const chance = chanceOf(41)
    let screen = at(0)
    let flushes = 0
    for (let press = 0; press < 200; press++) {
      const answer =
        chance(12) === 0
          ? player.session.menu("root")
          : chance(12) === 0
            ? player.session.seek(chance(9))
            : player.session.press(KEYS[chance(KEYS.length)] ?? "up")
      const { flush } = await player.act(answer)
      for (let batches = 0; batches < 4; batches++) await player.pull(10)
      const began = player.last("discontinuity", (item) => item.flush)
      if (flush) flushes++
      screen = ticks(Math.max(screen + chance(SECOND / 2), began?.showFrom ?? 0))
      player.session.presented(screen)
    }
    expect(flushes).toBeGreaterThan(20)
    expect(player.packets).toBeGreaterThan(500)
    await player.session.close()
  })

  test("a bookmark brings page, button, registers and second back in another process", async () => {
    const player = await shows(await opened(root), 1)
    await player.session.press("down")
    await player.act(player.session.press("enter"))
    await player.settle()
    const bookmark: Bookmark = JSON.parse(JSON.stringify(player.session.bookmark()))
    await player.session.close()
    const copy = join(folder, "monkey-copy")
    cpSync(root, copy, { recursive: true })
    const again = await shows(await opened(copy), 0, { bookmark })
    expect(again.all("position")[0]).toMatchObject({ at: FIRST, domain: "menu", time: 1 })
    expect(button(again, FIRST)).toBe(9)
    expect(JSON.parse(JSON.stringify(again.session.bookmark())).hdmv.machine).toEqual(
      bookmark.version === 1 && "hdmv" in bookmark ? bookmark.hdmv.machine : null,
    )
    expect(await again.act(again.session.press("enter"))).toMatchObject({ highlight: { selected: 2 } })
    await again.session.close()
  })

  test("each warning is told once, however many stretches follow", async () => {
    const copy = join(folder, "monkey-damaged")
    cpSync(root, copy, { recursive: true })
    const clip = join(copy, "BDMV/STREAM/00000.m2ts")
    const bytes = readFileSync(clip)
    bytes.fill(0, 192 * 10, 192 * 12)
    writeFileSync(clip, bytes)
    const disc = await opened(copy)
    const before = disc.warnings.length
    const player = await shows(disc, 1)
    const items = new Set(player.all("warning"))
    await player.act(player.session.press("enter"))
    await player.settle()
    for (const item of player.all("warning")) items.add(item)
    const told = [...items]
    expect(told.map(({ warning }) => warning.code)).toContain("mpeg-lost-sync")
    // Each reading of the clip warns anew, for the menu loops; none of them is told twice.
    expect(told.map(({ warning }) => warning)).toEqual(disc.warnings.slice(before))
    await player.session.close()
  })

  test("close() ends a waiting pull within 100 ms, and later calls do nothing", async () => {
    const player = await shows(await opened(root), 1)
    const waiting = player.pull(5000)
    const began = performance.now()
    await player.session.close()
    expect(await waiting, "nothing comes any more").toBe(false)
    expect(performance.now() - began).toBeLessThan(100)
    expect(await player.session.press("down")).toEqual({ outcome: "nothing", flush: false })
    player.session.presented(at(9))
  })
})
