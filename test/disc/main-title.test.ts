import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { TitleInfo } from "../../src/disc/disc-info.ts"
import { chooseMainTitle, type Stretch } from "../../src/disc/main-title.ts"

type Sketch = {
  minutes: number
  gigabytes: number
  clips?: readonly string[]
  chapters?: number
  audio?: number
  sameAs?: number
  partOf?: number
}

/** A disc from sketches: numbers are places, clips share a title's minutes evenly. */
function disc(...sketches: Sketch[]) {
  const titles = sketches.map(({ minutes, gigabytes, chapters = 0, audio = 1, sameAs = null, partOf = null }, index): TitleInfo => {
    const stream = { codec: "h264", number: 1, language: null, languageTag: null, id: "0x1011", label: null } as const
    return {
      number: index + 1,
      duration: minutes * 60,
      chapters: Array.from({ length: chapters }, () => ({ start: 0, duration: 1 })),
      angles: 1,
      size: gigabytes * 1e9,
      streams: [{ ...stream, kind: "video" }, ...Array.from({ length: audio }, () => ({ ...stream, kind: "audio" }) as const)],
      sameAs,
      partOf,
      scrambled: null,
    }
  })
  const stretches = new Map(
    sketches.map(({ minutes, clips = [] }, index): [number, readonly Stretch[]] => [
      index + 1,
      clips.map((key) => ({ key, seconds: (minutes * 60) / clips.length })),
    ]),
  )
  return chooseMainTitle(titles, { stretches }).number
}

describe("the main title", () => {
  it("is none where nothing lasts", () => {
    expect(chooseMainTitle([])).toEqual({ number: null, reasons: ["no title lasts any time"] })
  })

  it("is the film, not a longer, thinner extra, nor a short loud trailer", () => {
    expect(
      disc(
        { minutes: 96, gigabytes: 15, clips: ["a"] },
        { minutes: 81, gigabytes: 26, clips: ["b"] },
        { minutes: 3, gigabytes: 2, clips: ["c"] },
      ),
    ).toBe(2)
  })

  it("is not a loop over short clips, however long", () => {
    const loop = Array.from({ length: 200 }, (_, index) => `m${index % 3}`)
    expect(disc({ minutes: 600, gigabytes: 300, clips: loop }, { minutes: 90, gigabytes: 20, clips: ["film"] })).toBe(2)
  })

  it("is the first episode, not the play-all of all of them", () => {
    const episode = (clip: string, partOf: number) => ({ minutes: 24, gigabytes: 5, clips: [clip], partOf })
    expect(disc({ minutes: 72, gigabytes: 15, clips: ["a", "b", "c"] }, episode("a", 1), episode("b", 1), episode("c", 1))).toBe(2)
    expect(
      disc({ ...episode("c", 4) }, { ...episode("a", 4) }, { ...episode("b", 4) }, { minutes: 72, gigabytes: 15, clips: ["a", "b", "c"] }),
    ).toBe(1)
  })

  it("is the first episode where only lengths and sizes tell the play-all", () => {
    const extras = [{ minutes: 17, gigabytes: 2 }]
    const episodes = [1.1, 1.3, 1.2, 1.25].map((gigabytes, index) => ({ minutes: 22 + index / 10, gigabytes }))
    expect(disc({ minutes: 88.6, gigabytes: 4.85 }, ...episodes, ...extras)).toBe(2)
  })

  it("is the play-all where the episodes are no titles", () => {
    expect(disc({ minutes: 147, gigabytes: 48, clips: ["a", "b", "c"] }, { minutes: 1, gigabytes: 0.2, clips: ["d"] })).toBe(1)
  })

  it("is the film behind its logo, not the film without it or its chapters", () => {
    expect(
      disc(
        { minutes: 90, gigabytes: 20, clips: ["film"], partOf: 2 },
        { minutes: 91, gigabytes: 20.2, clips: ["logo", "film"] },
        { minutes: 5, gigabytes: 1, clips: ["film"], partOf: 2 },
      ),
    ).toBe(2)
  })

  it("is the version with the most chapters and streams among permutations of the same clips", () => {
    const clips = ["a", "b", "c", "d"]
    const decoy = (order: readonly string[], chapters: number) => ({ minutes: 100, gigabytes: 25, clips: order, chapters })
    expect(disc(decoy([...clips].reverse(), 4), decoy(["b", "a", "c", "d"], 4), decoy(clips, 20), decoy(["a", "c", "b", "d"], 4))).toBe(3)
  })

  it("is the best of branching versions of one film, not the first of a series", () => {
    const version = (ending: string, minutes: number) => ({ minutes, gigabytes: minutes / 2, clips: ["opening", "body", "chase", ending] })
    expect(disc(version("x", 86), version("y", 97), version("z", 87), version("w", 86))).toBe(2)
  })

  it("stands for its equals, and has a picture", () => {
    const sound = disc({ minutes: 60, gigabytes: 30, clips: ["a"], sameAs: 2 }, { minutes: 60, gigabytes: 30, clips: ["a"] })
    expect(sound).toBe(2)
  })

  it("is always a title of the disc that lasts, whatever the disc is", () => {
    const number = fc.integer({ min: 1, max: 12 })
    const sketch = fc.record({
      minutes: fc.integer({ min: 0, max: 200 }),
      gigabytes: fc.integer({ min: 0, max: 50 }),
      clips: fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 6 }),
      sameAs: fc.option(number, { nil: undefined }),
      partOf: fc.option(number, { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 12 }), (sketches) => {
        const chosen = disc(...(sketches as Sketch[]))
        const lasting = sketches.flatMap(({ minutes }, index) => (minutes > 0 ? [index + 1] : []))
        return lasting.length === 0 ? chosen === null : chosen !== null && lasting.includes(chosen)
      }),
    )
  })
})
