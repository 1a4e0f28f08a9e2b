import type { MadeButton, MadeMenu } from "../graphics/support/ig-author.ts"
import { randomMenu } from "../graphics/support/random-menu.ts"
import { asm, type MadeObject } from "../navigation/hdmv/support.ts"
import type { MadeDisc } from "./hdmv-disc.ts"

type Chance = (below: number) => number

export type RandomScript = {
  readonly titles: number
  /** Units until the first menu is there. */
  readonly opened: number
  /** Sound tracks and angles are chosen too, also some that are not there. */
  readonly withStreams?: boolean
}

/** 40 keys, with reads between most of them. */
export function randomScript(chance: Chance, { titles, opened, withStreams = false }: RandomScript): string[] {
  const KEYS = [
    "up",
    "down",
    "left",
    "right",
    "enter",
    "enter",
    "popup",
    "digit",
    "mouse",
    "click",
    "menu root",
    "part",
    "time",
    "title",
    "subtitle",
    "still-skip",
    ...(withStreams ? ["audio", "angle"] : []),
  ]
  const script = ["play", `run ${opened}`]
  for (let press = 0; press < 40; press++) {
    const key = KEYS[chance(KEYS.length)] ?? "up"
    if (key === "digit") script.push(`digit ${chance(8)}`)
    else if (key === "mouse" || key === "click") script.push(`${key} ${100 + chance(1100)} ${100 + chance(700)}`)
    else if (key === "part") script.push(`part ${1 + chance(4)}`)
    else if (key === "time") script.push(`time ${chance(12) * 90_000}`)
    else if (key === "title") script.push(`title ${chance(titles + 1)}`)
    else if (key === "subtitle") script.push(`subtitle ${chance(3)}`)
    else if (key === "audio" || key === "angle") script.push(`${key} ${1 + chance(3)}`)
    else script.push(key)
    const isJump = /^(menu|part|time|title)/.test(key)
    if (isJump || chance(5) > 0) script.push(`run ${1 + chance(60)}`)
  }
  return [...script, "stop"]
}

const FILM_COMMANDS = [
  asm.jumpTitle(1),
  asm.jumpTitle(2),
  asm.jumpTitle(0),
  asm.terminate,
  asm.linkMark(0),
  asm.resume,
  asm.add(7, 3),
  asm.movePsr(8, 10),
]

/** The rig's clips under a program, stills and a menu of chance. */
export function randomDisc(chance: Chance, popup: boolean): MadeDisc {
  const { menu } = randomMenu(chance, popup)
  const leading = (button: MadeButton): MadeButton =>
    chance(3) > 0
      ? button
      : { ...button, commands: [...(button.commands ?? []).slice(0, chance(2)), FILM_COMMANDS[chance(FILM_COMMANDS.length)] ?? asm.nop] }
  const pages = menu.pages.map((page) => ({
    ...page,
    groups: page.groups.map((group) => ({ ...group, buttons: group.buttons.map(leading) })),
  }))
  const film = (playlist: number) => [asm.play(playlist), asm.playItem(2, 1), asm.playMark(1, chance(3))][chance(3)] ?? asm.nop
  const objects: MadeObject[] = [
    { commands: [asm.add(1, 1), asm.play(0), asm.jumpTitle(chance(3))] },
    { flags: chance(2) === 0 ? 0x8000 : 0, commands: [asm.move(2, 5), film(1), asm.jumpTitle(0)] },
    { flags: chance(4) === 0 ? 0xc000 : 0x8000, commands: [film(2), asm.add(3, 2), film(1), asm.jumpTitle(0)] },
  ]
  const still = () => [null, null, "key" as const, 2][chance(4)] ?? null
  const made: MadeMenu = { ...menu, pages }
  return { menu: made, objects, playlists: { 0: { still: [chance(3) === 0 ? null : "key"] }, 2: { still: [still(), still()] } } }
}
