import type { Key, MenuName } from "../plugin/session.ts"
import type { Player } from "./player/player.ts"

const SKIP_SHORT = 5
const SKIP_LONG = 10
const VOLUME_STEP = 0.05

/** What keys do that is not the player's. */
export type KeyActions = { readonly fullScreen: () => void; readonly menu: (name: MenuName) => void }

const ARROWS: Readonly<Record<string, Key>> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" }

/** Keys as people know them from players; while the disc has buttons on the screen, they are the disc's first. Returns false for a key that is none of ours. */
export function pressKey(event: KeyboardEvent, player: Player, actions: KeyActions): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const { target, key } = event
  if (target instanceof HTMLInputElement && (target.type === "text" || (target.type === "range" && key in ARROWS))) return false
  // A focused button or link keeps its own keys, and a list that is open its own Escape.
  if (target instanceof HTMLButtonElement && (key === " " || key === "Enter")) return false
  if (target instanceof HTMLAnchorElement && key === "Enter") return false
  if (key === "Escape" && document.querySelector(".picker [aria-expanded=true]") !== null) return false
  // What lies above the page has all keys.
  if (document.querySelector("dialog[open]") !== null) return false
  const act = discKey(key, player) ?? playerKey(key, player, actions)
  act?.()
  return act !== null
}

/** What a key says to the disc: all of a remote control's keys while there are buttons, else those that mean nothing to a player. */
function discKey(key: string, player: Player): (() => void) | null {
  const { hasButtons, position } = player.state
  const arrow = ARROWS[key]
  const isInTitle = position?.domain === "title"
  if (arrow !== undefined && (hasButtons || !isInTitle)) {
    return () => {
      // From here on Enter is the disc's, not that of the control which was pressed last.
      if (document.activeElement instanceof HTMLButtonElement) document.activeElement.blur()
      player.press(arrow)
    }
  }
  if (/^[0-9]$/.test(key) && (hasButtons || !isInTitle)) return () => player.press(`digit-${Number(key)}`)
  const named: Readonly<Record<string, Key>> = {
    Enter: "enter",
    Backspace: "return",
    Escape: "return",
    n: "next",
    PageDown: "next",
    p: "previous",
    PageUp: "previous",
    a: "audio",
    s: "subtitle",
    c: "subtitle",
    g: "angle",
  }
  const name = named[key]
  return name === undefined ? null : () => player.press(name)
}

function playerKey(key: string, player: Player, { fullScreen, menu }: KeyActions): (() => void) | null {
  const { position, volume } = player.state
  const skip = (seconds: number) => player.seek(Math.max(0, (position?.time ?? 0) + seconds))
  const keys: Readonly<Record<string, () => void>> = {
    " ": () => player.togglePlay(),
    k: () => player.togglePlay(),
    ArrowLeft: () => skip(-SKIP_SHORT),
    ArrowRight: () => skip(SKIP_SHORT),
    j: () => skip(-SKIP_LONG),
    l: () => skip(SKIP_LONG),
    ArrowUp: () => player.setVolume(volume + VOLUME_STEP),
    ArrowDown: () => player.setVolume(volume - VOLUME_STEP),
    "+": () => player.setVolume(volume + VOLUME_STEP),
    "-": () => player.setVolume(volume - VOLUME_STEP),
    x: () => player.toggleMute(),
    // As on the remote control of a Blu-ray player, where one key is both.
    m: () => (player.hasPopUp ? player.press("popup") : menu("root")),
    t: () => menu("title"),
    f: fullScreen,
    Home: () => player.seek(0),
  }
  if (/^[0-9]$/.test(key)) return () => player.seek(((position?.duration ?? 0) * Number(key)) / 10)
  return keys[key] ?? null
}

/** For the help sheet. */
export const KEY_HELP: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    title: "In a menu",
    keys: [
      ["← → ↑ ↓", "Move to another button"],
      ["Enter", "Press the button"],
      ["0 to 9", "Choose by number"],
      ["Backspace, Esc", "Back"],
    ],
  },
  {
    title: "In the film",
    keys: [
      ["Space, K", "Play or pause"],
      ["← →", "5 seconds back, forward"],
      ["J L", "10 seconds back, forward"],
      ["0 to 9", "Go to that tenth of the title"],
      ["P N", "Previous, next chapter"],
      ["A", "Next sound track"],
      ["S", "Next subtitle"],
      ["G", "Next angle"],
    ],
  },
  {
    title: "Always",
    keys: [
      ["M", "The disc's menu, or its pop-up"],
      ["T", "Its title menu"],
      ["+ −, or ↑ ↓", "Louder, softer"],
      ["X", "Mute"],
      ["F", "Full screen"],
      ["?", "This list"],
    ],
  },
]
