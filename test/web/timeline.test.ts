import { describe, expect, test } from "vitest"
import { Timed } from "../../src/web/player/timed.ts"
import { type Position, Timeline } from "../../src/web/player/timeline.ts"

const position = (at: number, more: Partial<Position> = {}): Position => ({
  ...{ at, domain: "title", title: 1, chapter: 1, angle: 1, time: at - 10, duration: 30 },
  ...more,
})

describe("what is told ahead of the picture", () => {
  test("holds from its time until the next; the same or an earlier time begins anew", () => {
    const told = new Timed<{ readonly at: number; readonly name: string }>()
    for (const [at, name] of [
      [10, "a"],
      [12, "b"],
      [14, "c"],
      [12, "d"],
      [13, "e"],
    ] as const)
      told.add({ at, name })
    expect([9, 10, 11.9, 12, 13, 14, 99].map((at) => told.at(at)?.name ?? null)).toEqual([null, "a", "a", "d", "e", "e", "e"])
    told.dropAfter(12)
    expect(told.at(99)?.name).toBe("d")
    told.clear()
    expect(told.at(99)).toBeNull()
  })

  test("does not grow without end", () => {
    const told = new Timed<{ readonly at: number }>()
    for (let at = 0; at < 10_000; at++) told.add({ at })
    expect(told.at(9_999)?.at).toBe(9_999)
    expect(told.at(9_000)).toBeNull()
  })
})

describe("the timeline", () => {
  test("carries a position on, within its title", () => {
    const timeline = new Timeline()
    timeline.addPosition(position(10))
    timeline.addPosition(position(39.5, { time: 29.5 }))
    expect(timeline.positionAt(9)).toBeNull()
    expect(timeline.positionAt(15)?.time).toBe(5)
    expect(timeline.positionAt(45)?.time).toBe(30)
  })

  test("media time begins at the base", () => {
    const timeline = new Timeline()
    timeline.base = 9.5
    expect([timeline.mediaTime(10), timeline.feedTime(0.5)]).toEqual([0.5, 10])
  })

  test("a still ends with its seconds, with the stretch behind it, or with a person's act", () => {
    const timeline = new Timeline()
    timeline.addStill({ at: 10, seconds: 5 })
    timeline.addStill({ at: 20, seconds: "until-key" })
    timeline.addStretch(30)
    timeline.addStill({ at: 40, seconds: 60 })
    expect([9, 10, 14.9, 15, 20, 29, 30, 40, 50].map((at) => timeline.isStillAt(at))).toEqual([
      ...[false, true, true, false, true, true, false, true, true],
    ])
    timeline.flush(21)
    timeline.addStretch(45)
    expect([21, 40, 50].map((at) => timeline.isStillAt(at))).toEqual([true, true, false])
  })

  test("positions told ahead are void after a person's act", () => {
    const timeline = new Timeline()
    timeline.addPosition(position(10))
    timeline.addPosition(position(14, { domain: "menu", title: null }))
    timeline.flush(12)
    timeline.addPosition(position(20, { title: 2, time: 0 }))
    expect([14, 21].map((at) => timeline.positionAt(at)?.title)).toEqual([1, 2])
  })
})
