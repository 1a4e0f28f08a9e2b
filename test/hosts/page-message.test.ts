import { describe, expect, test } from "vitest"
import { parsePageMessage } from "../../src/hosts/browser/page-message.ts"

const parsed = (message: unknown) => parsePageMessage(JSON.stringify(message))
const play = (start: unknown, more = {}) => ({ type: "play", disc: "x", start, videoCodecs: ["h264"], audioCodecs: ["aac"], ...more })

describe("messages of the page", () => {
  test.each([
    play({ from: "first-play" }),
    play({ menu: "root" }),
    play({ menu: "chapter" }, { menuLanguage: "de-AT" }),
    play({ title: 3, time: 0.5 }),
    play({ title: 3, time: 0, angle: 2, program: true }, { audio: 2, subtitle: null }),
    ...[
      "up",
      "down",
      "left",
      "right",
      "enter",
      "next",
      "previous",
      "return",
      "popup",
      "audio",
      "subtitle",
      "angle",
      "digit-0",
      "digit-9",
    ].map((key) => ({ type: "press", id: 1, key })),
    { type: "point", id: 2, x: 0, y: 575.5, activate: false },
    { type: "menu", id: 3, name: "title" },
    { type: "seek", id: 4, time: 12.5 },
    { type: "chapter", id: 5, chapter: 1 },
    { type: "select", id: 6, audio: 1, subtitle: null, angle: 2 },
    { type: "presented", time: 10 },
    { type: "press", id: 1, key: "up", presented: 10 },
  ])("%j is one", (message) => {
    expect(parsed(message)).toEqual(message)
  })

  test.each([
    null,
    [],
    "press",
    { type: "dance" },
    play({ from: "main-title" }),
    play({ from: "first-play", menu: "root" }),
    play({ menu: "kitchen" }),
    play({ title: 1 }),
    play({ title: 0, time: 0 }),
    play({ title: 1.5, time: 0 }),
    play({ title: 1, time: -1 }),
    play({ title: 1, time: 0, program: "yes" }),
    play({ title: 1, time: 0, bookmark: {} }),
    play({ from: "first-play" }, { menuLanguage: "x".repeat(36) }),
    play({ from: "first-play" }, { disc: "x".repeat(101) }),
    play({ from: "first-play" }, { videoCodecs: ["av1"] }),
    { type: "press", key: "up" },
    { type: "press", id: -1, key: "up" },
    { type: "press", id: 1, key: "up", presented: -1 },
    { type: "press", id: 1, key: "up", presented: "10" },
    { type: "press", id: 1, key: "digit-10" },
    { type: "press", id: 1, key: "digit-x" },
    { type: "press", id: 1, key: "toString" },
    { type: "point", id: 1, x: -1, y: 0, activate: true },
    { type: "point", id: 1, x: 5000, y: 0, activate: true },
    { type: "point", id: 1, x: "1", y: 0, activate: true },
    { type: "point", id: 1, x: 1, y: 0 },
    { type: "menu", id: 1, name: "constructor" },
    { type: "menu", id: 1 },
    { type: "presented", time: -1 },
    { type: "presented" },
  ])("%j is none", (message) => {
    expect(parsed(message)).toBeNull()
  })

  test("what is no JSON, or no number in it, is none", () => {
    for (const text of ["", "{", '{"type":"presented","time":1e999}', '{"type":"seek","id":1,"time":NaN}'])
      expect(parsePageMessage(text)).toBeNull()
  })
})
