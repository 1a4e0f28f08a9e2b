import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { multiplex } from "../../samples/authoring/bluray/transport-stream.mjs"
import { type CaptionChange, CaptionDecoder, type CaptionLine, captionCues } from "../../src/graphics/captions/index.ts"
import { type AccessUnit, CaptionReader, TransportStreamDemuxer } from "../../src/mpeg/index.ts"
import { ffmpeg, temporaryFolder } from "../mpeg/media.ts"
import {
  a53UserData,
  BS,
  CR,
  channel2,
  DER,
  dvdUserData,
  EDM,
  ENM,
  EOC,
  extended,
  ffmpegCaptions,
  type Insert,
  insertUserData,
  midRow,
  NULLS,
  pac,
  RCL,
  RDC,
  rollUp,
  type ShownEvent,
  special,
  tab,
  text,
  type Word,
} from "../support/captions.ts"
import { hasProgram } from "../support/oracles.ts"

const folder = temporaryFolder()
/** FFmpeg writes hundredths of a second, cut off. */
const HUNDREDTH = 0.0101
const FRAMES = 1500

/** One visible character: where, what, and how it looks. */
type Mark = string

function marksOf(lines: readonly CaptionLine[]): Mark[] {
  return lines
    .flatMap(({ row, column, text: characters, colour, italics, underline }) =>
      [...characters].flatMap((character, index) =>
        character.trim() === "" ? [] : [`${row}:${column + index} ${character} ${colour}${italics ? " i" : ""}${underline ? " u" : ""}`],
      ),
    )
    .sort()
}

const COLOURS: Readonly<Record<string, string>> = {
  FFFFFF: "white",
  "00FF00": "green",
  FF0000: "blue",
  FFFF00: "cyan",
  "0000FF": "red",
  "00FFFF": "yellow",
  FF00FF: "magenta",
}

/** The same of FFmpeg's text: `\pos` is the row and the columns it left out on the left, `\h` a space. */
function marksOfAss(ass: string): Mark[] {
  const marks: Mark[] = []
  let [row, column, italics, underline, colour] = [0, 0, false, false, "white"]
  for (const [token] of ass.matchAll(/\{[^}]*\}|\\[Nh]|./gsu)) {
    const position = /pos\((\d+),(\d+)\)/.exec(token)
    if (position !== null) {
      column = Math.round((Number(position[1]) / 384 - 0.1) / 0.025) + 1
      row = Math.round((Number(position[2]) / 288 - 0.1) / 0.0533) + 1
    } else if (token.startsWith("{")) {
      if (/\\i[01]/.test(token)) italics = token.includes("\\i1")
      if (/\\u[01]/.test(token)) underline = token.includes("\\u1")
      const code = /\\c&H([0-9A-F]{6})&/.exec(token)?.[1]
      if (code !== undefined) colour = COLOURS[code] ?? code
    } else if (token !== "\\N") {
      if (token !== "\\h" && token.trim() !== "")
        marks.push(`${row}:${column} ${token} ${colour}${italics ? " i" : ""}${underline ? " u" : ""}`)
      column++
    }
  }
  return marks.sort()
}

/** The video, made once; scripts differ by what is put into it. */
let plain: Buffer
let intraOnly: Buffer

/** NTSC: ticks of a frame, and when the first one is shown. */
const FRAME = 3003
const START = 90_000

/** The stream with its user data and each picture's exact times, as a transport stream. */
function author(name: string, stream: Buffer, insert: Insert): string {
  const { units } = insertUserData(stream, insert)
  const timed = units.map(({ data, shown, key }, coded) => ({ data, key, pts: START + shown * FRAME, dts: START + (coded - 1) * FRAME }))
  const path = join(folder, `${name}.m2ts`)
  writeFileSync(path, multiplex([{ pid: 0x1011, codec: "mpeg2video", format: "1080p", rate: "30000/1001", units: timed }]).bytes)
  return path
}

function ours(path: string): CaptionChange[] {
  const reader = new CaptionReader()
  const decoder = new CaptionDecoder()
  const changes: CaptionChange[] = []
  const take = (pairs: ReturnType<CaptionReader["push"]>) => {
    for (const pair of pairs) changes.push(...decoder.push(pair))
  }
  const demuxer = new TransportStreamDemuxer({ sink: { unit: (unit: AccessUnit) => take(reader.push(unit)) } })
  demuxer.push(readFileSync(path))
  demuxer.flush()
  take(reader.flush())
  return changes
}

const wordsOf = (script: readonly Word[], shown: number): Word => script[shown] ?? [0, 0]
const a53 = (script: readonly Word[], field: 1 | 2 = 1): Insert => ({
  picture: (shown) => {
    const [own, other] = [wordsOf(script, shown), [0, 0] as const]
    return a53UserData([
      { field: 1, word: field === 1 ? own : other },
      { field: 2, word: field === 2 ? own : other },
    ])
  },
})
const dvd = (script: readonly Word[]): Insert => ({
  gop: (shown) => dvdUserData(shown.map((each) => [wordsOf(script, each), [0, 0]] as const)),
})

/** Pop-on captions in full: each of FFmpeg's cues has our text, from and to the same moments. */
function expectSameCues(theirs: readonly ShownEvent[], changes: readonly CaptionChange[], count: number, channel: 1 | 3 = 1): void {
  const cues = captionCues(changes, channel, Number.MAX_SAFE_INTEGER)
  expect(theirs).toHaveLength(count)
  expect(cues.map(({ lines }) => marksOf(lines))).toEqual(theirs.map((event) => marksOfAss(event.text)))
  cues.forEach(({ at, until }, index) => {
    const event = theirs[index]!
    expect(Math.abs(at / 90_000 - event.at)).toBeLessThan(HUNDREDTH)
    expect(Math.abs(until / 90_000 - event.until)).toBeLessThan(HUNDREDTH)
  })
}

/** What channel 1 shows at a moment, in seconds. */
function shownAt(changes: readonly CaptionChange[], seconds: number): Mark[] {
  const last = changes.findLast(({ channel, at }) => channel === 1 && at / 90_000 <= seconds + HUNDREDTH)
  return marksOf(last?.lines ?? [])
}

/** Repeatable numbers below `below`. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % below
  }
}

/** A caption of one to four rows with random places, looks and characters; nothing in it that FFmpeg decodes otherwise than the rules. */
function randomRows(random: (below: number) => number, midRows = true): Word[] {
  const rows = new Set(Array.from({ length: 1 + random(4) }, () => 1 + random(15)))
  return [...rows].flatMap((row) => {
    const indent = random(2) === 0
    const look = indent ? 0x10 + random(8) : random(16)
    const words = [...pac(row, look), ...(indent ? tab((1 + random(3)) as 1 | 2 | 3) : [])]
    for (let part = random(3); part >= 0; part--) {
      words.push(...text(Array.from({ length: 1 + random(3) }, () => String.fromCharCode(0x21 + random(0x5f))).join("")))
      const kind = random(4)
      // FFmpeg loses the row's end when it ends with a mid-row code.
      if (kind === 0 && midRows && part > 0) words.push(...midRow(random(14)))
      else if (kind === 1) words.push(...special(0x30 + random(16)))
      else if (kind === 2) words.push(...text("x"), ...extended(random(2) === 0 ? 0x12 : 0x13, ALIKE[random(ALIKE.length)]!))
    }
    return words
  })
}

/** Second bytes whose character is the same in FFmpeg's tables, in both sets, and means nothing to ASS. */
const ALIKE = Array.from({ length: 32 }, (_, index) => 0x20 + index).filter((code) => ![0x26, 0x29, 0x2a, 0x2b, 0x2d, 0x37].includes(code))

function popOn(seed: number, gap = 1): { script: Word[]; count: number } {
  const random = numbers(seed)
  const script: Word[] = NULLS(10)
  let count = 0
  for (;;) {
    const caption = [
      ...RCL,
      ...ENM,
      ...randomRows(random),
      ...EOC,
      ...NULLS(gap + random(20)),
      ...(random(3) === 0 ? [...EDM, ...NULLS(gap)] : []),
    ]
    if (script.length + caption.length > FRAMES - 20) break
    script.push(...caption)
    count++
  }
  script.push(...EDM)
  return { script, count }
}

describe.skipIf(!hasProgram("ffmpeg"))("captions as FFmpeg decodes them", () => {
  beforeAll(() => {
    const make = (name: string, ...options: string[]) => {
      const input = ["-f", "lavfi", "-i", `testsrc=s=64x48:r=30000/1001:d=${(FRAMES * 1001) / 30_000}`]
      ffmpeg(...input, "-c:v", "mpeg2video", ...options, "-sc_threshold", "1000000000", "-f", "mpeg2video", join(folder, name))
      return readFileSync(join(folder, name))
    }
    plain = make("plain.m2v", "-g", "12", "-bf", "2")
    intraOnly = make("intra.m2v", "-g", "1")
  })

  test.each([1, 2, 3])("pop-on with places, looks and every kind of character, of each picture (%i)", (seed) => {
    const { script, count } = popOn(seed)
    const path = author(`a53-${seed}`, plain, a53(script))
    expect(count).toBeGreaterThan(15)
    expectSameCues(ffmpegCaptions(path), ours(path), count)
  })

  test("the same in the DVD's form, one picture a group", () => {
    const { script, count } = popOn(4)
    const path = author("dvd-intra", intraOnly, dvd(script))
    expectSameCues(ffmpegCaptions(path), ours(path), count)
  })

  test("in the DVD's form, twelve pictures a group: the same text; FFmpeg puts a group's words on one picture", () => {
    // FFmpeg makes one cue of two that end in one group.
    const { script, count } = popOn(5, 13)
    const path = author("dvd-groups", plain, dvd(script))
    const [theirs, exact] = [ffmpegCaptions(path), ours(author("dvd-groups-exact", plain, a53(script)))]
    const changes = ours(path)
    // The time of each word is that of the same word in a picture of its own.
    expect(changes).toEqual(exact)
    const texts = captionCues(changes, 1, Number.MAX_SAFE_INTEGER).map(({ lines }) => marksOf(lines))
    expect(texts).toHaveLength(count)
    const group = (12 * 1001) / 30_000
    // A caption that ends in the group it began in has no duration there.
    for (const { at, until, text: ass } of theirs) {
      expect(texts).toContainEqual(marksOfAss(ass))
      const cue = captionCues(changes, 1, Number.MAX_SAFE_INTEGER).find(({ lines }) => `${marksOf(lines)}` === `${marksOfAss(ass)}`)
      expect(Math.abs((cue?.at ?? 0) / 90_000 - at)).toBeLessThan(group)
      expect(Math.abs((cue?.until ?? 0) / 90_000 - until)).toBeLessThan(group)
    }
    expect(theirs.length).toBeGreaterThan(count / 2)
  })

  test("channel CC3 in field 2", () => {
    const { script, count } = popOn(6)
    const path = author("field-2", plain, a53(script, 2))
    const changes = ours(path)
    expect(new Set(changes.map(({ channel }) => channel))).toEqual(new Set([3]))
    // Field 2 is shown half a frame behind the picture that FFmpeg gives its time to.
    const half = changes.map((change) => ({ ...change, at: change.at - 1501 }))
    expectSameCues(ffmpegCaptions(path, "second"), half, count, 3)
  })

  test.each([2, 3, 4] as const)("roll-up of %i rows, as it grows", (rows) => {
    const random = numbers(rows)
    const script = [...NULLS(20)]
    while (script.length < FRAMES - 60) {
      const line = Array.from({ length: 4 + random(16) }, () => String.fromCharCode(0x61 + random(26))).join("")
      script.push(...rollUp(rows), ...CR, ...pac(15, 0x10 + 2 * random(3)), ...text(line), ...NULLS(random(20)))
    }
    const path = author(`roll-${rows}`, plain, a53(script))
    const changes = ours(path)
    const theirs = ffmpegCaptions(path, "first", true).filter((event) => event.text !== "")
    expect(theirs.length).toBeGreaterThan(60)
    for (const event of theirs) expect(shownAt(changes, event.at)).toEqual(marksOfAss(event.text))
    const most = Math.max(...changes.map(({ lines }) => new Set(lines.map(({ row }) => row)).size))
    expect(most).toBe(rows)
  })

  test("paint-on, as it grows", () => {
    const random = numbers(9)
    const script = [...NULLS(20)]
    while (script.length < FRAMES - 100) script.push(...EDM, ...RDC, ...randomRows(random, false), ...NULLS(12 + random(20)))
    const path = author("paint", plain, a53(script))
    const changes = ours(path)
    const theirs = ffmpegCaptions(path, "first", true).filter((event) => event.text !== "")
    expect(theirs.length).toBeGreaterThan(40)
    for (const event of theirs) expect(shownAt(changes, event.at)).toEqual(marksOfAss(event.text))
  })

  test("delete to the end of the row", () => {
    const script = [
      ...RCL,
      ...ENM,
      ...pac(15, 0x10),
      ...text("keep drop"),
      ...pac(15, 0x10),
      ...text("held"),
      ...DER,
      ...EOC,
      ...NULLS(20),
      ...EDM,
    ]
    const path = author("delete", plain, a53(script))
    const changes = ours(path)
    expectSameCues(ffmpegCaptions(path), changes, 1)
    expect(changes[0]?.lines).toMatchObject([{ row: 15, column: 1, text: "held" }])
  })
})

/** Where FFmpeg 5.1 and the rules differ: what it shows, what the rules say, and that we do as the rules say. */
describe.skipIf(!hasProgram("ffmpeg"))("what FFmpeg decodes otherwise", () => {
  const differences: [what: string, rule: string, body: Word[], ours: string, theirs: string][] = [
    ["it has no backspace", "47 CFR 15.119 (f)(1)(vi)", [...text("cart"), ...BS, ...text("d")], "card", "cartd"],
    [
      "it drops what is written past column 32",
      "47 CFR 15.119 (f)(1)(v)",
      [...text("abcdefghijklmnopqrstuvwxyzabcdefXYZ")],
      "abcdefghijklmnopqrstuvwxyzabcdeZ",
      "abcdefghijklmnopqrstuvwxyzabcdef",
    ],
    ["it takes a third copy for a repetition", "47 CFR 15.119 (i)(4)", [...text("a"), ...tab(1), ...tab(1), ...text("b")], "a  b", "a b"],
    [
      "it takes the same code behind a pause for a repetition",
      "47 CFR 15.119 (i)(4)",
      [...text("a"), ...tab(1), [0, 0], ...tab(1), ...text("b")],
      "a  b",
      "a b",
    ],
    [
      "it erases what stands left of an indent",
      "47 CFR 15.119 (e)(1)(i)",
      [...text("keep"), ...pac(15, 0x14), ...text("x")],
      "keep    x",
      "x",
    ],
    [
      "it shows the other data channel's text too",
      "47 CFR 15.119 (c)",
      [...text("one"), ...channel2([...RCL, ...text("two")]), ...RCL, ...text("three")],
      "onethree",
      "onetwothree",
    ],
    ["it takes the opening quote for an accent", "CTA-608-E table 5", [...text("x"), ...extended(0x12, 0x26)], "\u2018", "\u00b4"],
    ["it takes the plain quote for the opening one", "CTA-608-E table 6", [...text("x"), ...extended(0x12, 0x29)], "'", "\u2018"],
    ["it has a hyphen for the em dash", "CTA-608-E table 6", [...text("x"), ...extended(0x12, 0x2a)], "\u2014", "-"],
    ["it has a middle dot for the bullet", "CTA-608-E table 6", [...text("x"), ...extended(0x12, 0x2d)], "\u2022", "\u00b7"],
    ["it has a broken bar for the full one", "CTA-608-E table 9", [...text("x"), ...extended(0x13, 0x37)], "\u2502", "\u00a6"],
  ]

  test.each(differences)("%s (%s)", (what, _rule, body, own, theirs) => {
    const script = [...RCL, ...ENM, ...pac(15, 0x10), ...body, ...EOC, ...NULLS(20), ...EDM]
    const path = author(what.replace(/\W/g, "-"), plain, a53(script))
    const plainText = (lines: readonly CaptionLine[]) => {
      const row = new Array<string>(33).fill(" ")
      for (const { column, text: characters } of lines) for (let i = 0; i < characters.length; i++) row[column + i] = characters[i]!
      return row.join("").trim()
    }
    const cue = captionCues(ours(path), 1, Number.MAX_SAFE_INTEGER)[0]
    expect(plainText(cue?.lines ?? [])).toBe(own)
    const ass = ffmpegCaptions(path)[0]?.text ?? ""
    expect(
      ass
        .replace(/\{[^}]*\}/g, "")
        .replaceAll("\\h", " ")
        .trim(),
    ).toBe(theirs)
  })

  test("italics keep the colour (47 CFR 15.119 (h)(1)(ii)); FFmpeg turns them white", () => {
    const script = [...RCL, ...ENM, ...pac(15, 8), ...text("ab"), ...midRow(0xe), ...text("c"), ...EOC, ...NULLS(20), ...EDM]
    const path = author("italics", plain, a53(script))
    const cue = captionCues(ours(path), 1, Number.MAX_SAFE_INTEGER)[0]
    expect(marksOf(cue?.lines ?? [])).toEqual(["15:1 a red", "15:2 b red", "15:4 c red i"])
    expect(marksOfAss(ffmpegCaptions(path)[0]?.text ?? "")).toEqual(["15:1 a red", "15:2 b red", "15:4 c white i"])
  })
})
