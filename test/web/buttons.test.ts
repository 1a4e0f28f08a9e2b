import { describe, expect, test } from "vitest"
import type { ButtonMessage, HighlightMessage } from "../../src/hosts/browser/protocol.ts"
import { Buttons } from "../../src/web/player/buttons.ts"

/** Three buttons one below the other; the third presses itself when it is moved to. */
const button = (number: number, more: Partial<ButtonMessage> = {}): ButtonMessage => ({
  ...{ number, x: 100, y: 100 * number, width: 200, height: 50 },
  ...{ up: Math.max(1, number - 1), down: Math.min(3, number + 1), left: number, right: number },
  ...{ autoAction: number === 3, selectedPalette: "11".repeat(16), activatedPalette: "22".repeat(16) },
  ...more,
})
const highlight = (at: number, selected: number | null, more: Partial<HighlightMessage> = {}): HighlightMessage => ({
  ...{ type: "highlight", at, until: null, planeWidth: 720, planeHeight: 576, selected },
  buttons: [button(1), button(2), button(3)],
  ...more,
})
const shown = (buttons: Buttons, at: number, clock = 0) => {
  const now = buttons.shown(at, clock)
  return now === null ? null : now.isActivated ? `${now.selected} pressed` : now.selected
}

describe("buttons on the screen", () => {
  test("are there from their time to their end, and none before, between or without", () => {
    const buttons = new Buttons()
    buttons.add(highlight(10, 1, { until: 12 }))
    buttons.add(highlight(14, 2))
    buttons.add(highlight(20, null, { buttons: [] }))
    expect([9, 10, 11.9, 12, 13, 14, 19, 20, 30].map((at) => shown(buttons, at))).toEqual([null, 1, 1, null, null, 2, 2, null, null])
  })

  test("what is told for an earlier time makes void what was told for later", () => {
    const buttons = new Buttons()
    buttons.add(highlight(10, 1))
    buttons.add(highlight(12, 3))
    buttons.add(highlight(11, 2))
    expect([10, 11, 12, 20].map((at) => shown(buttons, at))).toEqual([1, 2, 2, 2])
  })

  test("lie where their rectangles are, edges and all; of two, the one whose middle is nearer", () => {
    const buttons = new Buttons()
    buttons.add(highlight(10, 1, { buttons: [button(1), button(2, { y: 130, height: 100 }), button(3)] }))
    const at = (x: number, y: number, time = 10) => buttons.buttonAt(x, y, time)?.number ?? null
    expect([at(100, 100), at(299, 149), at(99, 100), at(300, 100), at(100, 99)]).toEqual([1, 1, null, null, null])
    expect([at(200, 135), at(200, 160)]).toEqual([1, 2])
    expect(at(200, 120, 9)).toBeNull()
  })
})

describe("a press is shown before it is answered", () => {
  const begin = () => {
    const buttons = new Buttons()
    buttons.add(highlight(10, 1))
    return buttons
  }

  test("an arrow moves to the neighbour, and the answer says the same", () => {
    const buttons = begin()
    buttons.guessArrow("down", 1, 11, 0)
    expect(shown(buttons, 11)).toBe(2)
    buttons.answer(1, highlight(10.8, 2), true, 11.05)
    expect([shown(buttons, 11.05), shown(buttons, 30)]).toEqual([2, 2])
  })

  test("the answer is right where the guess was not", () => {
    const buttons = begin()
    buttons.guessArrow("down", 1, 11, 0)
    buttons.answer(1, highlight(11, 3), true, 11.1)
    expect(shown(buttons, 11.1)).toBe(3)
    buttons.guessArrow("up", 2, 12, 0)
    expect(shown(buttons, 12)).toBe(2)
    buttons.answer(2, null, false, 12.1)
    expect(shown(buttons, 12.1)).toBe(3)
  })

  test("quick presses: an earlier answer does not take back a later press", () => {
    const buttons = begin()
    buttons.guessArrow("down", 1, 11, 0)
    buttons.guessArrow("up", 2, 11.02, 0)
    buttons.guessArrow("down", 3, 11.04, 0)
    expect(shown(buttons, 11.04)).toBe(2)
    buttons.answer(1, highlight(11, 2), true, 11.1)
    expect(shown(buttons, 11.1)).toBe(2)
    buttons.answer(2, highlight(11.02, 1), true, 11.2)
    expect(shown(buttons, 11.2)).toBe(2)
    buttons.answer(3, highlight(11.04, 2), true, 11.3)
    expect(shown(buttons, 11.3)).toBe(2)
  })

  test("what was told ahead before the press does not bring the old button back", () => {
    const buttons = begin()
    buttons.add(highlight(12, 1))
    buttons.guessArrow("down", 1, 11, 0)
    expect(shown(buttons, 12.5)).toBe(2)
    buttons.answer(1, highlight(11, 2), true, 12.6)
    expect(shown(buttons, 13)).toBe(2)
  })

  test("an answer for a moment that the screen is past holds from now on, one for a moment ahead from now on too", () => {
    const buttons = begin()
    buttons.guessArrow("down", 1, 11, 0)
    buttons.answer(1, highlight(11.4, 2), true, 11.2)
    expect(shown(buttons, 11.2)).toBe(2)
  })

  test("where a neighbour is missing, or buttons are, nothing moves", () => {
    const buttons = begin()
    buttons.add(highlight(10, 1, { buttons: [button(1, { down: 0, left: 7 })] }))
    buttons.guessArrow("down", 1, 11, 0)
    buttons.guessArrow("left", 2, 11, 0)
    expect(shown(buttons, 11)).toBe(1)
    const none = new Buttons()
    none.guessArrow("down", 1, 11, 0)
    none.guessEnter(2, 11, 0)
    none.add(highlight(10, 1))
    expect(shown(none, 11)).toBe(1)
  })

  test("enter wears the colours of a press until what it led to is on the screen", () => {
    const buttons = begin()
    buttons.guessEnter(1, 11, 0)
    expect(shown(buttons, 11)).toBe("1 pressed")
    buttons.flush(11.1, 20)
    buttons.add(highlight(20, 2))
    buttons.answer(1, null, true, 11.1)
    expect(shown(buttons, 11.2, 10_000)).toBe("1 pressed")
    expect(shown(buttons, 20)).toBe(2)
    expect(shown(buttons, 21)).toBe(2)
  })

  test("enter that leads nowhere is seen for a moment all the same; a refused one is not", () => {
    const buttons = begin()
    buttons.guessEnter(1, 11, 1000)
    buttons.answer(1, null, true, 11.01)
    expect(shown(buttons, 11.1, 1100)).toBe("1 pressed")
    expect(shown(buttons, 11.3, 1300)).toBe(1)
    buttons.guessEnter(2, 12, 2000)
    buttons.answer(2, null, false, 12.01)
    expect(shown(buttons, 12.02, 2010)).toBe(1)
  })

  test("a button that presses itself is shown pressed when it is moved to, by keys and by a pointer", () => {
    const buttons = begin()
    buttons.add(highlight(10, 2))
    buttons.guessArrow("down", 1, 11, 0)
    expect(shown(buttons, 11)).toBe("3 pressed")
    const pointed = begin()
    pointed.guessPoint(button(3), false, 1, 0)
    expect(shown(pointed, 11)).toBe("3 pressed")
    pointed.guessPoint(button(2), false, 2, 0)
    expect(shown(pointed, 11)).toBe(2)
    pointed.guessPoint(button(2), true, 3, 0)
    expect(shown(pointed, 11)).toBe("2 pressed")
  })

  test("a guess about buttons that have gone says nothing about those that came", () => {
    const buttons = begin()
    buttons.add(highlight(12, 1, { buttons: [button(1)] }))
    buttons.guessArrow("down", 1, 11, 0)
    expect(shown(buttons, 12)).toBe(1)
  })

  test("a flush leaves the old buttons until the new stretch, and drops those told ahead", () => {
    const buttons = begin()
    buttons.add(highlight(13, 3))
    buttons.flush(11, 20)
    expect([11, 14, 19.9, 20, 25].map((at) => shown(buttons, at))).toEqual([1, 1, 1, null, null])
  })
})
