import { describe, expect, test } from "vitest"
import { type CaptionChange, CaptionDecoder, type CaptionLine, captionCues } from "../../src/graphics/captions/index.ts"
import {
  BS,
  CR,
  channel2,
  DER,
  EDM,
  ENM,
  EOC,
  extended,
  FON,
  midRow,
  NULLS,
  pac,
  parity,
  RCL,
  RDC,
  RTD,
  rollUp,
  special,
  TR,
  tab,
  text,
  type Word,
} from "../support/captions.ts"

const FRAME = 3003

/** A decoder that is given one word a frame. */
class Line {
  readonly decoder = new CaptionDecoder()
  readonly changes: CaptionChange[] = []
  frame = 0

  send(words: readonly Word[], field: 1 | 2 = 1): this {
    return this.raw(
      words.map(([first, second]) => [parity(first), parity(second)] as const),
      field,
    )
  }

  /** With the parity bits as they are. */
  raw(words: readonly Word[], field: 1 | 2 = 1): this {
    for (const [first, second] of words) this.changes.push(...this.decoder.push({ field, at: this.frame++ * FRAME, first, second }))
    return this
  }

  lines(channel = 1): readonly CaptionLine[] {
    return this.changes.findLast((change) => change.channel === channel)?.lines ?? []
  }

  /** Row, column and text of what is shown. */
  rows(channel = 1): [row: number, column: number, text: string][] {
    return this.lines(channel).map(({ row, column, text: characters }) => [row, column, characters])
  }
}

const send = (...words: Word[]) => new Line().send(words)
const popOn = (...words: Word[]) => send(...RCL, ...pac(15, 0), ...words, ...EOC)

describe("pop-on", () => {
  test("is shown by its end of caption, and until the next or an erasure", () => {
    const line = send(
      ...RCL,
      ...pac(14, 0x10),
      ...text("first"),
      ...EOC,
      ...NULLS(5),
      ...RCL,
      ...ENM,
      ...pac(15, 0x12),
      ...text("next"),
      ...EOC,
    )
    line.send([...NULLS(3), ...EDM])
    const cues = captionCues(line.changes, 1, 1e9).map(({ at, until, lines }) => [at / FRAME, until / FRAME, lines[0]?.text])
    expect(cues).toEqual([
      [7, 22, "first"],
      [22, 27, "next"],
    ])
  })

  test("loads what is hidden; the memories change places", () => {
    const line = popOn(...text("one"))
    line.send([...RCL, ...pac(15, 0), ...text("two")])
    expect(line.rows()).toEqual([[15, 1, "one"]])
    line.send(EOC)
    expect(line.rows()).toEqual([[15, 1, "two"]])
    // The first one is hidden now, and comes back.
    expect(line.send(EOC).rows()).toEqual([[15, 1, "one"]])
  })

  test("hidden memory is erased by its own command only", () => {
    const line = popOn(...text("one")).send([...RCL, ...text("two"), ...EDM])
    expect(line.rows()).toEqual([])
    line.send([...ENM, ...EOC])
    expect(line.rows()).toEqual([])
  })

  test("a carriage return means nothing", () => {
    expect(popOn(...text("one"), ...CR, ...text("two")).rows()).toEqual([[15, 1, "onetwo"]])
  })

  test.each(Array.from({ length: 15 }, (_, index) => index + 1))("row %i, each column of indents and tabs", (row) => {
    for (let column = 1; column <= 32; column++) {
      const indent = Math.floor((column - 1) / 4)
      const rest = ((column - 1) % 4) as 0 | 1 | 2 | 3
      const line = send(...RCL, ...pac(row, 0x10 + 2 * indent), ...(rest === 0 ? [] : tab(rest)), ...text("x"), ...EOC)
      expect(line.rows()).toEqual([[row, column, "x"]])
    }
  })
})

describe("roll-up", () => {
  const spoken = (rows: 2 | 3 | 4, ...lines: string[]) =>
    send(...rollUp(rows), ...lines.flatMap((each) => [...CR, ...pac(15, 0x10), ...text(each)]))

  test.each([2, 3, 4] as const)("keeps %i rows", (rows) => {
    const line = spoken(rows, "a", "b", "c", "d", "e")
    expect(line.rows()).toEqual(["a", "b", "c", "d", "e"].slice(-rows).map((each, index) => [16 - rows + index, 1, each]))
  })

  test("a shallower window loses its upper rows at once", () => {
    expect(spoken(4, "a", "b", "c").send(rollUp(2)).rows()).toEqual([
      [14, 1, "b"],
      [15, 1, "c"],
    ])
  })

  test("an address moves all of it, but not out of the picture", () => {
    const line = spoken(3, "a", "b")
    line.send(pac(5, 0x10))
    expect(line.rows()).toEqual([
      [4, 1, "a"],
      [5, 1, "b"],
    ])
    line.send(pac(1, 0x10))
    expect(line.rows()).toEqual([
      [2, 1, "a"],
      [3, 1, "b"],
    ])
    line.send([...CR, ...text("c"), ...CR, ...text("d")])
    expect(line.rows()).toEqual([
      [1, 1, "b"],
      [2, 1, "c"],
      [3, 1, "d"],
    ])
  })

  test("the same command again leaves what is written, and the cursor", () => {
    const line = spoken(2, "ab").send([...rollUp(2), ...text("cd")])
    expect(line.rows()).toEqual([[15, 1, "abcd"]])
  })

  test("a deeper window makes room for itself", () => {
    const line = send(...rollUp(2), ...pac(2, 0x10), ...text("a"), ...rollUp(4))
    expect(line.rows()).toEqual([[4, 1, "a"]])
    expect(line.send(text("b")).rows()).toEqual([[4, 1, "ab"]])
  })

  test("after an erasure it begins at the bottom again", () => {
    const line = send(...rollUp(2), ...pac(4, 0x14), ...text("up"), ...EDM, ...rollUp(2), ...text("down"))
    expect(line.rows()).toEqual([[15, 1, "down"]])
  })

  test("erases the captions of the other styles", () => {
    const line = popOn(...text("one")).send([...RCL, ...pac(3, 0), ...text("two"), ...rollUp(2)])
    expect(line.rows()).toEqual([])
    expect(line.send([[0, 0], ...EOC]).rows()).toEqual([])
  })

  test("a new row is white without an address", () => {
    const line = send(...rollUp(2), ...CR, ...pac(15, 9), ...text("red"), ...CR, ...text("new"))
    expect(line.lines()).toMatchObject([
      { text: "red", colour: "red", underline: true },
      { text: "new", colour: "white", italics: false, underline: false, flash: false, background: "black", opacity: "opaque" },
    ])
  })
})

describe("paint-on", () => {
  test("is shown as it comes, over what is there", () => {
    const line = popOn(...text("abc")).send([...RDC, ...pac(15, 0x10), ...text("xy")])
    expect(line.rows()).toEqual([[15, 1, "xyc"]])
    expect(line.send([...pac(2, 0), ...text("up")]).rows()).toEqual([
      [2, 1, "up"],
      [15, 1, "xyc"],
    ])
    expect(line.send([...CR, ...text("!")]).rows()[0]).toEqual([2, 1, "up!"])
  })

  test("each word is a change at its own frame", () => {
    const line = send(...RDC, ...pac(1, 0), ...text("abcd"))
    expect(line.changes.map(({ at, lines }) => [at / FRAME, lines[0]?.text])).toEqual([
      [4, "ab"],
      [5, "abcd"],
    ])
  })
})

describe("editing", () => {
  test("backspace erases, and a row's begin stops it", () => {
    expect(popOn(...text("ab"), ...BS, ...text("c")).rows()).toEqual([[15, 1, "ac"]])
    expect(popOn(...BS, ...text("a")).rows()).toEqual([[15, 1, "a"]])
    expect(popOn(...text("ab"), ...BS, ...BS, ...BS, ...text("c")).rows()).toEqual([[15, 1, "c"]])
  })

  test("backspace in column 32 goes to column 31", () => {
    const full = "abcdefghijklmnopqrstuvwxyzABCDEF"
    expect(popOn(...text(full), ...BS, ...text("!")).rows()).toEqual([[15, 1, `${full.slice(0, 30)}!`]])
  })

  test("a full row's last column takes all that follows", () => {
    const full = "abcdefghijklmnopqrstuvwxyzABCDEF"
    expect(popOn(...text(`${full}XY`)).rows()).toEqual([[15, 1, `${full.slice(0, 31)}Y`]])
    expect(popOn(...pac(15, 0x1e), ...tab(3), ...tab(3), ...text("x")).rows()).toEqual([[15, 32, "x"]])
  })

  test("delete to the end of the row", () => {
    expect(popOn(...text("abcdef"), ...pac(15, 0x12), ...DER).rows()).toEqual([[15, 1, "abcd"]])
    expect(popOn(...text("abcdef"), ...pac(15, 0x10), ...DER).rows()).toEqual([])
  })

  test("a tab leaves a gap, and so does the transparent space", () => {
    expect(popOn(...text("ab"), ...tab(2), ...text("c")).rows()).toEqual([
      [15, 1, "ab"],
      [15, 5, "c"],
    ])
    expect(popOn(...text("ab"), ...special(0x39), ...text("c")).rows()).toEqual([
      [15, 1, "ab"],
      [15, 4, "c"],
    ])
  })

  test("an extended character takes the place of the one before it", () => {
    expect(popOn(...text("Noe"), ...extended(0x12, 0x36), ...text("l")).rows()).toEqual([[15, 1, "Noël"]])
    expect(popOn(...extended(0x13, 0x34)).rows()).toEqual([[15, 1, "ß"]])
  })
})

/** CTA-608-E, tables 49, 50 and 5 to 10, in the order of their codes. */
describe("the character sets", () => {
  const shown = (words: Word[]) => popOn(...words).rows()[0]?.[2]

  test("basic", () => {
    const all = Array.from({ length: 96 }, (_, index) => shown([[0x20 + index, 0x2e] as Word])?.[0] ?? "")
    const expected = ' !"#$%&’()á+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[é]íóúabcdefghijklmnopqrstuvwxyzç÷Ññ█'
    expect(all.join("")).toBe(expected)
  })

  test("special", () => {
    const codes = [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f]
    expect(codes.map((code) => shown(special(code))).join("")).toBe("®°½¿™¢£♪àèâêîôû")
  })

  test("extended", () => {
    const all = (set: 0x12 | 0x13) =>
      Array.from({ length: 32 }, (_, index) => shown([...text("x"), ...extended(set, 0x20 + index)])).join("")
    expect(all(0x12)).toBe("ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»")
    expect(all(0x13)).toBe("ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤│ÅåØø┌┐└┘")
  })
})

describe("looks", () => {
  const COLOURS = ["white", "green", "blue", "cyan", "red", "yellow", "magenta"] as const

  test.each(COLOURS.map((colour, index) => [colour, index] as const))("%s by address and in the row", (colour, index) => {
    expect(send(...RCL, ...pac(3, index * 2 + 1), ...text("x"), ...EOC).lines()).toMatchObject([
      { colour, underline: true, italics: false },
    ])
    expect(
      popOn(...text("a"), ...midRow(index * 2), ...text("b"))
        .lines()
        .at(-1),
    ).toMatchObject({ colour, underline: false })
  })

  test("italics by address are white, in the row they keep the colour, and a colour ends them", () => {
    expect(send(...RCL, ...pac(3, 0xf), ...text("x"), ...EOC).lines()).toMatchObject([{ colour: "white", italics: true, underline: true }])
    const line = send(...RCL, ...pac(3, 8), ...text("a"), ...midRow(0xf), ...text("b"), ...midRow(4), ...text("c"), ...EOC)
    expect(line.lines()).toMatchObject([
      { column: 1, text: "a", colour: "red", italics: false, underline: false },
      { column: 2, text: " b", colour: "red", italics: true, underline: true },
      { column: 4, text: " c", colour: "blue", italics: false, underline: false },
    ])
  })

  test("flash takes a column, keeps the rest, and ends with the next code", () => {
    expect(popOn(...midRow(9), ...FON, ...text("a"), ...midRow(8), ...text("b")).lines()).toMatchObject([
      { text: " ", flash: false },
      { text: " a", flash: true, colour: "red", underline: true },
      { text: " b", flash: false, underline: false },
    ])
  })

  test("backgrounds and black stand over the space before them", () => {
    const background = (first: number, second: number): Word[] => [
      [first, second],
      [first, second],
    ]
    expect(popOn(...text("a "), ...background(0x10, 0x29), ...text("b")).lines()).toMatchObject([
      { column: 1, text: "a", background: "black", opacity: "opaque" },
      { column: 2, text: " b", background: "red", opacity: "translucent" },
    ])
    expect(
      popOn(...text("a "), ...background(0x10, 0x2a), ...background(0x17, 0x2f), ...text("b"))
        .lines()
        .at(-1),
    ).toMatchObject({
      ...{ column: 2, text: " b", background: "yellow", opacity: "opaque", colour: "black", underline: true },
    })
    expect(
      popOn(...text("a "), ...background(0x17, 0x2d), ...text("b"))
        .lines()
        .at(-1),
    ).toMatchObject({ opacity: "transparent" })
  })

  test("an address in the midst of text does not change it: CTA-608-E C.7", () => {
    const line = popOn(...midRow(8), ...text("red!"), ...pac(15, 0x13), ...text("on"))
    expect(line.lines()).toMatchObject([{ column: 1, text: " redon", colour: "red" }])
  })

  test("overwriting a code gives what follows the new look: CTA-608-E C.7", () => {
    const line = popOn(...text("a"), ...midRow(8), ...text("red"), ...pac(15, 0x10), ...text("ab"))
    expect(line.lines()).toMatchObject([{ column: 1, text: "abred", colour: "white" }])
  })

  test("attributes are not ended by a transparent space: 47 CFR 15.119 (h)(1)", () => {
    expect(
      popOn(...midRow(8), ...text("a"), ...tab(1), ...text("b"))
        .lines()
        .at(-1),
    ).toMatchObject({ text: "b", colour: "red" })
  })
})

describe("channels", () => {
  test("CC1 to CC4 are apart, and announced when they come", () => {
    const line = new Line()
    expect(line.decoder.channels).toEqual([])
    line.send([...RDC, ...pac(1, 0), ...text("one")])
    expect(line.decoder.channels).toEqual([1])
    line.send(channel2([...RDC, ...pac(2, 0), ...text("two")]))
    line.send([...RDC, ...pac(3, 0), ...text("three")], 2)
    line.send(channel2([...RDC, ...pac(4, 0), ...text("four")]), 2)
    expect(line.decoder.channels).toEqual([1, 2, 3, 4])
    expect([1, 2, 3, 4].map((channel) => line.rows(channel))).toEqual([
      [[1, 1, "one"]],
      [[2, 1, "two"]],
      [[3, 1, "three"]],
      [[4, 1, "four"]],
    ])
    // Field 1 goes on where its own channel was.
    line.send([...RDC, ...text("!")])
    expect(line.rows(1)).toEqual([[1, 1, "one!"]])
  })

  test("field 2 has control codes of its own", () => {
    const own = (words: readonly Word[]) => words.map(([first, second]) => [first === 0x14 ? 0x15 : first, second] as const)
    const line = new Line().send([...own(RCL), ...pac(9, 0), ...text("cc3"), ...own(EOC)], 2)
    expect(line.rows(3)).toEqual([[9, 1, "cc3"]])
  })

  test("text services are passed over; erasing works among them", () => {
    const line = send(...RDC, ...pac(15, 0), ...text("caption"), ...TR, ...text("weather"), ...pac(3, 0), ...CR, ...text("sun"))
    expect(line.rows()).toEqual([[15, 1, "caption"]])
    line.send([...RTD, ...text("rain"), ...EDM, ...text("snow")])
    expect(line.rows()).toEqual([])
    expect(line.send([...RDC, ...pac(7, 0), ...text("back")]).rows()).toEqual([[7, 1, "back"]])
  })

  test("XDS is passed over in field 2, and is nothing special in field 1", () => {
    const line = new Line().send([...RDC, ...pac(1, 0), [0x01, 0x03], ...text("PG"), [0x0f, 0x1d], ...text("ok")], 2)
    expect(line.rows(3)).toEqual([[1, 1, "ok"]])
    const interrupted = new Line().send([...RDC, ...pac(1, 0), [0x01, 0x03], ...text("PG"), ...RDC, ...text("ok")], 2)
    expect(interrupted.rows(3)).toEqual([[1, 1, "ok"]])
    expect(new Line().send([...RDC, ...pac(1, 0), [0, 0x41]], 2).rows(3)).toEqual([[1, 1, "A"]])
    // A byte below 0x10 is ignored, the one beside it not: 47 CFR 15.119 (i)(1).
    expect(send(...RDC, ...pac(1, 0), [0x05, 0x41]).rows()).toEqual([[1, 1, "A"]])
  })

  test("before any style is chosen text is for nobody", () => {
    expect(send(...pac(1, 0), ...text("lost"), ...midRow(2), ...EOC, [0, 0], ...EOC).changes).toEqual([])
  })
})

describe("what arrives damaged", () => {
  const good = ([first, second]: Word): Word => [parity(first), parity(second)]
  const bad = (byte: number) => parity(byte) ^ 0x80
  const begin = [...RDC, ...pac(1, 0)].map(good)

  test("a control code once is enough, whichever copy is whole", () => {
    const cr: Word = [0x14, 0x2c]
    for (const copies of [
      [good(cr), good([0, 0])],
      [[bad(cr[0]), parity(cr[1])] as Word, good(cr)],
      [[parity(cr[0]), bad(cr[1])] as Word, good(cr)],
    ]) {
      expect(new Line().raw([...begin, ...text("x").map(good), ...copies]).rows()).toEqual([])
    }
  })

  test("a damaged copy behind a whole one is not text", () => {
    const line = new Line().raw([...begin, ...text("ab").map(good), good([0x17, 0x21]), [bad(0x17), parity(0x21)], ...text("c").map(good)])
    expect(line.rows()).toEqual([
      [1, 1, "ab"],
      [1, 4, "c"],
    ])
  })

  test("a character is a block", () => {
    expect(new Line().raw([...begin, [bad(0x61), parity(0x62)], [parity(0x63), bad(0x64)]]).rows()).toEqual([[1, 1, "█bc█"]])
  })

  test("zeros without parity are nothing", () => {
    expect(new Line().raw([...begin, [0, 0], ...text("ok").map(good)]).rows()).toEqual([[1, 1, "ok"]])
  })

  test("a code of no meaning is nothing", () => {
    const meaningless: Word[] = [
      [0x10, 0x60],
      [0x10, 0x30],
      [0x14, 0x22],
      [0x14, 0x30],
      [0x16, 0x25],
      [0x17, 0x24],
      [0x17, 0x3f],
      [0x14, 0x1f],
    ]
    expect(new Line().raw([...begin, ...meaningless.map(good), ...text("ok").map(good)]).rows()).toEqual([[1, 1, "ok"]])
  })

  test("the same code three times is two", () => {
    const bs: Word = [0x14, 0x21]
    expect(new Line().raw([...begin, ...text("abcd").map(good), ...[bs, bs, bs].map(good)]).rows()).toEqual([[1, 1, "ab"]])
  })

  test("any words at all give changes in order of time, of rows and columns that exist", () => {
    let state = 7
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 8) & 0xff
    }
    const decoder = new CaptionDecoder()
    let [latest, count] = [0, 0]
    for (let word = 0; word < 30_000; word++) {
      // Half of them control codes with good parity: else few would be.
      const [first, second] = word % 2 === 0 ? [parity(0x10 + (random() & 15)), parity(random() & 0x7f)] : [random(), random()]
      for (const { channel, at, lines } of decoder.push({
        field: (1 + (random() & 1)) as 1 | 2,
        at: random() * 100 + word,
        first,
        second,
      })) {
        if (at < latest || channel < 1 || channel > 4) throw new Error(`channel ${channel} at ${at} after ${latest}`)
        latest = at
        count++
        for (const { row, column, text: characters } of lines) {
          if (row < 1 || row > 15 || column < 1 || column + characters.length > 33)
            throw new Error(`row ${row}, column ${column}: ${characters}`)
        }
      }
    }
    expect(count).toBeGreaterThan(5000)
  })
})

test("a jump shows nothing, forgets half a caption, and keeps the channels' names", () => {
  const line = popOn(...text("one")).send([...RCL, ...pac(15, 0), ...text("half")])
  line.decoder.reset()
  line.frame = 0
  const before = line.changes.length
  line.send([...text("lost"), ...EOC])
  expect(line.changes.slice(before)).toEqual([])
  expect(line.decoder.channels).toEqual([1])
  line.send([...RCL, ...pac(15, 0), ...text("new"), ...EOC])
  expect(line.changes.at(-1)).toMatchObject({ channel: 1, at: 10 * FRAME, lines: [{ text: "new" }] })
})

test("a code behind a jump is not the copy of one before it", () => {
  const line = send(RDC[0]!)
  line.decoder.reset()
  line.send([RDC[1]!, ...pac(1, 0), ...text("ok")])
  expect(line.rows()).toEqual([[1, 1, "ok"]])
})
