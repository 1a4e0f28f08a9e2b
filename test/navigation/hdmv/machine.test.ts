import { describe, expect, test } from "vitest"
import { DiscError, ticks } from "../../../src/base/index.ts"
import type { MovieObjects, PlayItem, PlayList, StnStream, UserOperation } from "../../../src/disc/bluray/index.ts"
import {
  chosenStreams,
  currentTitle,
  decodeCommand,
  type HdmvAction,
  type HdmvDisc,
  type HdmvEvent,
  type HdmvState,
  hdmvProhibitedBy,
  initialState,
  isSetting,
  PSR,
  printPrograms,
  readGpr,
  readState,
  runHdmvMachine,
  timerLeft,
  withMenuSelection,
  withPosition,
  withStreams,
} from "../../../src/navigation/hdmv/index.ts"
import { asm, chanceOf, encode, type MadeObject, type MadeTitle, madeDisc, oracleEnvironment } from "./support.ts"

const stream = (languageCode: string): StnStream =>
  ({ entry: { type: "main-clip", pid: 1 }, attributes: { kind: "pg", streamCodingType: 0x90, languageCode } }) as StnStream

type ItemParts = { audio?: string[]; pg?: string[]; ig?: string[]; angles?: number; mask?: UserOperation[] }

const item = ({ audio = [], pg = [], ig = [], angles = 1, mask = [] }: ItemParts = {}): PlayItem =>
  ({
    angles: Array.from({ length: angles }, () => ({})),
    inTime45k: 1000,
    outTime45k: 46_000,
    userOperationMask: new Set(mask),
    streams: { audio: audio.map(stream), pg: pg.map(stream), ig: ig.map(stream) },
  }) as unknown as PlayItem

/** Marks: play item and time; all of them chapters. */
const playList = (items: PlayItem[], marks: [number, number][] = [], mask: UserOperation[] = []): PlayList =>
  ({
    appInfo: { userOperationMask: new Set(mask) },
    playItems: items,
    marks: marks.map(([playItemId, time45k]) => ({ markType: 1, playItemId, time45k, entryEsPid: null, duration45k: 0 })),
  }) as unknown as PlayList

const LISTS: Record<number, PlayList> = {
  1: playList(
    [item(), item()],
    [
      [0, 1000],
      [0, 20_000],
      [1, 1000],
    ],
  ),
  2: playList([item({ audio: ["fra", "eng"], pg: ["deu", "eng"], ig: ["eng"], angles: 3 }), item({ audio: ["fra"], pg: ["fra", "eng"] })]),
  3: playList([item({ mask: ["angleNumberChange"] }), item()], [], ["timeSearch"]),
}

const made = (titles: MadeTitle[], ...objects: (MadeObject | Uint8Array[])[]): HdmvDisc =>
  madeDisc(
    titles,
    objects.map((object) => (Array.isArray(object) ? { commands: object } : object)),
    (number) => {
      const list = LISTS[number]
      return list === undefined ? null : { number, fileName: "", playlistNumber: number, playList: list }
    },
  )

const environment = oracleEnvironment()
const act = (disc: HdmvDisc, state: HdmvState, action: HdmvAction) => runHdmvMachine(disc, environment, state, action)
const started = (disc: HdmvDisc) => act(disc, initialState(), { do: "start" })
const types = (events: readonly HdmvEvent[]) => events.map(({ type }) => type)
const psr = (state: HdmvState, register: number) => state.psr[register]
const caught = (run: () => unknown): DiscError => {
  try {
    run()
  } catch (error) {
    if (error instanceof DiscError) return error
    throw error
  }
  throw new Error("nothing was thrown")
}

describe("titles", () => {
  test("first playback, else the top menu, else title 1 begins the disc", () => {
    const object = [asm.breakOff]
    expect(started(made([0, 0, 0], object)).events[0]).toEqual({ type: "title", title: 0xffff })
    expect(started(made([null, 0, 0], object)).events[0]).toEqual({ type: "title", title: 0 })
    expect(started(made([null, null, 0], object)).events[0]).toEqual({ type: "title", title: 1 })
    expect(started(made([null, null], object)).outcome).toBe("impossible")
    expect(started(made([null, null, 7], object)).outcome).toBe("impossible")
    expect(types(started(made([0, 0], object)).events)).toEqual(["title", "end"])
  })

  test("a Java title is refused by name", () => {
    const disc = made(["00001", "00002", 0, "00003"], [asm.jumpTitle(2)])
    const error = caught(() => started(disc))
    expect(error.code).toBe("unsupported")
    expect(error.message).toMatch(/first playback is a Java program \(BD-J, 00001\.bdjo\).*Java machine.*titles/)
    expect(caught(() => act(disc, initialState(), { do: "menu" })).message).toMatch(/the top menu .* 00002/)
    expect(caught(() => act(disc, initialState(), { do: "title", title: 1 })).message).toMatch(/title 2 .* 00003/)
  })

  test("a program that cannot be read is refused, titles that are not there are left out", () => {
    expect(caught(() => act({ ...made([0, 0], []), movieObjects: null }, initialState(), { do: "start" })).code).toBe("damaged")
    const { events, state } = started(made([0, 0], [asm.jumpTitle(9), asm.jumpObject(9), asm.resume, asm.play(99), asm.move(1, 1)]))
    expect(types(events)).toEqual(["title", "warning", "warning", "warning", "warning", "end"])
    expect(events[1]).toMatchObject({ code: "hdmv-jump-missing", message: expect.stringMatching(/title 9.*movie object 0, command 0/) })
    expect(readGpr(state, 1)).toBe(1)
    expect(act(made([0, 0], []), initialState(), { do: "title", title: 4 }).outcome).toBe("impossible")
  })

  test("a program that plays nothing is stopped by its budget, whatever it goes round in", () => {
    const limit = (...objects: Uint8Array[][]) => caught(() => started(made([0, 0], ...objects)))
    expect(limit([asm.goto(0)])).toMatchObject({ code: "limit", place: { path: "/BDMV/MovieObject.bdmv", field: "movie object 0" } })
    expect(limit([asm.jumpTitle(0)]).code).toBe("limit")
    expect(limit([asm.callObject(1)], [asm.callObject(0)]).place.field).toMatch(/movie object [01]/)
    expect(limit([asm.play(99), asm.jumpObject(0)]).code).toBe("limit")
    expect(limit([asm.callObject(1), asm.goto(0)], [asm.resume]).code).toBe("limit")
    const button = { do: "button", commands: [encode({ count: 0, group: 2, sub: 1, set: 7 }), asm.goto(0)] } as const
    expect(caught(() => act(made([0, 0], []), initialState(), button)).place.field).toBe("a button's commands")
  })
})

describe("playlists", () => {
  test("begin at their start, a play item or a mark, with their registers", () => {
    const { events, state } = started(made([0, 0, 1], [asm.playMark(1, 2)], []))
    expect(events[1]).toEqual({ type: "play-playlist", playlist: 1, playItemId: 1, time45k: 1000, mark: 2, resumed: false })
    expect([5, 6, 7, 8].map((register) => psr(state, register))).toEqual([3, 1, 1, 1000])
    expect(started(made([0, 0], [asm.playItem(1, 1)])).events[1]).toMatchObject({ playItemId: 1, time45k: 1000 })
    expect(started(made([0, 0], [asm.playItem(1, 7)])).events[1]).toMatchObject({ playItemId: 0 })
    expect(started(made([0, 0], [asm.playMark(1, 1)])).events[1]).toMatchObject({ playItemId: 0, time45k: 20_000 })
  })

  test("at their end the movie object goes on", () => {
    const disc = made([0, 0], [asm.play(1), asm.move(3, 7), asm.play(2), asm.move(3, 8)])
    const first = started(disc)
    expect(first.state.playing).toEqual({ movieObjectId: 0, line: 0 })
    const second = act(disc, first.state, { do: "playlist-ended" })
    expect([types(second.events), readGpr(second.state, 3)]).toEqual([["play-playlist"], 7])
    const third = act(disc, second.state, { do: "playlist-ended" })
    expect([types(third.events), readGpr(third.state, 3), third.state.playing]).toEqual([["end"], 8, null])
    expect(act(disc, third.state, { do: "playlist-ended" }).outcome).toBe("impossible")
  })

  test("choose streams that the play item has: the viewer's language, subtitles only for another one", () => {
    const { state } = started(made([0, 0], [asm.play(2)]))
    expect(chosenStreams(state)).toMatchObject({ audio: 2, pg: 2, pgShown: false, ig: 1, angle: 1 })
    const disc = made([0, 0], [asm.play(2)])
    const next = withPosition(disc, withStreams(state, { pg: 5, pgShown: false, angle: 3 }), { playItemId: 1, time45k: 1234 })
    expect(chosenStreams(next)).toMatchObject({ audio: 1, pg: 2, pgShown: true, angle: 1 })
    expect([psr(next, 7), psr(next, 8)]).toEqual([1, 1234])
    expect(psr(withMenuSelection(next, 3, 9), PSR.selectedButton)).toBe(9)
    expect(psr(withMenuSelection(next, 3, 9), PSR.page)).toBe(3)
  })

  test("stream commands set the registers as the specification packs them", () => {
    const set = (option: number, first: number, second: number) =>
      encode({ count: 2, group: 2, sub: 1, set: option, immediate: 3, first, second })
    const disc = made([0, 0], [set(1, 0x8002_c003, 0x8004_8005), set(6, 0xc083_0007, 0xc008_e009)])
    const { state, events } = started(disc)
    expect(psr(state, 0)).toBe(4)
    expect(psr(state, 1)).toBe(2)
    expect(psr(state, 2)).toBe(0xc009_0003 + 0)
    expect(psr(state, 3)).toBe(5)
    expect(psr(state, 14)).toBe(0xc300_0708)
    expect(types(events)).toEqual(["title", "streams", "streams", "end"])
    expect(chosenStreams(state)).toMatchObject({ secondaryVideo: 7, secondaryVideoSize: 3, secondaryAudio: 8, pipPg: 9, pipPgShown: true })
  })
})

describe("buttons", () => {
  const disc = made([0, 0], [asm.play(1), asm.move(1, 1), asm.play(2)])
  const playing = started(disc).state
  const press = (...commands: Uint8Array[]) => act(disc, playing, { do: "button", commands })
  const system = (set: number, first = 0) => encode({ count: 1, group: 2, sub: 1, set, immediate: 2, first })

  test("tell what they do to the menu; a page ends their program", () => {
    const { events, outcome, state } = press(system(4, 7), system(5, 8), system(7), system(8), asm.buttonPage(2, 1), asm.move(9, 9))
    expect(events).toEqual([
      { type: "enable-button", button: 7 },
      { type: "disable-button", button: 8 },
      { type: "popup-off" },
      { type: "still", on: true },
      { type: "set-button-page", button: 2, page: 1, skipOutEffects: false },
    ])
    expect([outcome, state.still, readGpr(state, 9), state.playing]).toEqual(["done", true, 0, playing.playing])
  })

  test("jump in the playlist or end it, but play none", () => {
    expect(press(asm.linkMark(1)).events).toEqual([{ type: "seek", playItemId: 0, time45k: 20_000, mark: 1 }])
    expect(psr(press(asm.linkItem(1)).state, PSR.playItem)).toBe(1)
    expect(types(press(asm.linkItem(5), asm.play(2)).events)).toEqual(["warning", "warning"])
    const ended = press(asm.terminate, asm.move(9, 9))
    expect(types(ended.events)).toEqual(["stop", "play-playlist"])
    expect([readGpr(ended.state, 1), readGpr(ended.state, 9)]).toEqual([1, 0])
  })

  test("commands that are for menus do nothing in movie objects", () => {
    const { events, state } = started(
      made([0, 0], [system(4, 1), system(7), system(8), asm.terminate, asm.linkItem(0), asm.buttonPage(4, 6)]),
    )
    expect(types(events)).toEqual(["title", "warning", "warning", "end"])
    expect([psr(state, PSR.selectedButton), psr(state, PSR.page)]).toEqual([4, 6])
  })
})

describe("menu calls and resumes", () => {
  const menu = [asm.play(2), asm.resume]
  const place = (disc: HdmvDisc, state: HdmvState) => withPosition(disc, state, { playItemId: 1, time45k: 30_000 })

  test.each([
    [0x8000, true],
    [0, false],
  ])("a movie object with flags %i can be resumed: %s", (flags, resumes) => {
    const disc = made([0, 1, 2], [asm.jumpTitle(1)], menu, { flags, commands: [asm.play(1), asm.jumpTitle(0)] })
    const title = place(disc, started(disc).state)
    const called = act(disc, title, { do: "menu" })
    expect(types(called.events)).toEqual(["stop", "title", "play-playlist"])
    expect(currentTitle(called.state)).toBe(0)
    expect(psr(called.state, 36)).toBe(resumes ? 1 : 0xffff)
    const resumed = act(disc, called.state, { do: "resume" })
    if (!resumes) return expect(resumed.outcome).toBe("impossible")
    expect(resumed.events).toEqual([
      { type: "stop" },
      { type: "title", title: 1 },
      { type: "play-playlist", playlist: 1, playItemId: 1, time45k: 30_000, resumed: true },
    ])
    expect([resumed.state.suspended, psr(resumed.state, 36), currentTitle(resumed.state)]).toEqual([null, 0xffff, 1])
    // The menu's own command does the same as the viewer's.
    expect(act(disc, called.state, { do: "playlist-ended" }).state).toEqual(resumed.state)
  })

  test("a title search forgets what was suspended", () => {
    const disc = made([0, 1, 2, 2], [asm.jumpTitle(1)], menu, [asm.play(1)])
    const called = act(disc, started(disc).state, { do: "menu" }).state
    const other = act(disc, called, { do: "title", title: 2 }).state
    expect([other.suspended, psr(other, 36), currentTitle(other)]).toEqual([null, 0xffff, 2])
  })

  test("a button's call of a title keeps the place, a movie object's call its next line", () => {
    const disc = made([0, 0, 1], [asm.play(1)], [asm.move(2, 2), asm.resume])
    const called = act(disc, place(disc, started(disc).state), { do: "button", commands: [asm.callTitle(1)] })
    expect(types(called.events)).toEqual(["stop", "title", "title", "play-playlist"])
    expect(called.events.at(-1)).toMatchObject({ playlist: 1, playItemId: 1, time45k: 30_000, resumed: true })
    const lines = made([0, 0], [asm.callObject(1), asm.add(1, 1), asm.add(1, 10)], [asm.resume])
    expect(readGpr(started(lines).state, 1)).toBe(11)
  })
})

describe("the navigation timer", () => {
  const timer = (id: number, seconds: number) => encode({ count: 2, group: 2, sub: 1, set: 2, immediate: 3, first: id, second: seconds })
  const disc = made([0, 0], [timer(1, 10), asm.play(1)], [asm.movePsr(5, 9), asm.play(2)])

  test("counts down on the clock and runs its movie object", () => {
    const { state } = started(disc)
    expect(timerLeft(state, environment)).toBe(900_000)
    const later = { ...environment, now: () => ticks(450_000) }
    expect(psr(runHdmvMachine(disc, later, state, { do: "button", commands: [] }).state, 9)).toBe(5)
    const fired = runHdmvMachine(disc, { ...environment, now: () => ticks(900_000) }, state, { do: "timer" })
    expect(types(fired.events)).toEqual(["stop", "play-playlist"])
    expect([timerLeft(fired.state, environment), readGpr(fired.state, 5)]).toEqual([null, 0])
    expect(act(disc, fired.state, { do: "timer" }).outcome).toBe("impossible")
  })

  test("is ended by 0 and by another title, and takes no more than 300 seconds", () => {
    const { state } = started(disc)
    expect(act(disc, state, { do: "button", commands: [timer(1, 0)] }).state.timer).toBeNull()
    expect(act(disc, state, { do: "menu" }).state.timer?.endTicks).toBe(900_000)
    expect(types(started(made([0, 0], [timer(0, 301), timer(9, 1)])).events)).toEqual(["title", "warning", "warning", "end"])
    expect(started(made([0, 0, 1], [timer(0, 10), asm.jumpTitle(1)], [])).state.timer).toBeNull()
  })
})

describe("user operations", () => {
  const disc = made([0, 0, 1], [asm.play(3)], { flags: 0x6000, commands: [asm.play(1)] })
  const playing = started(disc).state

  test("are forbidden by the movie object, the playlist, the play item and the page", () => {
    expect(hdmvProhibitedBy(disc, playing, "menuCall")).toBeNull()
    expect(hdmvProhibitedBy(disc, playing, "timeSearch")).toBe("playlist")
    expect(hdmvProhibitedBy(disc, playing, "angleNumberChange")).toBe("play-item")
    expect(hdmvProhibitedBy(disc, withPosition(disc, playing, { playItemId: 1, time45k: 1000 }), "angleNumberChange")).toBeNull()
    expect(hdmvProhibitedBy(disc, playing, "popUpOn", { pageMask: new Set<UserOperation>(["popUpOn"]) })).toBe("page")
    const title = act(disc, playing, { do: "title", title: 1 }).state
    expect(hdmvProhibitedBy(disc, title, "menuCall")).toBe("movie-object")
    expect(hdmvProhibitedBy(disc, title, "titleSearch")).toBe("movie-object")
    expect(hdmvProhibitedBy(disc, title, "timeSearch")).toBeNull()
    expect(hdmvProhibitedBy(disc, initialState(), "timeSearch")).toBeNull()
  })

  test("a title that may not be searched is told", () => {
    const index = disc.index
    const titles = index?.titles.map((title) => ({ ...title, searchProhibited: true })) ?? []
    const closed: HdmvDisc = { ...disc, index: index === null ? null : { ...index, titles } }
    expect(hdmvProhibitedBy(closed, playing, "titleSearch", { title: 1 })).toBe("title")
    expect(hdmvProhibitedBy(closed, playing, "titleSearch", { title: 0 })).toBeNull()
  })
})

describe("any program and any order of acts", () => {
  /** Bytes that are mostly commands. */
  function anyCommand(chance: (below: number) => number): Uint8Array {
    if (chance(4) === 0) return Uint8Array.from({ length: 12 }, () => chance(256))
    const small = () => chance(5)
    return encode({
      count: chance(4),
      group: chance(3),
      sub: chance(3),
      immediate: chance(4),
      branch: chance(7),
      compare: chance(8),
      set: chance(18),
      first: small() + (chance(4) === 0 ? 0x8000_0000 : 0),
      second: small() + (chance(4) === 0 ? 0x8000_0000 : 0),
    })
  }
  /** The registers that are the player's owner's alone. */
  const settings = ({ psr }: HdmvState) => psr.filter((_, register) => isSetting(register)).join()
  const ACTS = ["start", "playlist-ended", "menu", "resume", "timer", "title", "button"] as const

  test("give a state that survives JSON and goes on as the one that was saved, or an error with a name", () => {
    const errors = new Map<string, number>()
    let played = 0
    for (let seed = 1; seed <= 600; seed++) {
      const chance = chanceOf(seed)
      const program = () => Array.from({ length: chance(12) }, () => anyCommand(chance))
      const disc = made(
        [0, 1, 2, seed % 7 === 0 ? "00000" : 3, 0],
        program(),
        program(),
        { flags: chance(8) << 13, commands: program() },
        program(),
      )
      let state = initialState()
      for (let round = 0; round < 8; round++) {
        const name = ACTS[round === 0 ? 0 : chance(ACTS.length)] ?? "start"
        const action: HdmvAction =
          name === "title" ? { do: name, title: chance(5) } : name === "button" ? { do: name, commands: program() } : { do: name }
        const before = JSON.stringify(state)
        const saved = readState(JSON.parse(before))
        expect(JSON.stringify(saved)).toBe(before)
        if (saved === null) return
        const go = (from: HdmvState) => runHdmvMachine(disc, { ...oracleEnvironment(), budget: 2000 }, from, action)
        try {
          const result = go(state)
          expect(JSON.stringify(go(saved))).toBe(JSON.stringify(result))
          expect(JSON.stringify(state)).toBe(before)
          expect(result.state.psr.every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true)
          expect(settings(result.state)).toBe(settings(initialState()))
          if (result.state.playing !== null) played++
          state = result.state
        } catch (error) {
          if (!(error instanceof DiscError)) throw error
          errors.set(error.code, (errors.get(error.code) ?? 0) + 1)
        }
      }
    }
    expect([...errors.keys()].sort()).toEqual(["limit", "unsupported"])
    expect(played).toBeGreaterThan(100)
  })

  test("what is no state is none; one of another disc does no harm", () => {
    for (const value of [
      null,
      1,
      "x",
      [],
      {},
      { ...initialState(), psr: [1] },
      { ...initialState(), gpr: [[5000, 1]] },
      { ...initialState(), timer: 1 },
    ]) {
      expect(readState(value)).toBeNull()
    }
    const foreign = {
      ...initialState(),
      playing: { movieObjectId: 99, line: 5 },
      suspended: { movieObjectId: 98, line: 1, at: "playlist" as const },
    }
    const disc = made([0, 0], [])
    expect(readState(foreign)).toEqual(foreign)
    expect(act(disc, foreign, { do: "playlist-ended" }).outcome).toBe("impossible")
    expect(act(disc, foreign, { do: "resume" }).outcome).toBe("impossible")
    expect(hdmvProhibitedBy(disc, foreign, "menuCall")).toBeNull()
  })
})

test("programs are printed whole", () => {
  const disc = made([0, null, "00001"], {
    flags: 0xc000,
    commands: [asm.move(1, 5), encode({ count: 2, group: 1, compare: 3, immediate: 1, first: 0x8000_0004, second: 1 }), asm.play(1)],
  })
  expect([...printPrograms(disc)]).toEqual([
    "First playback: movie, movie object 0",
    "Top menu: nothing",
    "Title 1: movie, BD-J 00001.bdjo",
    "Movie object 0 (can be resumed, no menu call):",
    "     0: 50400001 00000001 00000005  r1 = 5",
    "     1: 48400300 80000004 00000001  if psr4 (title) != 1",
    "     2: 22800000 00000001 00000000  play-playlist 1",
  ])
  expect([...printPrograms({ index: null, movieObjects: null })]).toEqual([
    "index.bdmv: cannot be read",
    "MovieObject.bdmv: cannot be read",
  ])
  const objects: MovieObjects | null = disc.movieObjects
  expect(decodeCommand(objects?.objects[0]?.commands.subarray(0, 12) ?? new Uint8Array()).op).toBe("set")
})
