import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { ByteReader, DiscError } from "../../src/base/index.ts"
import { type InteractiveComposition, joinCompositionParts, parseInteractiveComposition } from "../../src/graphics/ig/index.ts"
import { dataPath, hasData } from "../support/data.ts"
import { mutantsOf } from "../support/mutants.ts"
import { writeComposition } from "./support/write-composition.ts"

const MENUS = hasData
  ? readdirSync(dataPath("bdpl"))
      .map((disc) => join(dataPath("bdpl"), disc, "ics_menu.bin"))
      .filter((path) => existsSync(path))
  : []

const parse = (bytes: Uint8Array) => parseInteractiveComposition(new ByteReader(bytes, "menu"))

/** A composition of everything there is: two pages, effects with cropped objects, an animated button with sounds and commands. */
const MADE: InteractiveComposition = {
  videoWidth: 1280,
  videoHeight: 720,
  frameRateCode: 4,
  compositionNumber: 513,
  compositionState: "acquisition-point",
  streamModel: "multiplexed",
  userInterfaceModel: "pop-up",
  timeOuts: { compositionTimeOutPts: 2 ** 32 + 5, selectionTimeOutPts: 900_000 },
  userTimeOutDuration: 450_000,
  pages: [
    {
      id: 0,
      version: 3,
      userOperationMask: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      inEffects: {
        windows: [{ id: 1, x: 2, y: 3, width: 400, height: 500 }],
        effects: [
          {
            duration: 90_000,
            paletteIdRef: 2,
            objects: [{ objectIdRef: 9, windowIdRef: 1, forcedOn: true, x: 4, y: 5, crop: { x: 1, y: 2, width: 3, height: 4 } }],
          },
          { duration: 1, paletteIdRef: 3, objects: [] },
        ],
      },
      outEffects: {
        windows: [],
        effects: [{ duration: 5, paletteIdRef: 0, objects: [{ objectIdRef: 1, windowIdRef: 0, forcedOn: false, x: 0, y: 0, crop: null }] }],
      },
      animationFrameRateCode: 2,
      defaultSelectedButtonIdRef: 7,
      defaultActivatedButtonIdRef: null,
      paletteIdRef: 4,
      buttonOverlapGroups: [
        {
          defaultValidButtonIdRef: 7,
          buttons: [
            {
              id: 7,
              numericSelectValue: 12,
              autoAction: true,
              x: 100,
              y: 200,
              upperButtonIdRef: 7,
              lowerButtonIdRef: 8,
              leftButtonIdRef: 9,
              rightButtonIdRef: null,
              normal: { startObjectIdRef: 20, endObjectIdRef: 29, repeat: true },
              selected: { soundIdRef: 1, startObjectIdRef: 30, endObjectIdRef: 39, repeat: false },
              activated: { soundIdRef: null, startObjectIdRef: null, endObjectIdRef: null },
              navigationCommands: [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), new Uint8Array(12)],
            },
          ],
        },
        { defaultValidButtonIdRef: null, buttons: [] },
      ],
    },
  ],
}

test("every field comes back", () => {
  expect(parse(writeComposition(MADE))).toEqual(MADE)
})

describe.skipIf(!hasData)("menus of real discs", () => {
  test("are all there", () => expect(MENUS).toHaveLength(11))

  test.each(MENUS)("%s: every byte is accounted for", (path) => {
    const bytes = new Uint8Array(readFileSync(path))
    const menu = parse(bytes)
    expect(Buffer.compare(writeComposition(menu), bytes)).toBe(0)
    expect([menu.videoWidth, menu.videoHeight]).toEqual([1920, 1080])
    for (const page of menu.pages) {
      const buttons = page.buttonOverlapGroups.flatMap((group) => group.buttons)
      const ids = new Set(buttons.map(({ id }) => id))
      for (const button of buttons) {
        expect(button.x < 1920 && button.y < 1080).toBe(true)
        // A field read at a wrong place would not name buttons of its own page.
        for (const neighbour of [button.upperButtonIdRef, button.lowerButtonIdRef, button.leftButtonIdRef, button.rightButtonIdRef]) {
          expect(neighbour === null || ids.has(neighbour)).toBe(true)
        }
      }
    }
  })
})

test("parts are joined", () => {
  const whole = writeComposition(MADE)
  const part = (from: number, to: number, flags: number) => Uint8Array.from([...whole.subarray(0, 8), flags, ...whole.subarray(from, to)])
  const parts = [part(9, 60, 0x80), part(60, 100, 0), part(100, whole.length, 0x40)]
  expect(parse(joinCompositionParts(parts))).toEqual(MADE)
  expect(() => parse(joinCompositionParts(parts.slice(0, 2)))).toThrow("parts of the menu's composition are missing")
  expect(() => parse(joinCompositionParts([]))).toThrow(DiscError)
})

test("any damage gives a menu or a DiscError", () => {
  for (const bytes of [writeComposition(MADE), ...MENUS.slice(0, 1).map((path) => new Uint8Array(readFileSync(path)))]) {
    for (const mutant of mutantsOf(bytes, 5000)) {
      try {
        parse(mutant)
      } catch (error) {
        expect(error).toBeInstanceOf(DiscError)
      }
    }
  }
})
