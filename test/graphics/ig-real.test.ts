import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { decodeInteractiveGraphics, type Menu, type MenuState, openMenu, runMenu } from "../../src/graphics/ig/index.ts"
import { decodeCommand } from "../../src/navigation/hdmv/index.ts"
import { dataPath, hasData } from "../support/data.ts"
import { endSegment, paletteSegment } from "../support/sup.ts"
import { MADE_COLOURS, madeObject } from "./support/ig-author.ts"

const discs = hasData ? readdirSync(dataPath("bdpl")).filter((disc) => existsSync(dataPath("bdpl", disc, "ics_menu.bin"))) : []

/** The menu of a preloaded clip: its composition, in parts as large ones come, and one picture for every object. */
function readMenu(disc: string): Menu {
  const content = new Uint8Array(readFileSync(dataPath("bdpl", disc, "ics_menu.bin")))
  const half = 9 + Math.floor((content.length - 9) / 2)
  const part = (bytes: Uint8Array, flags: number) => {
    const data = [...content.subarray(0, 8), flags, ...bytes]
    return Uint8Array.from([0x18, data.length >> 8, data.length & 0xff, ...data])
  }
  const segments = [
    part(content.subarray(9, half), 0x80),
    part(content.subarray(half), 0x40),
    ...Array.from({ length: 8 }, (_, id) => paletteSegment(id, MADE_COLOURS)),
    ...Array.from({ length: 1500 }, (_, id) => madeObject(id, 8, 8)).flat(),
    endSegment(),
  ]
  const [graphics] = decodeInteractiveGraphics(
    segments.map((data) => ({ data, pts: null })),
    new Warnings({ strict: true }),
  )
  if (graphics === undefined) throw new Error("no display set")
  return { graphics }
}

const NEIGHBOURS = { up: "upperButtonIdRef", down: "lowerButtonIdRef", left: "leftButtonIdRef", right: "rightButtonIdRef" } as const

describe.each(discs)("the menu of %s", (disc) => {
  const menu = readMenu(disc)
  const { composition } = menu.graphics
  const opened = openMenu(menu, 0).state
  const shown = runMenu(menu, opened, 0, { type: "popup", shown: true }).state

  /** The page with this button selected; another button of its group is disabled for it. */
  function at(page: number, button: number): MenuState {
    const there = page === 0 ? shown : runMenu(menu, shown, 0, { type: "set-button-page", button: null, page, skipOutEffects: true }).state
    return runMenu(menu, there, 0, { type: "set-button-page", button, page: null, skipOutEffects: true }).state
  }

  test("every button of every page goes to its neighbours, where they are enabled", () => {
    let moves = 0
    for (const page of composition.pages) {
      for (const { buttons } of page.buttonOverlapGroups) {
        for (const button of buttons) {
          const state = at(page.id, button.id)
          expect([state.pageId, state.selectedButtonId]).toEqual([page.id, button.id])
          for (const key of ["up", "down", "left", "right"] as const) {
            const neighbour = button[NEIGHBOURS[key]]
            const { state: after, outcome } = runMenu(menu, state, 0, { type: "key", key })
            const isEnabled = state.groups.some(({ enabledButtonId }) => enabledButtonId === neighbour)
            const moved = isEnabled && neighbour !== button.id
            expect([outcome, after.selectedButtonId]).toEqual(moved ? ["done", neighbour] : ["nothing", button.id])
            if (moved) moves++
          }
        }
      }
    }
    expect(moves).toBeGreaterThan(10)
  })

  test("every button gives the commands of its place, by itself or by a key", () => {
    for (const page of composition.pages) {
      for (const button of page.buttonOverlapGroups.flatMap(({ buttons }) => buttons)) {
        const state = at(page.id, button.id)
        const ended = runMenu(menu, state, 0, { type: "program-ended" })
        const { events } = button.autoAction ? ended : runMenu(menu, ended.state, 0, { type: "key", key: "activate" })
        const runs = events.flatMap((event) => (event.type === "run" ? [event] : []))
        // A button that was selected as the page came has run its auto-action then.
        if (runs.length === 0 && button.autoAction) continue
        expect(runs).toMatchObject([{ buttonId: button.id, commands: button.navigationCommands }])
        for (const command of runs[0]?.commands ?? []) expect(decodeCommand(command).op).not.toBe("unknown")
      }
    }
  })
})
