import type { Player } from "./player/player.ts"

const SKIP_SHORT = 5
const SKIP_LONG = 10
const VOLUME_STEP = 0.05

/** Keys as people know them from players. Returns false for a key that is none of ours. */
export function pressKey(event: KeyboardEvent, player: Player, fullScreen: () => void): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const target = event.target
  if (target instanceof HTMLInputElement && target.type === "text") return false
  const { position, volume } = player.state
  const skip = (seconds: number) => player.seek(Math.max(0, (position?.time ?? 0) + seconds))
  const keys: Record<string, () => void> = {
    " ": () => player.togglePlay(),
    k: () => player.togglePlay(),
    ArrowLeft: () => skip(-SKIP_SHORT),
    ArrowRight: () => skip(SKIP_SHORT),
    j: () => skip(-SKIP_LONG),
    l: () => skip(SKIP_LONG),
    ArrowUp: () => player.setVolume(volume + VOLUME_STEP),
    ArrowDown: () => player.setVolume(volume - VOLUME_STEP),
    m: () => player.toggleMute(),
    f: fullScreen,
    n: () => player.press("next"),
    PageDown: () => player.press("next"),
    p: () => player.press("previous"),
    PageUp: () => player.press("previous"),
    a: () => player.press("audio"),
    c: () => player.press("subtitle"),
    s: () => player.press("subtitle"),
    g: () => player.press("angle"),
    Home: () => player.seek(0),
  }
  if (/^[0-9]$/.test(event.key)) {
    player.seek(((position?.duration ?? 0) * Number(event.key)) / 10)
    return true
  }
  // A focused button keeps its own space bar.
  if (event.key === " " && target instanceof HTMLButtonElement) return false
  const act = keys[event.key]
  act?.()
  return act !== undefined
}

/** For the help sheet. */
export const KEY_HELP: readonly (readonly [string, string])[] = [
  ["Space, K", "Play or pause"],
  ["← →", "5 seconds back, forward"],
  ["J L", "10 seconds back, forward"],
  ["↑ ↓", "Louder, softer"],
  ["P N", "Previous, next chapter"],
  ["A", "Next sound track"],
  ["C", "Next subtitle"],
  ["G", "Next angle"],
  ["0 to 9", "Go to that tenth of the title"],
  ["M", "Mute"],
  ["F", "Full screen"],
]
