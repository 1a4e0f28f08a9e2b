import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { DiscError, type Source, ticks } from "../../src/base/index.ts"
import type { Disc, Item, OverlayItem, PacketItem, Session } from "../../src/plugin/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { openFile } from "../../src/source/node/index.ts"

const samples = join(import.meta.dirname, "../../samples")
const TICKS = 90_000

describe.each([
  { name: "dvd.iso", frame: 3600, plane: "subpicture" },
  { name: "bluray.iso", frame: 3754, plane: "pg" },
] as const)("a title of $name", ({ name, frame, plane }) => {
  let disc: Disc
  beforeAll(async () => {
    disc = await openDisc(join(samples, name))
  })
  afterAll(() => disc.close())

  test("plays from its first to its last picture on one timeline", async () => {
    const { titles } = disc.info
    for (const { number, duration, angles } of titles.slice(0, 3)) {
      const shown = (await all(disc.play({ title: number }))).filter(isShownVideo(disc, number))
      const times = shown.map(({ pts }) => pts ?? 0).sort((a, b) => a - b)
      expect(new Set(times).size, "no picture twice").toBe(times.length)
      for (let i = 1; i < times.length; i++) expect((times[i] ?? 0) - (times[i - 1] ?? 0)).toBeLessThan(1.5 * frame)
      const length = ((times.at(-1) ?? 0) - (times[0] ?? 0) + frame) / TICKS
      expect(Math.abs(length - duration), `title ${number}, angles ${angles}`).toBeLessThan((1.5 * frame) / TICKS)
    }
  })

  test("sound has no hole and no double frame, through every join", async () => {
    for (const { number } of disc.info.titles.slice(0, 3)) {
      const items = await all(disc.play({ title: number }))
      const audio = items.filter((item): item is PacketItem => item.type === "packet" && item.stream === streamOf(items, "audio"))
      for (let i = 1; i < audio.length; i++) {
        const step = (audio[i]?.pts ?? 0) - (audio[i - 1]?.pts ?? 0)
        // AC-3 at 48 kHz: 2880 ticks; MPEG audio: 2160. A join may be off by one frame.
        expect(step).toBeGreaterThan(1000)
        expect(step).toBeLessThan(2 * 2880)
      }
    }
  })

  test("a seek shows the picture asked for, and no feed time is used twice", async () => {
    const session = disc.play({ title: 1 })
    let highest = 0
    const duration = disc.info.titles[0]?.duration ?? 0
    await session.batch()
    for (const share of [0.7, 0.1, 0.5, 0.93, 0]) {
      const target = share * duration
      expect(await session.seek(target)).toMatchObject({ outcome: "done", flush: true })
      let shown = 0
      const items = await pullFlushed(session, (item) => isShownVideo(disc, 1)(item) && ++shown > 12)
      const start = items.find((item) => item.type === "discontinuity")
      expect(start).toMatchObject({ flush: true })
      const showFrom = start?.type === "discontinuity" ? start.showFrom : ticks(0)
      const packets = items.filter((item): item is PacketItem => item.type === "packet")
      for (const { pts, dts } of packets) expect(Math.min(pts ?? 0, dts ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(highest)
      const position = items.find((item) => item.type === "position")
      expect(position).toMatchObject({ at: showFrom })
      expect(Math.abs((position?.type === "position" ? position.time : -1) - target)).toBeLessThan(0.001)
      const first = Math.min(...packets.filter(isShownVideo(disc, 1)).map(({ pts }) => pts ?? 0))
      expect(first - showFrom).toBeGreaterThanOrEqual(0)
      expect(first - showFrom).toBeLessThan(2 * frame)
      expect(packets.find(({ stream }) => stream === streamOf(items, "video"))?.key, "decoding begins with a key picture").toBe(true)
      highest = Math.max(highest, ...packets.map(({ pts }) => pts ?? 0))
    }
    await session.close()
  })

  // Of a Blu-ray nothing says where the display set before an entry point is.
  if (plane === "subpicture") {
    test("a seek into the middle of a subtitle shows it at once", async () => {
      const played: OverlayItem[] = []
      let begun = 0
      for await (const item of disc.play({ title: 1, subtitle: 1 })) {
        if (item.type === "overlay") played.push(item)
        if (item.type === "discontinuity") begun = item.showFrom
        if (item.type === "position" && item.time > 8) break
      }
      const long = played.find(({ at, picture }, i) => picture.bitmaps.length > 0 && (played[i + 1]?.at ?? at) > at + 2 * TICKS)
      expect(long).toBeDefined()
      const session = disc.play({ title: 1, subtitle: 1 })
      await session.batch()
      await session.seek(((long?.at ?? 0) - begun) / TICKS + 1.5)
      const items = await pullFlushed(session, (item) => item.type === "overlay")
      const start = items.find((item) => item.type === "discontinuity")
      const shown = items.find((item) => item.type === "overlay")
      expect(shown).toMatchObject({ at: start?.at, picture: long?.picture })
      await session.close()
    })
  }

  test("chapters, next and previous go where the disc has them", async () => {
    const chapters = disc.info.titles[0]?.chapters ?? []
    const session = disc.play({ title: 1, chapter: 2 })
    expect(await timeOf(session)).toBeCloseTo(chapters[1]?.start ?? -1, 1)
    await session.press("next")
    expect(await timeOf(session)).toBeCloseTo(chapters[2]?.start ?? -1, 1)
    await session.press("previous")
    expect(await timeOf(session)).toBeCloseTo(chapters[1]?.start ?? -1, 1)
    await session.chapter(4)
    expect(await timeOf(session)).toBeCloseTo(chapters[3]?.start ?? -1, 1)
    await expect(session.chapter(99)).rejects.toMatchObject({ code: "not-found" })
    await session.close()
  })

  test("another sound track goes on at what is on the screen", async () => {
    const session = disc.play({ title: 1, aheadSeconds: 1 })
    const begun = await pull(session, isShownVideo(disc, 1))
    const showFrom = begun.find((item) => item.type === "discontinuity")?.at ?? ticks(0)
    session.presented(ticks(showFrom + 3 * TICKS))
    await pull(session, (item) => item.type === "packet" && (item.pts ?? 0) > showFrom + 3 * TICKS)
    expect(await session.select({ audio: 2 })).toMatchObject({ outcome: "done", flush: true })
    const items = await pullFlushed(session, (item) => item.type === "packet" && item.stream === streamOf(begun, "audio", 2))
    expect(items.find((item) => item.type === "position")).toMatchObject({ time: 3 })
    expect(items.find((item) => item.type === "streams")).toMatchObject({
      streams: expect.arrayContaining([expect.objectContaining({ kind: "audio", number: 2, selected: true })]),
    })
    await expect(session.select({ audio: 9 })).rejects.toMatchObject({ code: "not-found" })
    await session.close()
  })

  test("subtitles are pictures with times; switching one on shows at once what is due and reads nothing again", async () => {
    const items = await all(disc.play({ title: 1, subtitle: 1 }))
    const overlays = items.filter((item) => item.type === "overlay")
    expect(overlays.filter((item) => item.picture.bitmaps.length > 0).length).toBeGreaterThanOrEqual(3)
    expect(new Set(overlays.map((item) => item.plane))).toEqual(new Set([plane]))
    expect(overlays.some(({ until, picture }) => picture.bitmaps.length === 0 || until !== null)).toBe(true)

    const first = overlays.find((item) => item.picture.bitmaps.length > 0)
    const session = disc.play({ title: 1, subtitle: null, aheadSeconds: 1 })
    const moment = ticks((first?.at ?? 0) + 9_000)
    const before = await pull(session, isShownVideo(disc, 1))
    expect(before.some((item) => item.type === "overlay")).toBe(false)
    session.presented(moment)
    await pull(session, (item) => item.type === "packet" && (item.pts ?? 0) > moment)
    expect(await session.select({ subtitle: 1 })).toMatchObject({ outcome: "done", flush: false })
    const after = await session.batch()
    const due = after?.filter((item) => item.type === "overlay" && item.picture.bitmaps.length > 0)
    // It begins for this viewer when it is chosen, behind what clears the plane.
    expect(due?.[0]).toMatchObject({ at: moment, picture: first?.picture })
    await session.close()
  })

  test("reads no further ahead of what is presented than allowed, and goes on when it is", async () => {
    const session = disc.play({ title: 1, aheadSeconds: 1 })
    const first = await session.batch()
    const showFrom = first?.find((item) => item.type === "discontinuity")?.at ?? ticks(0)
    session.presented(showFrom)
    let highest = 0
    const note = (items: readonly Item[] | null) => {
      for (const item of items ?? []) if (item.type === "packet") highest = Math.max(highest, item.pts ?? 0)
    }
    for (;;) {
      const items = await Promise.race([session.batch(), new Promise<"waits">((resolve) => setTimeout(() => resolve("waits"), 300))])
      if (items === "waits") break
      note(items)
    }
    expect(highest).toBeGreaterThan(showFrom + TICKS)
    expect(highest).toBeLessThan(showFrom + 3 * TICKS)
    await session.close()
  })

  test("close ends a waiting pull; a second puller is an error; keys after close do nothing", async () => {
    const session = disc.play({ title: 1, aheadSeconds: 1 })
    await session.batch()
    session.presented(ticks(10 * TICKS))
    const waiting = drain(session)
    await expect(session.batch()).rejects.toBeInstanceOf(DiscError)
    await session.close()
    await waiting
    expect(await session.seek(1)).toEqual({ outcome: "nothing", flush: false })
    expect(await session.batch()).toBeNull()
  })

  test("a bookmark brings another session to the same picture with the same streams", async () => {
    const session = disc.play({ title: 1, time: 9.5, audio: 2, subtitle: 2 })
    const items = await pull(session, isShownVideo(disc, 1))
    session.presented(items.find((item) => item.type === "discontinuity")?.at ?? ticks(0))
    const bookmark = JSON.parse(JSON.stringify(session.bookmark()))
    await session.close()
    const again = disc.play({ bookmark })
    const resumed = await pull(again, isShownVideo(disc, 1))
    expect(resumed.find((item) => item.type === "position")).toMatchObject({ time: 9.5, title: 1 })
    expect(resumed.find((item) => item.type === "streams")).toMatchObject({
      streams: expect.arrayContaining([
        expect.objectContaining({ kind: "audio", number: 2, selected: true }),
        expect.objectContaining({ kind: "subtitle", number: 2, selected: true }),
      ]),
    })
    await again.close()
    expect(() => disc.play({ bookmark: { ...bookmark, fingerprint: "another" } })).toThrow(DiscError)
  })

  test("unreadable sectors cost a moment and give a warning", async () => {
    const damaged = await openDisc(await withHole(join(samples, name)))
    const items = await all(damaged.play({ title: 1 }))
    expect(items.at(-1)?.type).toBe("end")
    expect(items.filter((item) => item.type === "warning").map(({ warning }) => warning.code)).toContain("unreadable-sectors")
    const shown = items.filter(isShownVideo(disc, 1)).length
    const whole = (await all(disc.play({ title: 1 }))).filter(isShownVideo(disc, 1)).length
    expect(shown).toBeGreaterThan(0.7 * whole)
    expect(shown).toBeLessThan(whole)
    await damaged.close()
  })
})

/** The image with 64 KiB in the middle of its largest stream file that cannot be read. */
async function withHole(path: string): Promise<Source> {
  const file = await openFile(path)
  const disc = await openDisc(path)
  const streams = disc.info.kind === "dvd-video" ? "/VIDEO_TS/VTS_01_1.VOB" : "/BDMV/STREAM/00001.m2ts"
  const entry = await disc.files.find(streams)
  await disc.close()
  const extent = entry?.extents[0]
  if (extent?.startSector === null || extent === undefined) throw new Error("the sample has no such stream file")
  const from = extent.startSector * 2048 + Math.floor(extent.lengthBytes / 2 / 65_536) * 65_536
  return {
    name: file.name,
    size: file.size,
    read: async (offset, length, options) => {
      if (offset < from + 65_536 && offset + length > from)
        throw new DiscError("read-failed", "a scratch", { path: file.name, offset: from })
      return file.read(offset, length, options)
    },
    close: () => file.close(),
  }
}

async function all(session: Session): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of session) items.push(item)
  return items
}

async function drain(session: Session): Promise<void> {
  while ((await session.batch()) !== null);
}

/** Items handed out and not yet looked at, by session. */
const leftovers = new WeakMap<Session, Item[]>()

/** Items up to and with the first that is wanted. What a flush makes void is passed over by `pull` as a host would do. */
async function pull(session: Session, wanted: (item: Item) => boolean): Promise<Item[]> {
  const pulled: Item[] = []
  let items: readonly Item[] | null = leftovers.get(session) ?? []
  leftovers.delete(session)
  for (; items !== null; items = await session.batch()) {
    for (const [index, item] of items.entries()) {
      pulled.push(item)
      if (!wanted(item)) continue
      leftovers.set(session, items.slice(index + 1))
      return pulled
    }
  }
  return pulled
}

/** Items of the new stretch that a person's act began. */
async function pullFlushed(session: Session, wanted: (item: Item) => boolean): Promise<Item[]> {
  leftovers.delete(session)
  return pull(session, wanted)
}

async function timeOf(session: Session): Promise<number> {
  const items = await pullFlushed(session, (item) => item.type === "position")
  const position = items.at(-1)
  return position?.type === "position" ? position.time : -1
}

function streamOf(items: readonly Item[], kind: "video" | "audio", number = 1): number {
  const streams = items.find((item) => item.type === "streams")
  return (streams?.type === "streams" && streams.streams.find((stream) => stream.kind === kind && stream.number === number)?.index) || 0
}

function isShownVideo(disc: Disc, title: number): (item: Item) => item is PacketItem {
  const video = disc.info.titles.find(({ number }) => number === title)?.streams.findIndex(({ kind }) => kind === "video")
  return (item): item is PacketItem => item.type === "packet" && item.stream === video && !item.decodeOnly
}

test("a scratch over the beginning of a DVD's cell costs its first moments, not the cell", async () => {
  const path = join(samples, "dvd.iso")
  const whole = await openDisc(path)
  const vob = await whole.files.find("/VIDEO_TS/VTS_01_1.VOB")
  const first = (vob?.extents[0]?.startSector ?? 0) * 2048
  const file = await openFile(path)
  const scratched = await openDisc({
    name: file.name,
    size: file.size,
    read: async (offset, length, options) => {
      if (offset < first + 65_536 && offset + length > first) throw new DiscError("read-failed", "a scratch", { path: file.name, offset })
      return file.read(offset, length, options)
    },
    close: () => file.close(),
  })
  const shown = (await all(scratched.play({ title: 1 }))).filter(isShownVideo(scratched, 1))
  expect(shown.length).toBeGreaterThan(36 * 25 - 100)
  expect(shown.length).toBeLessThan(36 * 25)
  await Promise.all([whole.close(), scratched.close()])
})
