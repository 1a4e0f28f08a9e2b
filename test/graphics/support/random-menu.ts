import { encode } from "../../navigation/hdmv/support.ts"
import type { MadeButton, MadeEffect, MadeMenu, MadePage, MadePictures } from "./ig-author.ts"

const setSystem = (set: number, first: number, second = 0, count = 2, immediate = 3): Uint8Array =>
  encode({ count, group: 2, sub: 1, set, immediate, first, second })
const commands = {
  page: (page: number, button: number | null, skipOut: boolean) =>
    setSystem(3, button === null ? 0 : 0x8000_0000 + button, 0x8000_0000 + (skipOut ? 0x4000_0000 : 0) + page),
  button: (button: number) => setSystem(3, 0x8000_0000 + button, 0),
  enable: (button: number) => setSystem(4, button, 0, 1, 2),
  disable: (button: number) => setSystem(5, button, 0, 1, 2),
  popupOff: setSystem(7, 0, 0, 0, 0),
}

const CELL = { width: 60, height: 40 }
const PAGES = 3
const GROUPS = 5

/** A menu of all that there is, in random order: groups of several buttons, animations, effects, programs that change buttons and pages. */
export function randomMenu(chance: (below: number) => number, popup: boolean): { menu: MadeMenu; objects: number[] } {
  const objects = Array.from({ length: 30 }, (_, id) => id)
  const pictures = (): MadePictures | undefined => {
    const start = chance(26)
    const kind = chance(6)
    return kind === 0 ? undefined : kind < 3 ? start : [start, start + chance(5), chance(2) === 0]
  }
  const effects = (): MadeEffect[] =>
    Array.from({ length: chance(2) === 0 ? 0 : 1 + chance(3) }, () => ({
      ticks: 200 + chance(1500),
      palette: chance(2),
      uses: Array.from({ length: chance(3) }, (_, at) => ({
        object: chance(30),
        x: 100 + at * 200,
        y: chance(900),
        ...(chance(2) === 0 ? { crop: [chance(20), chance(10), 1 + chance(20), 1 + chance(14)] as const } : {}),
      })),
    }))
  const anyButton = () => 1 + chance(GROUPS * 3)
  const program = (): Uint8Array[] =>
    Array.from({ length: 1 + chance(3) }, () => {
      const kind = chance(7)
      if (kind === 0) return commands.page(chance(PAGES + 1), chance(2) === 0 ? null : anyButton(), chance(2) === 0)
      if (kind === 1) return commands.button(anyButton())
      if (kind === 2 && popup) return commands.popupOff
      return kind < 5 ? commands.enable(anyButton()) : commands.disable(anyButton())
    })
  const button = (id: number, group: number): MadeButton => ({
    id,
    x: 100 + (group % 3) * CELL.width,
    y: 100 + Math.floor(group / 3) * CELL.height,
    numeric: chance(8),
    auto: chance(5) === 0,
    up: anyButton(),
    down: anyButton(),
    left: anyButton(),
    right: anyButton(),
    ...Object.fromEntries(["normal", "selected", "activated"].map((look) => [look, pictures()])),
    ...(chance(2) === 0 ? { selectedSound: chance(5) } : {}),
    ...(chance(2) === 0 ? { activatedSound: 5 + chance(5) } : {}),
    commands: program(),
  })
  const page = (id: number): MadePage => ({
    id,
    entering: effects(),
    leaving: effects(),
    rate: chance(3),
    selected: chance(3) === 0 ? 0xffff : 1 + chance(GROUPS) * 3,
    palette: chance(2),
    groups: Array.from({ length: GROUPS }, (_, group) => ({
      ...(chance(4) === 0 ? { valid: null } : {}),
      buttons: Array.from({ length: 3 }, (__, at) => button(group * 3 + at + 1, group)),
    })),
  })
  return { menu: { popup, frameRate: 1 + chance(4), userTimeOut: chance(2) === 0 ? 0 : 5000, pages: [0, 1, 2].map(page) }, objects }
}

export function randomScript(chance: (below: number) => number, popup: boolean, presses: number): string[] {
  const keys = ["up", "down", "left", "right", "enter", "enter", "digit", "mouse", "click", ...(popup ? ["popup"] : [])]
  const script = ["play", "run 20", ...(popup ? ["popup"] : [])]
  for (let press = 0; press < presses; press++) {
    const key = keys[chance(keys.length)] ?? "up"
    const place = ` ${100 + chance(3 * CELL.width)} ${100 + chance(2 * CELL.height)}`
    script.push(key === "digit" ? `digit ${chance(8)}` : key === "mouse" || key === "click" ? key + place : key)
    if (chance(4) > 0) script.push(`run ${1 + chance(16)}`)
  }
  return [...script, "stop"]
}
