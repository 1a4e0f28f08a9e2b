import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import {
  decodeInteractiveGraphics,
  type Menu,
  type MenuAction,
  type MenuEvent,
  type MenuKey,
  type MenuResult,
  type MenuState,
  menuUserOperationMask,
  nextMenuChange,
  type OpenOptions,
  openMenu,
  readMenuState,
  renderMenu,
  resumeMenu,
  runMenu,
  shownButtons,
  takesKeys,
  updateMenu,
} from "../../src/graphics/ig/index.ts"
import { displaySet, type MadeButton, type MadeMenu, type MadePage, madePicture } from "./support/ig-author.ts"

const OBJECTS = Array.from({ length: 40 }, (_, id) => id)

function menuOf(menu: MadeMenu): Menu {
  const units = displaySet(menu, OBJECTS, { palettes: [0, 1] }).map((data) => ({ data, pts: 0 }))
  const [graphics] = decodeInteractiveGraphics(units, new Warnings({ strict: true }))
  if (graphics === undefined) throw new Error("no display set")
  return { graphics }
}

/** A menu in use: what was done, what it wanted, and where it stands. */
class Session {
  readonly menu: Menu
  state: MenuState
  events: readonly MenuEvent[]
  at: number
  last: MenuResult

  constructor(made: MadeMenu, options: OpenOptions & { at?: number } = {}) {
    this.menu = menuOf(made)
    this.at = options.at ?? 0
    this.last = openMenu(this.menu, this.at, options)
    this.state = this.last.state
    this.events = this.last.events
  }

  act(action: MenuAction, at = this.at): this {
    this.at = at
    const before = JSON.stringify(this.state)
    const old = this.state
    this.last = runMenu(this.menu, this.state, at, action)
    // A state is a value: it is not changed, and it survives JSON.
    expect(JSON.stringify(old)).toBe(before)
    expect(readMenuState(JSON.parse(JSON.stringify(this.last.state)))).toEqual(this.last.state)
    this.state = this.last.state
    this.events = this.last.events
    return this
  }

  key(key: MenuKey): this {
    return this.act({ type: "key", key })
  }

  /** Follows the menu's own times up to `at`. */
  wait(at: number): this {
    for (let next = nextMenuChange(this.menu, this.state); next !== null && next <= at; next = nextMenuChange(this.menu, this.state)) {
      expect(next).toBeGreaterThanOrEqual(this.at)
      // Until then nothing changes.
      if (next > this.at)
        expect(runMenu(this.menu, this.state, next - 1, { type: "advance" })).toMatchObject({ changed: false, events: [] })
      this.act({ type: "advance" }, next)
      if (this.events.length > 0) break
    }
    this.at = at
    return this
  }

  get selected(): readonly [page: number, button: number | null] {
    return [this.state.pageId, this.state.selectedButtonId]
  }

  /** The numbers of the objects that are shown, by their pictures, with their places. */
  get shown(): string[] {
    const bitmaps = renderMenu(this.menu.graphics, this.state)?.bitmaps ?? []
    return bitmaps.map(({ x, y, width, height, indices }) => {
      const id = OBJECTS.find((candidate) => Buffer.compare(madePicture(candidate, 40, 24), indices) === 0)
      return `${id ?? `${width}x${height}`}@${x},${y}`
    })
  }
}

const COMMAND = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
const at = (id: number): Pick<MadeButton, "id" | "x" | "y"> => ({ id, x: id * 100, y: 50 })
const page = (id: number, more: Partial<MadePage> = {}): MadePage => ({
  id,
  groups: [
    {
      buttons: [
        {
          ...at(1),
          right: 2,
          normal: 1,
          selected: 11,
          activated: 21,
          selectedSound: 3,
          activatedSound: 4,
          numeric: 1,
          commands: [COMMAND],
        },
      ],
    },
    { buttons: [{ ...at(2), left: 1, right: 3, normal: 2, selected: 12, activated: 22, selectedSound: 5, numeric: 20 }] },
    {
      buttons: [
        { ...at(3), left: 2, normal: 3, selected: 13 },
        { ...at(4), left: 2, normal: 4, selected: 14 },
      ],
    },
  ],
  ...more,
})
const MENU: MadeMenu = { pages: [page(0), page(1, { selected: 2 }), page(2, { selected: 4 })] }

describe("pages and buttons", () => {
  test("the first page, with the default button, else that of PSR 10, else the first", () => {
    expect(new Session({ pages: [page(0, { selected: 2 })] }, { selectedButtonId: 3 }).selected).toEqual([0, 2])
    expect(new Session(MENU, { selectedButtonId: 3 }).selected).toEqual([0, 3])
    // 4 is not enabled, 99 is not there.
    expect(new Session(MENU, { selectedButtonId: 4 }).selected).toEqual([0, 1])
    expect(new Session(MENU, { selectedButtonId: 99 }).selected).toEqual([0, 1])
    expect(new Session({ pages: [page(0, { groups: [] })] }).selected).toEqual([0, null])
  })

  test("each button shows its look", () => {
    const session = new Session(MENU)
    expect(session.last.changed).toBe(true)
    expect(session.shown).toEqual(["11@100,50", "2@200,50", "3@300,50"])
    expect(session.key("right").shown).toEqual(["1@100,50", "12@200,50", "3@300,50"])
    expect(shownButtons(session.menu.graphics, session.state)).toMatchObject([
      { button: { id: 1, rightButtonIdRef: 2 }, x: 100, y: 50, width: 40, height: 24, isSelected: false },
      { button: { id: 2 }, isSelected: true },
      { button: { id: 3 } },
    ])
  })

  test("arrows go to neighbours, with a sound; without a neighbour nothing happens", () => {
    const session = new Session(MENU)
    expect(session.key("right").events).toEqual([{ type: "sound", soundIdRef: 5 }])
    expect([session.last.outcome, session.last.changed, session.selected]).toEqual(["done", true, [0, 2]])
    expect(session.key("up").last).toMatchObject({ outcome: "nothing", changed: false, events: [] })
    expect(session.key("right").selected).toEqual([0, 3])
    expect(session.key("right").last.outcome).toBe("nothing")
  })

  // libbluray selects it all the same, and then no key does anything more.
  test("a disabled neighbour is not selected", () => {
    const pages = [page(0, { groups: [{ buttons: [{ ...at(1), right: 4, down: 99, normal: 1 }] }, { buttons: [at(3), at(4)] }] })]
    const session = new Session({ pages })
    expect(session.key("right").last.outcome).toBe("nothing")
    expect(session.key("down").last.outcome).toBe("nothing")
    expect(session.selected).toEqual([0, 1])
  })

  test("numbers select buttons", () => {
    const session = new Session(MENU)
    expect(session.act({ type: "number", value: 20 }).selected).toEqual([0, 2])
    expect(session.events).toEqual([{ type: "sound", soundIdRef: 5 }])
    expect(session.act({ type: "number", value: 7 }).last.outcome).toBe("nothing")
    expect(session.act({ type: "number", value: 20 }).last.outcome).toBe("nothing")
  })

  test("the pointer selects what is under it; a click outside activates nothing", () => {
    const session = new Session(MENU)
    const point = (x: number, y: number) => session.act({ type: "point", x, y }).last
    expect(point(239, 73)).toMatchObject({ outcome: "done", changed: true, events: [{ type: "sound", soundIdRef: 5 }] })
    expect(session.selected).toEqual([0, 2])
    expect(point(200, 50)).toMatchObject({ outcome: "done", changed: false, events: [] })
    for (const [x, y] of [
      [240, 60],
      [220, 74],
      [199, 60],
      [220, 49],
    ] as const)
      expect(point(x, y).outcome).toBe("nothing")
    expect(session.key("activate-pointed").last.outcome).toBe("nothing")
    point(110, 60)
    expect(session.key("activate-pointed").events).toMatchObject([
      { type: "sound", soundIdRef: 4 },
      { type: "run", buttonId: 1 },
    ])
  })

  test("a button without a picture can be selected and activated, not pointed at", () => {
    const session = new Session({
      pages: [page(0, { groups: [{ buttons: [{ ...at(1), right: 2, normal: 1 }] }, { buttons: [{ ...at(2), commands: [COMMAND] }] }] })],
    })
    expect(session.act({ type: "point", x: 110, y: 60 }).last.outcome).toBe("nothing")
    expect(session.key("right").shown).toEqual(["1@100,50"])
    expect(session.key("activate").events).toMatchObject([{ type: "run", buttonId: 2 }])
  })
})

describe("activation", () => {
  test("shows the activated picture, plays its sound, and gives its commands", () => {
    const session = new Session(MENU)
    expect(session.key("activate").events).toEqual([
      { type: "sound", soundIdRef: 4 },
      { type: "run", buttonId: 1, commands: [COMMAND], pictureTicks: 0 },
    ])
    expect(session.shown[0]).toBe("21@100,50")
    expect(session.act({ type: "program-ended" }).shown[0]).toBe("11@100,50")
    expect(session.last.events).toEqual([])
  })

  test("a button without commands is activated too", () => {
    const session = new Session(MENU).key("right").key("activate")
    expect(session.events).toEqual([{ type: "run", buttonId: 2, commands: [], pictureTicks: 0 }])
  })

  test("activated pictures that are animated say how long they take", () => {
    expect(
      new Session({
        pages: [
          page(0, { rate: 2, groups: [{ buttons: [{ ...at(1), normal: 1, selected: 2, activated: [20, 24], commands: [COMMAND] }] }] }),
        ],
      }).key("activate").events,
    ).toMatchObject([{ type: "run", pictureTicks: 5 * 2 * 3600 }])
  })

  test("an auto-action runs when the button is selected, once", () => {
    const pages = [
      page(0, {
        groups: [
          { buttons: [{ ...at(1), right: 2, normal: 1, selected: 11 }] },
          { buttons: [{ ...at(2), left: 1, normal: 2, selected: 12, activated: 22, auto: true, commands: [COMMAND] }] },
        ],
      }),
    ]
    const session = new Session({ pages }).key("right")
    expect(session.events).toMatchObject([{ type: "run", buttonId: 2 }])
    expect(session.shown).toEqual(["1@100,50", "22@200,50"])
    expect(session.act({ type: "program-ended" }).events).toEqual([])
    expect(session.shown).toEqual(["1@100,50", "12@200,50"])
    // A key on it runs it once more, and only once.
    expect(session.key("activate").events).toHaveLength(1)
    expect(session.act({ type: "program-ended" }).events).toEqual([])
    expect(session.key("left").key("right").events).toMatchObject([{ type: "run", buttonId: 2 }])
  })

  test("an auto-action of the first button runs at once, and waits for animations that run once", () => {
    const button: MadeButton = { ...at(1), normal: 1, activated: [20, 22], auto: true, commands: [COMMAND] }
    const still = new Session({ pages: [page(0, { groups: [{ buttons: [button] }] })] })
    expect(still.events).toMatchObject([{ type: "run", buttonId: 1 }])
    const session = new Session({ pages: [page(0, { rate: 1, groups: [{ buttons: [button] }] })] })
    expect([session.events, session.shown]).toEqual([[], ["20@100,50"]])
    expect(session.wait(3600).shown).toEqual(["21@100,50"])
    expect(session.wait(7200).events).toMatchObject([{ type: "run", buttonId: 1 }])
    expect(session.shown).toEqual(["22@100,50"])
  })
})

describe("what programs do to buttons", () => {
  const setPage = (button: number | null, pageId: number | null, skipOutEffects = false): MenuAction => ({
    type: "set-button-page",
    button,
    page: pageId,
    skipOutEffects,
  })

  test("a page, a button on it, or its default", () => {
    expect(new Session(MENU).act(setPage(null, 1)).selected).toEqual([1, 2])
    const session = new Session(MENU).act(setPage(3, 1))
    expect(session.selected).toEqual([1, 3])
    expect(session.shown).toEqual(["1@100,50", "2@200,50", "13@300,50"])
    // The page's default is not enabled there, and PSR 10 names 3.
    expect(session.act(setPage(99, 2)).selected).toEqual([2, 3])
    expect(session.act(setPage(2, null)).selected).toEqual([2, 2])
  })

  test("a button that is not enabled becomes so in its group", () => {
    const session = new Session(MENU).act(setPage(4, null))
    expect(session.selected).toEqual([0, 4])
    expect(session.shown).toEqual(["1@100,50", "2@200,50", "14@400,50"])
    expect(session.key("left").shown).toEqual(["1@100,50", "12@200,50", "4@400,50"])
  })

  test("what is so already, or is not there, changes nothing", () => {
    const session = new Session(MENU)
    for (const action of [setPage(null, null), setPage(3, 0), setPage(null, 9), setPage(99, null), setPage(1, null)]) {
      expect(session.act(action).last).toMatchObject({ outcome: "nothing", changed: false })
      expect(session.selected).toEqual([0, 1])
    }
  })

  test("an enabled button takes its group's place when the program ends; one in the selected one's place is selected", () => {
    const session = new Session(MENU)
    session.act({ type: "enable-button", button: 4 })
    expect(session.last.changed).toBe(false)
    expect(session.act({ type: "program-ended" }).shown).toEqual(["11@100,50", "2@200,50", "4@400,50"])
    session.key("right").key("right")
    expect(session.last.outcome).toBe("nothing")
    session.act(setPage(4, null)).act({ type: "enable-button", button: 3 }).act({ type: "program-ended" })
    expect(session.selected).toEqual([0, 3])
    expect(session.shown).toEqual(["1@100,50", "2@200,50", "13@300,50"])
  })

  // In libbluray this never ends.
  test("a button that is enabled already is not selected anew, and its auto-action does not run again", () => {
    const auto: MadeButton = { ...at(1), normal: 1, activated: 21, auto: true, commands: [COMMAND] }
    const session = new Session({ pages: [page(0, { groups: [{ buttons: [auto] }] })] })
    expect(session.events).toHaveLength(1)
    session.act({ type: "enable-button", button: 1 }).act({ type: "program-ended" })
    expect([session.selected, session.events]).toEqual([[0, 1], []])
  })

  test("where the selected button is disabled, another is selected", () => {
    const session = new Session(MENU).key("right")
    session.act({ type: "disable-button", button: 2 }).act({ type: "program-ended" })
    expect(session.selected).toEqual([0, 1])
    expect(session.shown).toEqual(["11@100,50", "3@300,50"])
    session.act({ type: "disable-button", button: 1 }).act({ type: "disable-button", button: 3 }).act({ type: "program-ended" })
    expect([session.selected, session.shown]).toEqual([[0, null], []])
    expect(session.key("activate").last.outcome).toBe("nothing")
    session.act({ type: "enable-button", button: 4 }).act({ type: "disable-button", button: 4 }).act({ type: "program-ended" })
    expect(session.selected).toEqual([0, null])
    // A button of another page is not there.
    expect(session.act({ type: "enable-button", button: 50 }).act({ type: "program-ended" }).selected).toEqual([0, null])
  })

  test("the auto-action of a page that a program shows waits for the program's end", () => {
    const auto = page(1, { groups: [{ buttons: [{ ...at(1), normal: 1, activated: 21, auto: true, commands: [COMMAND] }] }] })
    const session = new Session({ pages: [page(0), auto] }).act(setPage(null, 1))
    expect([session.events, session.shown]).toEqual([[], ["21@100,50"]])
    expect(session.act({ type: "program-ended" }).events).toMatchObject([{ type: "run", buttonId: 1 }])
  })
})

describe("animations", () => {
  const animated = (rate: number, button: Partial<MadeButton>, frameRate = 3): Session =>
    new Session({
      frameRate,
      pages: [
        page(0, { rate, groups: [{ buttons: [{ ...at(1), ...button }] }, { buttons: [{ ...at(2), left: 1, normal: 2, selected: 12 }] }] }),
      ],
    })

  test("repeat, or rest at the last picture", () => {
    const again = animated(1, { selected: [20, 22, true] })
    expect([0, 3599, 3600, 7200, 10_799, 10_800].map((time) => again.wait(time).shown[0])).toEqual(
      [20, 20, 21, 22, 22, 20].map((id) => `${id}@100,50`),
    )
    const once = animated(1, { selected: [20, 22] })
    expect([0, 3600, 7200, 90_000].map((time) => once.wait(time).shown[0])).toEqual([20, 21, 22, 22].map((id) => `${id}@100,50`))
    expect(nextMenuChange(once.menu, once.state)).toBeNull()
    expect(nextMenuChange(again.menu, again.state)).toBe(14_400)
  })

  test("may go backwards", () => {
    const session = animated(1, { selected: [22, 20, true] })
    expect([0, 3600, 7200, 10_800].map((time) => session.wait(time).shown[0])).toEqual([22, 21, 20, 22].map((id) => `${id}@100,50`))
  })

  test("code 0 stands still, others divide the video's rate", () => {
    const still = animated(0, { selected: [20, 22, true] })
    expect([still.shown[0], nextMenuChange(still.menu, still.state)]).toEqual(["20@100,50", null])
    const ticks = (frameRate: number, rate: number) => {
      const { menu, state } = animated(rate, { selected: [20, 22, true] }, frameRate)
      return nextMenuChange(menu, state)
    }
    expect([1, 2, 3, 4, 6, 7].map((frameRate) => ticks(frameRate, 1))).toEqual([3754, 3750, 3600, 3003, 1800, 1502])
    expect([ticks(1, 4), ticks(7, 2), ticks(5, 1)]).toEqual([15_015, 3003, null])
    // Quarters of ticks are not lost: 24000 pictures take 1001 seconds.
    const session = animated(1, { selected: [20, 22, true] }, 1)
    for (let count = 0; count < 24; count++) session.act({ type: "advance" }, nextMenuChange(session.menu, session.state) ?? 0)
    expect(session.at).toBe(90_090)
  })

  test("begin anew with each look, and go on while other buttons change", () => {
    const pages = [
      page(0, {
        rate: 1,
        groups: [
          { buttons: [{ ...at(1), right: 2, down: 3, normal: [1, 4, true], selected: [11, 14, true] }] },
          { buttons: [{ ...at(2), left: 1, normal: 5, selected: 15 }] },
          { buttons: [{ ...at(3), up: 1, right: 2, normal: [6, 9, true], selected: 16 }] },
        ],
      }),
    ]
    const session = new Session({ pages }).wait(7300)
    expect(session.shown).toEqual(["13@100,50", "5@200,50", "8@300,50"])
    expect(session.key("right").shown).toEqual(["1@100,50", "15@200,50", "8@300,50"])
    expect(session.wait(10_800).shown).toEqual(["2@100,50", "15@200,50", "9@300,50"])
  })

  test("keys are not taken while one runs that runs once", () => {
    const session = animated(1, { right: 2, selected: [20, 22] })
    expect(session.key("right").last.outcome).toBe("nothing")
    expect(session.wait(7200).key("right").last.outcome).toBe("done")
  })

  test("a late caller gets the picture of its time, and a very late one goes on from then", () => {
    const session = animated(1, { selected: [20, 22, true] })
    session.act({ type: "advance" }, 3600 * 100 + 5)
    expect(session.shown[0]).toBe("21@100,50")
    session.act({ type: "advance" }, 3600 * 1_000_000)
    expect(nextMenuChange(session.menu, session.state)).toBe(3600 * 1_000_001)
  })

  // In libbluray the page takes no key any more then.
  test("an animation that is taken away does not hold the page up", () => {
    const session = animated(1, { selected: 11, normal: [20, 29] }).act({
      type: "set-button-page",
      button: 2,
      page: null,
      skipOutEffects: false,
    })
    expect(session.key("left").last.outcome).toBe("nothing")
    session.act({ type: "disable-button", button: 1 }).act({ type: "program-ended" })
    expect(session.key("activate").last.outcome).toBe("done")
  })
})

describe("effects", () => {
  const effect = (object: number, ticks: number, more: object = {}) => ({ ticks, uses: [{ object, x: 10, y: 20, ...more }] })
  const made: MadeMenu = {
    pages: [
      page(0, { leaving: [effect(30, 1000), effect(31, 500)] }),
      page(1, {
        entering: [
          { ...effect(32, 2000, { crop: [4, 5, 6, 7] }), palette: 1 },
          { ticks: 300, uses: [] },
        ],
        mask: [1, 2, 3, 4, 5, 6, 7, 8],
      }),
      page(2),
    ],
  }
  const change = (skipOutEffects: boolean, pageId = 1): MenuAction => ({
    type: "set-button-page",
    button: null,
    page: pageId,
    skipOutEffects,
  })

  test("the old page's out effects, the new page's in effects, then the page", () => {
    const session = new Session(made, { at: 100 }).act(change(false), 200)
    const seen = [200, 1199, 1200, 1700, 3700, 3999, 4000].map((time) => session.wait(time).shown.join())
    expect(seen).toEqual(["30@10,20", "30@10,20", "31@10,20", "6x7@10,20", "", "", "11@100,50,2@200,50,3@300,50"])
    expect(nextMenuChange(session.menu, session.state)).toBeNull()
  })

  test("are cropped, in their own palette", () => {
    const session = new Session(made).act(change(true))
    const [bitmap] = renderMenu(session.menu.graphics, session.state)?.bitmaps ?? []
    const whole = madePicture(32, 40, 24)
    const rows = Array.from({ length: 7 }, (_, row) => [...whole.subarray((5 + row) * 40 + 4, (5 + row) * 40 + 10)])
    expect([...(bitmap?.indices ?? [])]).toEqual(rows.flat())
    expect(bitmap?.palette).toEqual(session.menu.graphics.palettes.get(1))
    expect(session.menu.graphics.palettes.get(1)).not.toEqual(session.menu.graphics.palettes.get(0))
  })

  test("out effects may be left out; keys are not taken while effects run", () => {
    const session = new Session(made).act(change(true))
    expect(session.shown).toEqual(["6x7@10,20"])
    expect([session.key("right").last.outcome, takesKeys(session.state)]).toEqual(["nothing", false])
    expect(session.act({ type: "point", x: 110, y: 60 }).last.outcome).toBe("nothing")
    expect(shownButtons(session.menu.graphics, session.state)).toEqual([])
    expect(session.wait(2300).key("right").last.outcome).toBe("done")
  })

  test("the page's mask of user operations holds with it", () => {
    const session = new Session(made)
    expect(menuUserOperationMask(session.menu.graphics, session.state)).toEqual(new Uint8Array(8))
    session.act(change(true))
    expect(menuUserOperationMask(session.menu.graphics, session.state)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))
    session.act(change(false, 2))
    expect(session.shown).toEqual(["11@100,50", "2@200,50", "3@300,50"])
  })

  test("a late caller finds the page", () => {
    const session = new Session(made).act(change(false)).act({ type: "advance" }, 1_000_000)
    expect(session.shown).toEqual(["11@100,50", "2@200,50", "3@300,50"])
  })
})

describe("pop-up menus", () => {
  const made: MadeMenu = { popup: true, pages: [page(0), page(1)], userTimeOut: 90_000 }

  test("are shown when they are asked for, from their first page, and go", () => {
    const session = new Session(made)
    expect([session.shown, session.selected, session.last.changed]).toEqual([[], [0, 1], false])
    expect(renderMenu(session.menu.graphics, session.state)).toBeNull()
    expect(menuUserOperationMask(session.menu.graphics, session.state)).toBeNull()
    expect(session.key("right").last.outcome).toBe("nothing")
    expect(session.act({ type: "popup", shown: "toggle" }).last).toMatchObject({ changed: true, outcome: "done" })
    expect(session.shown).toEqual(["11@100,50", "2@200,50", "3@300,50"])
    session.key("right").act({ type: "set-button-page", button: 3, page: 1, skipOutEffects: false })
    expect(session.act({ type: "popup-off" }).last.changed).toBe(true)
    expect([session.shown, takesKeys(session.state)]).toEqual([[], false])
    // The page is the first again; the button is the one of PSR 10, for the page has no default.
    expect(session.act({ type: "popup", shown: "toggle" }).selected).toEqual([0, 3])
    expect(session.act({ type: "popup", shown: "toggle" }).shown).toEqual([])
  })

  test("go away when no key comes for a while", () => {
    const session = new Session(made).act({ type: "popup", shown: true }, 1000)
    session.at = 50_000
    session.key("right")
    expect(session.wait(140_000).shown).not.toEqual([])
    expect(session.wait(140_001).shown).toEqual([])
    expect(nextMenuChange(session.menu, session.state)).toBeNull()
  })

  test("an always-on menu has no pop-up, and goes back to its first page after a while", () => {
    const session = new Session({ ...made, popup: false })
    expect(session.act({ type: "popup", shown: "toggle" }).last.outcome).toBe("nothing")
    expect(nextMenuChange(session.menu, session.state)).toBeNull()
    session.act({ type: "set-button-page", button: 3, page: 1, skipOutEffects: false }, 500)
    expect(nextMenuChange(session.menu, session.state)).toBe(90_501)
    expect(session.wait(90_501).selected).toEqual([0, 3])
  })
})

describe("time-outs of multiplexed menus", () => {
  test("the default button is activated when the selection's time is over", () => {
    const made: MadeMenu = { selectionTimeOut: 90_000, pages: [page(0, { activated: 2 })] }
    const session = new Session(made, { feedOffset: 10_000 })
    expect(nextMenuChange(session.menu, session.state)).toBe(100_000)
    expect(session.wait(100_000).events).toEqual([{ type: "run", buttonId: 2, commands: [], pictureTicks: 0 }])
    expect(session.shown[1]).toBe("22@200,50")
    expect(nextMenuChange(session.menu, session.state)).toBeNull()
    const selected = new Session({ ...made, pages: [page(0, { activated: 0xfffe })] }, { feedOffset: 0 }).wait(90_000)
    expect(selected.events).toMatchObject([{ type: "run", buttonId: 1 }])
    expect(new Session({ ...made, pages: [page(0)] }, { feedOffset: 0 }).wait(90_000).events).toEqual([])
    // Where nobody says how the stream's time lies, none runs out.
    expect(nextMenuChange(session.menu, new Session(made).state)).toBeNull()
  })

  test("the menu goes away for good when the composition's time is over", () => {
    const session = new Session({ popup: true, compositionTimeOut: 90_000, pages: [page(0)] }, { feedOffset: 0 }).act({
      type: "popup",
      shown: true,
    })
    expect(session.shown).not.toEqual([])
    expect(session.wait(90_000).shown).toEqual([])
    expect(session.act({ type: "popup", shown: true }).last.outcome).toBe("nothing")
    expect(nextMenuChange(session.menu, session.state)).toBeNull()
  })
})

describe("display sets that go on", () => {
  const after = (made: MadeMenu) => menuOf(made).graphics

  // libbluray goes back to the first page.
  test("a repeated menu changes nothing", () => {
    const session = new Session(MENU).act({ type: "set-button-page", button: 4, page: 1, skipOutEffects: false })
    const result = updateMenu(session.menu, session.state, after({ ...MENU, state: 1 }), 5)
    expect(result.state).toEqual(session.state)
    expect(result.events).toEqual([])
  })

  test("a page of a new version begins anew, another stays", () => {
    const session = new Session(MENU).act({ type: "set-button-page", button: 4, page: 1, skipOutEffects: false })
    const versions = (version: number) => ({ ...MENU, number: 1, pages: [page(0), page(1, { version, selected: 3 })] })
    expect(updateMenu(session.menu, session.state, after(versions(0)), 5).state).toMatchObject({ pageId: 1, selectedButtonId: 4 })
    expect(updateMenu(session.menu, session.state, after(versions(1)), 5).state).toMatchObject({ pageId: 1, selectedButtonId: 3 })
    expect(updateMenu(session.menu, session.state, after({ pages: [page(0)] }), 5).state).toMatchObject({ pageId: 0 })
  })

  test("a resumed menu shows the page that was left", () => {
    const session = new Session(MENU)
      .act({ type: "set-button-page", button: 4, page: 2, skipOutEffects: false })
      .act({ type: "disable-button", button: 1 })
    const left = JSON.parse(JSON.stringify(session.state))
    const resumed = resumeMenu(session.menu, left, 700)
    expect(resumed.state).toMatchObject({ pageId: 2, selectedButtonId: 4, open: true, popupShown: false })
    expect(renderMenu(session.menu.graphics, resumed.state)?.bitmaps.map(({ x }) => x)).toEqual([200, 400])
    expect(resumeMenu(session.menu, { ...left, pageId: 77 }, 700).state.pageId).toBe(0)
  })

  test("a saved state is checked", () => {
    const { state } = new Session(MENU)
    const saved = JSON.parse(JSON.stringify(state))
    expect(readMenuState(saved)).toEqual(state)
    for (const damage of [
      null,
      [],
      {},
      { ...saved, pageId: -1 },
      { ...saved, groups: [{}] },
      { ...saved, effect: {} },
      { ...saved, stepAt: "0" },
      { ...saved, open: 1 },
      { ...saved, userTimeOutAt: Number.NaN },
    ]) {
      expect(readMenuState(damage)).toBeNull()
    }
    for (const key of Object.keys(saved)) expect(readMenuState({ ...saved, [key]: undefined })).toBeNull()
  })
})
