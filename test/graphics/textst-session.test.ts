import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { type Disc, type Item, openDisc, ticks } from "../../src/index.ts"
import { rigDiscs, temporaryFolder } from "../disc/bluray/discs.ts"
import { asm, movieObjectFile } from "../navigation/hdmv/support.ts"
import { Player, SECOND } from "../plugin/dvd-player.ts"
import { makeFont } from "./support/make-font.ts"
import { type TextStream, writeTextDisc } from "./support/text-disc.ts"
import { dialogSegment, type MadeDialog, styleSegment } from "./support/textst-author.ts"

vi.setConfig({ testTimeout: 60_000 })

const [rig] = rigDiscs()
const folder = temporaryFolder("textst-session", afterAll)
const open: Disc[] = []
afterAll(() => Promise.all(open.map((disc) => disc.close())))

/** The in time of both of the rig's films, 90 kHz; playlist 2 has them one behind the other. */
const IN_TIME = 129_600
const FIRST_FILM = 9 * SECOND
const FONT = makeFont({ glyphs: [{ character: "a", advance: 1000, contours: [[0, 0, 0, 500, 500, 500, 500, 0]] }] })
const PALETTE = [
  [0, 16, 128, 128, 0],
  [1, 235, 128, 128, 255],
]
const STYLES = [
  { id: 0, region: [100, 900, 400, 100], box: [0, 0, 400, 100] },
  { id: 1, region: [100, 100, 400, 100], box: [0, 0, 400, 100] },
] as const

/** Seconds of the film. */
type Said = { readonly from: number; readonly to: number; readonly forced?: boolean; readonly style?: number }

function stream(said: readonly Said[], more: Partial<TextStream> = {}): TextStream {
  const dialogs = said.map(({ from, to, forced = false, style = 0 }): MadeDialog => {
    return { from: IN_TIME + from * SECOND, to: IN_TIME + to * SECOND, regions: [{ style, forced, elements: ["aa"] }] }
  })
  const segments = [styleSegment(STYLES, { palette: PALETTE, dialogs: dialogs.length }), ...dialogs.map(dialogSegment)]
  return { language: "eng", fonts: [0], segments, ...more }
}

const SAID: readonly Said[] = [
  { from: 0.5, to: 2 },
  { from: 2, to: 3 },
  { from: 5, to: 8, style: 1 },
]
const OTHER = stream([{ from: 1, to: 7, style: 1 }], { language: "fra" })

function write(
  name: string,
  streams: readonly TextStream[],
  { playlist = 1, fonts = [FONT] }: { playlist?: number; fonts?: readonly Uint8Array[] } = {},
) {
  const root = join(folder, name)
  writeTextDisc(rig?.root ?? "", root, playlist, streams, fonts)
  return root
}

async function opened(root: string): Promise<Disc> {
  const disc = await openDisc(root)
  open.push(disc)
  return disc
}

/** Each overlay as seconds since `start`, and its regions' places. */
function shown(items: readonly Item[], start: number) {
  const seconds = (at: number | null) => (at === null ? null : Math.round(((at - start) / SECOND) * 1000) / 1000)
  return items.flatMap((item) =>
    item.type === "overlay" ? [[seconds(item.at), seconds(item.until), item.picture.bitmaps.map(({ y }) => y).join(" ")] as const] : [],
  )
}

async function playAll(disc: Disc, title: number, subtitle: number | null, time = 0): Promise<{ items: Item[]; start: number }> {
  const items: Item[] = []
  const session = disc.play({ title, subtitle, time })
  for await (const item of session) {
    items.push(item)
    if (item.type === "end") break
  }
  return { items, start: items.find((item) => item.type === "discontinuity")?.showFrom ?? 0 }
}

const warningsOf = (items: readonly Item[]) => items.flatMap((item) => (item.type === "warning" ? [item.warning.code] : []))

describe.skipIf(rig === undefined)("text subtitles in a title's session", () => {
  test("are streams like others, told ahead of the picture at the disc's times", async () => {
    const disc = await opened(write("plain", [stream(SAID), OTHER]))
    const { items, start } = await playAll(disc, 2, 1)
    const streams = items.find((item) => item.type === "streams")?.streams.filter(({ kind }) => kind === "subtitle")
    expect(streams).toMatchObject([
      { number: 1, codec: "hdmv_text_subtitle", language: "eng", languageTag: "en", selected: true },
      { number: 2, codec: "hdmv_text_subtitle", language: "fra", selected: false },
    ])
    expect(shown(items, start)).toEqual([
      [0.5, 2, "900"],
      [2, 3, "900"],
      [5, 8, "100"],
    ])
    expect(items.every((item) => item.type !== "overlay" || item.plane === "pg")).toBe(true)
    expect(warningsOf(items)).toEqual([])
    let highest = 0
    for (const item of items) {
      if (item.type === "packet") highest = Math.max(highest, item.pts ?? 0)
      if (item.type === "overlay") expect(item.at).toBeGreaterThan(highest)
    }
    expect(shown((await playAll(disc, 2, null)).items, start)).toEqual([])
  })

  test("a seek into a text's time shows it at once", async () => {
    const disc = await opened(write("seek", [stream(SAID)]))
    const { items, start } = await playAll(disc, 2, 1, 6)
    expect(shown(items, start)).toEqual([[0, 2, "100"]])
  })

  test("switching on, to another and off takes hold at what is on the screen, without a flush", async () => {
    const disc = await opened(write("switch", [stream(SAID), OTHER]))
    const player = new Player(disc.play({ title: 2, subtitle: null, aheadSeconds: 1 }))
    const start = (await player.until("discontinuity")).showFrom
    await player.watch(start, start + 1.5 * SECOND)
    await player.settle()
    expect(player.all("overlay")).toEqual([])
    const screen = ticks(start + 1.5 * SECOND)
    player.session.presented(screen)

    let mark = player.items.length
    const told = () => shown(player.items.slice(mark), start)
    expect(await player.session.select({ subtitle: 1 })).toMatchObject({ outcome: "done", flush: false })
    await player.settle()
    expect(told()).toEqual([
      [1.5, null, ""],
      [1.5, 2, "900"],
      [2, 3, "900"],
    ])
    mark = player.items.length
    await player.session.select({ subtitle: 2 })
    await player.settle()
    expect(told()).toEqual([
      [1.5, null, ""],
      [1.5, 7, "100"],
    ])
    mark = player.items.length
    await player.session.select({ subtitle: null })
    await player.watch(screen, start + 6 * SECOND)
    expect(told()).toEqual([[1.5, null, ""]])
    await player.session.close()
  })

  test("forced texts are shown to who has switched subtitles off", async () => {
    const disc = await opened(write("forced", [stream([...SAID.slice(0, 2), { from: 4, to: 4.5, forced: true }])]))
    const { items, start } = await playAll(disc, 2, null)
    expect(shown(items, start)).toEqual([[4, 4.5, "900"]])
    expect(items.find((item) => item.type === "overlay")).toMatchObject({ forced: true })
  })

  test("a text beside a later play item has that one's time, and is cut at its own in and out times", async () => {
    const said = stream(
      [
        { from: 0.2, to: 1 },
        { from: 1, to: 1.5 },
        { from: 1.7, to: 3 },
        { from: 3.5, to: 4 },
      ],
      { item: 1, inTime: (IN_TIME + 0.5 * SECOND) / 2, outTime: (IN_TIME + 2 * SECOND) / 2, sync: (IN_TIME + 1 * SECOND) / 2 },
    )
    const disc = await opened(write("later", [said], { playlist: 2 }))
    const { items, start } = await playAll(disc, 3, 1)
    const begins = FIRST_FILM / SECOND + 1 - 0.5
    expect(shown(items, start)).toEqual([
      [begins + 0.5, begins + 1, "900"],
      [begins + 1, begins + 1.5, "900"],
      [begins + 1.7, begins + 2, "900"],
    ])
  })

  test("a font that is not there gives way to another; without any the text is left out by name", async () => {
    const disc = await opened(write("fonts", [stream(SAID, { fonts: [7, 0] }), stream(SAID, { fonts: [7] })]))
    const first = await playAll(disc, 2, 1)
    expect(shown(first.items, first.start)).toHaveLength(3)
    expect(first.items.find((item) => item.type === "overlay")?.picture.bitmaps[0]?.indices.some((index) => index !== 0)).toBe(true)
    expect(warningsOf(first.items)).toEqual(["text-subtitle-font"])
    const second = await playAll(disc, 2, 2)
    expect(shown(second.items, second.start)).toEqual([])
    expect(warningsOf(second.items)).toEqual(expect.arrayContaining(["text-subtitle-font", "text-subtitle-unreadable"]))
  })

  test.each<[string, (root: string) => void]>([
    ["a missing clip", (root) => rmSync(join(root, "BDMV/STREAM/00070.m2ts"))],
    ["a missing clip information", (root) => rmSync(join(root, "BDMV/CLIPINF/00070.clpi"))],
    ["a clip of nothing", (root) => writeFileSync(join(root, "BDMV/STREAM/00070.m2ts"), "")],
    ["a clip that is too large", (root) => writeFileSync(join(root, "BDMV/STREAM/00070.m2ts"), Buffer.alloc(5 << 20))],
  ])("%s is named, and the film plays", async (name, damage) => {
    const root = write(name.replaceAll(" ", "-"), [stream(SAID)])
    damage(root)
    const { items, start } = await playAll(await opened(root), 2, 1)
    expect(shown(items, start)).toEqual([])
    expect(warningsOf(items)).toEqual(["text-subtitle-unreadable"])
    expect(items.filter((item) => item.type === "packet").length).toBeGreaterThan(200)
  })
})

describe.skipIf(rig === undefined)("text subtitles in the disc's program", () => {
  test("are switched on over the film that the program plays", async () => {
    const root = write("program", [stream(SAID), OTHER])
    writeFileSync(join(root, "BDMV/MovieObject.bdmv"), movieObjectFile([{ commands: [asm.play(1)] }, { commands: [asm.play(1)] }]))
    const disc = await opened(root)
    const player = new Player(disc.play({ from: "first-play", aheadSeconds: 1 }))
    const start = (await player.until("discontinuity")).showFrom
    await player.watch(start, start + 1.5 * SECOND)
    await player.settle()
    const screen = ticks(start + 1.5 * SECOND)
    player.session.presented(screen)
    const mark = player.items.length
    expect(await player.session.select({ subtitle: 2 })).toMatchObject({ outcome: "done", flush: false })
    await player.settle()
    const told = shown(
      player.items.slice(mark).filter((item) => item.type !== "overlay" || item.plane === "pg"),
      start,
    )
    expect(told.slice(0, 2)).toEqual([
      [1.5, null, ""],
      [1.5, 7, "100"],
    ])
    await player.session.close()
  })
})
