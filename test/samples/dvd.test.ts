import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { hasProgram, oraclePath, runOracle } from "../support/oracles.ts"
import { sampleDvd } from "../support/samples.ts"
import { bellAt, codes, extract, ffmpeg, hasFfmpeg, run, sound, startTime, tone, tones } from "./support/media.ts"

const hasOracles = (["udfls", "dvdtrace", "dvdnavtrace"] as const).every((name) => oraclePath(name) !== null)
const work = mkdtempSync(join(tmpdir(), "opentray-sample-dvd-"))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const DISC = 1
type Menu = {
  /** The code's title, and its angle: 1 English, 2 French, 0 one for all. */
  readonly title: number
  readonly angle: number
  readonly frames: number
  /** The row of README.md's table of tones; none: silent. */
  readonly sound?: string
}
/** What README.md says of the menus, by VOB file and in the order of VOBs. */
const MENUS: Record<string, readonly Menu[]> = {
  VIDEO_TS: [1, 2].flatMap((angle) => [
    { title: 58, angle, frames: 100, sound: "intro" },
    { title: 0, angle, frames: 125, sound: "main menu" },
    { title: 59, angle, frames: 50, sound: "extras" },
    { title: 57, angle, frames: 75, sound: "hidden picture" },
  ]),
  VTS_01_0: [1, 2].flatMap((angle) => [
    { title: 61, angle, frames: 50, sound: "chapter menu" },
    { title: 62, angle, frames: 50, sound: "chapter menu" },
    { title: 60, angle, frames: 50, sound: "set-up" },
  ]),
  VTS_02_0: [{ title: 56, angle: 0, frames: 50, sound: "old picture" }],
  VTS_03_0: [{ title: 55, angle: 0, frames: 10 }],
  VTS_04_0: [
    { title: 54, angle: 0, frames: 50, sound: "two roads" },
    ...[51, 52, 53].map((title) => ({ title, angle: 0, frames: 50, sound: "quiz, questions" })),
    { title: 50, angle: 0, frames: 50, sound: "quiz, right" },
    { title: 49, angle: 0, frames: 50, sound: "quiz, wrong" },
    { title: 48, angle: 0, frames: 50, sound: "quiz, all right" },
    { title: 47, angle: 0, frames: 50, sound: "quiz, not all" },
  ],
}

type Line = Record<string, unknown>
type Cell = [vob: number, cell: number, first: number, last: number]
const table = hasOracles ? runOracle("dvdtrace", [sampleDvd]) : []
const of = (type: string): Line[] => table.filter((line) => line.type === type)
const cellsOf = (domain: string, vts: number): Cell[] =>
  of("cellAddresses").find((line) => line.domain === domain && line.vts === vts)?.cells as Cell[]
const chainOf = (vts: number) =>
  of("pgc").find((pgc) => pgc.domain === "VTS" && pgc.vts === vts) as Line & { readonly cells: readonly Line[] }
const domainOf = (file: string): [string, number] => (file === "VIDEO_TS" ? ["VMGM", 0] : ["VTSM", Number(file.slice(4, 6))])

/** A script run by libdvdnav from the disc's first play on, with what is shown when it ends. */
function play(script: readonly string[]): Line & { readonly shown: string; readonly state: Line } {
  const lines = runOracle("dvdnavtrace", [sampleDvd, "-"], `${script.join("\n")}\nstate\nstop\n`)
  expect(lines.filter(({ type, ok }) => type === "error" || (type === "command" && ok === false))).toEqual([])
  const state = lines.findLast(({ type }) => type === "state") as Line
  const { vobId, highlight } = lines.findLast(({ type }) => type === "nav") as { vobId: number; highlight?: { buttons?: number } }
  const { vts, domain } = lines.findLast(({ type }) => type === "vts") as { vts: number; domain: string }
  const file = domain === "VMGM" ? "VIDEO_TS" : `VTS_0${vts}_0`
  const menu = domain === "VTS" ? undefined : MENUS[file]?.[vobId - 1]
  const shown = menu === undefined ? `title ${state.title}` : `menu ${menu.title}/${menu.angle}`
  return { shown, vobId, buttons: highlight?.buttons ?? 0, state }
}
/** The VOBUs of a title's VOBs that a script's last visit to a title reads: `[VOB, sector]`. */
function vobusOfTitle(script: readonly string[]): (readonly [vob: number, sector: number])[] {
  const lines = runOracle("dvdnavtrace", [sampleDvd, "-"], `${script.join("\n")}\nstop\n`)
  const entered = lines.findLastIndex(({ type, domain }) => type === "vts" && domain === "VTS")
  const left = lines.findIndex(({ type }, i) => type === "vts" && i > entered)
  const title = lines.slice(entered, left < 0 ? undefined : left)
  return title.flatMap(({ type, vobId, lbn }) => (type === "nav" ? [[vobId, lbn] as [number, number]] : []))
}
/** Past the intro, into the main menu. */
const MAIN = ["run 300"]
const press = (button: number, blocks = 40): string[] => [`select ${button}`, "activate", `run ${blocks}`]

describe.skipIf(!hasOracles)("the sample DVD's tables, by libdvdread", () => {
  it("have the titles and streams that README.md names", () => {
    expect(of("disc")).toMatchObject([{ udfVolume: "OPENTRAY_DVD" }])
    expect(of("title").map(({ chapters, angles }) => [chapters, angles])).toEqual([
      [4, 1],
      [2, 1],
      [3, 3],
      [3, 1],
    ])
    const times = (vts: number) => chainOf(vts).cells.map(({ time }) => time)
    expect(times(1)).toEqual(["00000840", "00001040", "00001040", "00000840"])
    expect(times(2)).toEqual(["00000640", "00000640"])
    expect(times(3)).toEqual(["00000240", "00000840", "00000840", "00000840", "00000240"])
    const streams = (domain: string, kind: string) =>
      of("attributes")
        .filter((line) => line.domain === domain)
        .map((line) => (line[kind] as { lang: string }[]).map(({ lang }) => lang))
    expect(streams("VTS", "audio")).toEqual([["en", "fr"], ["en", "fr"], ["en"], ["en"]])
    expect(streams("VTS", "subpicture")).toEqual([["en", "fr"], ["en", "fr"], [], []])
    // The menu of title set 3 has no sound.
    expect(streams("VTSM", "audio")).toEqual([["en"], ["en"], [], ["en"]])
  })

  it("say 4:3 of one menu, 16:9 of all else", () => {
    const shapes = of("attributes").map(({ domain, vts, video }) => [domain, vts, (video as { aspect: number }).aspect])
    expect(shapes.filter(([, , aspect]) => aspect !== 3)).toEqual([["VTSM", 2, 0]])
  })

  it("have the menus in English and French where README.md says so", () => {
    expect(of("menuLanguage").map(({ domain, vts, lang }) => `${domain} ${vts} ${lang}`)).toEqual([
      "VMGM 0 en",
      "VMGM 0 fr",
      "VTSM 1 en",
      "VTSM 1 fr",
      "VTSM 2 en",
      "VTSM 3 en",
      "VTSM 4 en",
    ])
  })

  it("forbid every user operation in the intro, and none elsewhere", () => {
    const forbidden = of("pgc").filter(({ prohibitedOps }) => prohibitedOps !== "00000000")
    expect(forbidden.map(({ domain, lang, prohibitedOps }) => [domain, lang, prohibitedOps])).toEqual([
      ["VMGM", "en", "01ffffff"],
      ["VMGM", "fr", "01ffffff"],
    ])
  })

  it("interleave the angles of title 3 in units without gap or overlap", () => {
    const pieces = cellsOf("VTS", 3)
    const inOrder = [...pieces].sort((a, b) => a[2] - b[2])
    expect(inOrder.every(([, , first], i) => first === (i === 0 ? 0 : (inOrder[i - 1] as Cell)[3] + 1))).toBe(true)
    expect(inOrder.map(([vob]) => vob)).toEqual([1, ...Array.from({ length: 30 }, (_, i) => 2 + (i % 3)), 5])
    const { cells, time } = chainOf(3)
    expect(cells.map(({ blockMode, blockType, interleaved, seamlessAngle }) => [blockMode, blockType, interleaved, seamlessAngle])).toEqual(
      [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
        [2, 1, 1, 1],
        [3, 1, 1, 1],
        [0, 0, 0, 0],
      ],
    )
    for (const [i, cell] of cells.entries()) {
      const own = pieces.filter(([vob]) => vob === i + 1)
      expect([cell.first, cell.last]).toEqual([own[0]?.[2], own.at(-1)?.[3]])
      expect(cell.firstIlvuEnd).toBe(own.length > 1 ? own[0]?.[3] : 0)
    }
    expect(time).toBe("00001240")
  })
})

describe.skipIf(!hasOracles || !hasFfmpeg)("the sample DVD's pictures and sound", () => {
  const menus = Object.entries(MENUS).flatMap(([file, list]) => list.map((menu, i) => ({ ...menu, file, vob: i + 1 })))
  it.each(menus)("menu $title/$angle has its code and its tone: $file, VOB $vob", ({ file, vob, title, angle, frames, sound: key }) => {
    const [domain, vts] = domainOf(file)
    const own = cellsOf(domain, vts).filter(([id]) => id === vob)
    const path = extract(
      sampleDvd,
      `/VIDEO_TS/${file}.VOB`,
      own.map(([, , first, last]) => [first, last]),
    )
    const still = title === 55
    expect(codes(path)).toEqual(
      still ? Array.from({ length: frames }, () => ({ disc: DISC, title, angle, frame: 0 })) : run(DISC, title, angle, 0, frames),
    )
    const hasSound = spawnSync("ffprobe", ["-v", "error", "-select_streams", "a", "-show_entries", "stream=index", "-of", "csv=p=0", path])
    expect(hasSound.stdout.toString().trim() !== "").toBe(key !== undefined)
    if (key !== undefined) expect([tone(path, 0)]).toEqual(tones.get(`${DISC}/${key}`))
  })

  it.each([
    [1, 900],
    [2, 300],
  ])("title %i shows its frames, sounds its tones and strikes its bell", (title, frames) => {
    const path = extract(sampleDvd, `/VIDEO_TS/VTS_0${title}_1.VOB`)
    expect(codes(path)).toEqual(run(DISC, title, 0, 0, frames))
    const expected = tones.get(`${DISC}/${title}`) as number[]
    expect(expected.map((_, track) => tone(path, track))).toEqual(expected)
    const offset = startTime(path, "a:0") - startTime(path, "v:0")
    const last = Math.floor(frames / 25) - 1
    expect(Math.abs(bellAt(sound(path, 0), last - offset) + offset - last)).toBeLessThan(0.01)
  })

  it.each([
    [3, 1, 0, 0, 50],
    [3, 2, 1, 50, 200],
    [3, 3, 2, 50, 200],
    [3, 4, 3, 50, 200],
    [3, 5, 0, 250, 50],
    [4, 1, 0, 0, 50],
    [4, 2, 1, 50, 75],
    [4, 3, 2, 50, 75],
    [4, 4, 0, 125, 50],
  ])("title %i, VOB %i shows angle %i from frame %i on, %i frames, with its tone", (title, vob, angle, first, count) => {
    const own = cellsOf("VTS", title).filter(([id]) => id === vob)
    const path = extract(
      sampleDvd,
      `/VIDEO_TS/VTS_0${title}_1.VOB`,
      own.map(([, , from, to]) => [from, to]),
    )
    expect(codes(path)).toEqual(run(DISC, title, angle, first, count))
    expect([tone(path, 0)]).toEqual(tones.get(`${DISC}/${title}`))
    expect(ffmpeg("-i", path, "-map", "0", "-f", "null", "-").toString()).toBe("")
  })
})

describe.skipIf(!hasOracles || !hasFfmpeg)("the sample DVD's program, run by libdvdnav", () => {
  it("begins with an intro under which nothing is allowed, then the main menu, again and again", () => {
    expect(play(["until nav"])).toMatchObject({ shown: "menu 58/1", state: { domain: "VMGM", prohibitedOps: "01ffffff" } })
    for (const script of [MAIN, ["run 3000"]])
      expect(play(script)).toMatchObject({ shown: "menu 0/1", buttons: 6, state: { button: 1, prohibitedOps: "00000000", nextStill: 0 } })
  })

  it("speaks French to a player that is set to it, and English to others", () => {
    const shown = (language: string, ...keys: string[]) => play([`lang menu ${language}`, ...MAIN, ...keys]).shown
    expect(shown("fr")).toBe("menu 0/2")
    expect(shown("fr", ...press(3))).toBe("menu 61/2")
    expect(shown("fr", ...press(5))).toBe("menu 59/2")
    expect(shown("de")).toBe("menu 0/1")
  })

  it("plays titles 1 and 2 from the main menu's first two buttons, and comes back to the button", () => {
    expect(play([...MAIN, ...press(1)])).toMatchObject({ shown: "title 1", state: { part: 1 } })
    expect(play([...MAIN, ...press(2)])).toMatchObject({ shown: "title 2", state: { part: 1 } })
    for (const key of ["menu root", "menu title"])
      expect(play([...MAIN, ...press(1), key, "run 40"])).toMatchObject({ shown: "menu 0/1", state: { button: 1 } })
    expect(play([...MAIN, ...press(2), "menu title", "run 40"])).toMatchObject({ shown: "menu 0/1", state: { button: 2 } })
    expect(play([...MAIN, ...press(2, 700)])).toMatchObject({ shown: "menu 0/1", state: { button: 2 } })
  })

  it("turns the pages of the chapter menu, which leads to each chapter", () => {
    const chapters = [...MAIN, ...press(3)]
    const second = [...chapters, ...press(3)]
    expect(play(chapters)).toMatchObject({ shown: "menu 61/1", buttons: 4 })
    expect(play(second)).toMatchObject({ shown: "menu 62/1", buttons: 4 })
    expect(play([...second, ...press(3)])).toMatchObject({ shown: "menu 61/1" })
    for (const [pages, button, part] of [
      [chapters, 1, 1],
      [chapters, 2, 2],
      [second, 1, 3],
      [second, 2, 4],
    ] as const)
      expect(play([...pages, ...press(button)])).toMatchObject({ shown: "title 1", state: { part } })
    expect(play([...second, ...press(4)])).toMatchObject({ shown: "menu 0/1", state: { button: 3 } })
  })

  it("keeps sound and subtitles in the set-up menu, whose button follows what is chosen", () => {
    const setUp = [...MAIN, ...press(4)]
    const button = (...keys: string[]) => play([...setUp, ...keys]).state.button
    expect(play(setUp)).toMatchObject({ shown: "menu 60/1", buttons: 7, state: { button: 1 } })
    expect(button(...press(2))).toBe(2)
    expect(button(...press(2), ...press(4), ...press(4))).toBe(2)
    for (const subtitle of [5, 6, 7]) expect(button(...press(2), ...press(subtitle))).toBe(subtitle)
    // 0x80: hidden.
    expect(play([...setUp, ...press(2), ...press(6), ...press(3)])).toMatchObject({ shown: "title 1", state: { audio: 1, subpicture: 1 } })
    const off = play([...setUp, ...press(6), ...press(7), ...press(3)]).state.subpicture as number
    expect(off & 0x80).toBe(0x80)
    // From inside the title, by its keys.
    const title = [...MAIN, ...press(4), ...press(2), ...press(5), ...press(3)]
    expect(play([...title, "menu audio", "run 40"])).toMatchObject({ shown: "menu 60/1", state: { button: 2 } })
    expect(play([...title, "menu subpicture", "run 40"])).toMatchObject({ shown: "menu 60/1", state: { button: 5 } })
    expect(play([...title, "menu part", "run 40"])).toMatchObject({ shown: "menu 61/1" })
  })

  it("hides a button that the keys reach", () => {
    expect(play([...MAIN, "select 4", "up"]).state.button).toBe(6)
    expect(play([...MAIN, "select 4", "up", "activate", "run 40"])).toMatchObject({ shown: "menu 57/1" })
    expect(play([...MAIN, "click 594 206", "run 40"])).toMatchObject({ shown: "menu 57/1" })
    expect(play([...MAIN, ...press(6, 250)])).toMatchObject({ shown: "menu 0/1" })
  })

  it("draws no hidden button until it is selected, and each state of a button in a colour of its own", () => {
    const lines = runOracle("dvdnavtrace", [sampleDvd, "-"], `${[...MAIN, "select 6", "run 1"].join("\n")}\nstop\n`)
    const buttons = lines.flatMap(({ type, highlight }) =>
      type === "nav" && (highlight as { list?: unknown } | undefined)?.list ? [highlight] : [],
    )
    const { list } = buttons.at(-1) as { list: { rect: readonly [number, number, number, number] }[] }
    const { selected, activated } = lines.findLast(({ type }) => type === "highlight") as Record<string, { rect: unknown; palette: string }>
    expect(selected?.rect).toEqual(list[5]?.rect)
    expect(selected?.palette).not.toBe(activated?.palette)
    const [, , first, last] = cellsOf("VMGM", 0).find(([vob]) => vob === 2) as Cell
    const path = extract(sampleDvd, "/VIDEO_TS/VIDEO_TS.VOB", [[first, last]])
    const second = (filter: string) =>
      ffmpeg("-i", path, "-filter_complex", filter, "-ss", "1", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    const [plain, drawn] = [second("[0:v]null"), second("[0:v][0:s]overlay,format=gray")]
    const changed = ([x0, y0, x1, y1]: readonly [number, number, number, number]) => {
      let count = 0
      for (let y = y0; y <= y1; y++)
        for (let x = x0; x <= x1; x++) if (Math.abs((plain[y * 720 + x] ?? 0) - (drawn[y * 720 + x] ?? 0)) > 8) count++
      return count
    }
    expect(list.map(({ rect }) => changed(rect) > 100)).toEqual([true, true, true, true, true, false])
    expect(changed(list[5]?.rect as [number, number, number, number])).toBe(0)
  })

  it("has a 4:3 menu that goes on with the title it was called from", () => {
    const old = [...MAIN, ...press(2, 300), "menu root", "run 40"]
    expect(play(old)).toMatchObject({ shown: "menu 56/0", buttons: 3 })
    expect(play([...old, ...press(1)])).toMatchObject({ shown: "title 2" })
    expect(play([...old, ...press(1, 100)]).state.position).toBeGreaterThan(300)
    expect(play([...MAIN, ...press(5), ...press(4)])).toMatchObject({ shown: "menu 56/0" })
    // Nothing to go on with: from the beginning.
    expect(play([...MAIN, ...press(5), ...press(4), ...press(1)])).toMatchObject({ shown: "title 2" })
  })

  it("plays the road that was chosen", () => {
    const roads = [...MAIN, ...press(5), ...press(2)]
    expect(play(roads)).toMatchObject({ shown: "menu 54/0", buttons: 3, state: { button: 1 } })
    const vobs = (button: number) => [...new Set(vobusOfTitle([...roads, ...press(button, 600)]).map(([vob]) => vob))]
    expect(vobs(1)).toEqual([1, 2, 4])
    expect(vobs(2)).toEqual([1, 3, 4])
    expect(play([...roads, ...press(2, 600)])).toMatchObject({ shown: "menu 0/1", state: { button: 5 } })
  })

  it("asks three questions by chance, and counts the right answers", () => {
    const QUIZ = [...MAIN, ...press(5), ...press(3)]
    const ANSWERS = { "menu 51/0": 2, "menu 52/0": 3, "menu 53/0": 1 } as Record<string, number>
    const asked = new Set<string>()
    for (let seed = 1; seed <= 4; seed++) {
      for (const wrong of [null, 1]) {
        const script = [`seed ${seed}`, ...QUIZ]
        for (let question = 0; question < 3; question++) {
          const { shown } = play(script)
          asked.add(shown)
          const right = ANSWERS[shown] as number
          script.push(...press(question === wrong ? (right % 3) + 1 : right))
          expect(play(script).shown).toBe(question === wrong ? "menu 49/0" : "menu 50/0")
          script.push("run 100")
        }
        expect(play(script).shown).toBe(wrong === null ? "menu 48/0" : "menu 47/0")
        expect(play([...script, ...press(2)]).shown).toBe("menu 0/1")
      }
    }
    expect([...asked].sort()).toEqual(Object.keys(ANSWERS))
  })

  it("plays one angle of three, and changes between two units", () => {
    const vobs = (...keys: string[]) => vobusOfTitle([...MAIN, ...press(5), ...keys])
    const units = cellsOf("VTS", 3)
    for (const angle of [1, 2, 3]) {
      const seen = vobs("select 1", "activate", "run 20", `angle ${angle}`, "run 570")
      const own = seen.filter(([vob]) => vob > 1 && vob < 5)
      expect(new Set(own.map(([vob]) => vob))).toEqual(new Set([angle + 1]))
      expect(own).toHaveLength(20)
    }
    const changed = vobs("select 1", "activate", "run 180", "angle 3", "run 120", "angle 2", "run 200").filter(
      ([vob]) => vob > 1 && vob < 5,
    )
    expect(changed.map(([vob]) => vob).filter((vob, i, all) => vob !== all[i - 1])).toEqual([2, 4, 3])
    // No unit is left out, and none is played twice: one of each time.
    const begun = changed.flatMap(([, lbn]) =>
      units.flatMap(([vob, , first]) => (first === lbn ? [units.filter(([id]) => id === vob).findIndex(([, , at]) => at === lbn)] : [])),
    )
    expect(begun).toEqual(begun.map((_, i) => i))
  })

  it("keeps its place when the angle menu changes the angle", () => {
    const inside = [...MAIN, ...press(5), ...press(1, 300), "menu angle", "run 10"]
    expect(play(inside)).toMatchObject({ shown: "menu 55/0", buttons: 4, state: { button: 1 } })
    const { state, vobId } = play([...inside, "select 3", "activate", "run 100"])
    expect(state).toMatchObject({ title: 3, part: 2, angle: 3 })
    expect(vobId).toBe(4)
    expect(play([...inside, ...press(4)])).toMatchObject({ shown: "menu 0/1", state: { button: 5 } })
  })
})

describe.skipIf(!hasOracles || !hasFfmpeg || !hasProgram("mpv"))("the sample DVD's angles, shown by mpv", () => {
  it.each([1, 2, 3])("angle %i", { timeout: 120_000 }, (angle) => {
    const folder = join(work, `angle-${angle}`)
    // Every tenth picture of the title, which is mpv's 2: it counts from 0.
    const every = [
      "--vf=lavfi=[select=not(mod(n\\,10))]",
      "--frames=28",
      "--vo=image",
      "--vo-image-format=png",
      `--vo-image-outdir=${folder}`,
    ]
    const args = [`--dvd-device=${sampleDvd}`, `--dvd-angle=${angle}`, "--no-config", "--no-audio", "--untimed", ...every]
    const result = spawnSync("mpv", ["dvd://2", ...args], { encoding: "utf8" })
    expect(result.status, result.stdout).toBe(0)
    const shown = readdirSync(folder)
      .sort()
      .map((name) => codes(join(folder, name))[0])
    expect(shown.length).toBeGreaterThanOrEqual(28)
    for (const code of shown) {
      expect(code).toMatchObject({ disc: DISC, title: 3 })
      const { frame, angle: seen } = code as { frame: number; angle: number }
      expect(seen, `frame ${frame}`).toBe(frame < 50 || frame >= 250 ? 0 : angle)
    }
    expect(shown.filter((code) => code?.angle === angle).length).toBeGreaterThanOrEqual(18)
  })
})
