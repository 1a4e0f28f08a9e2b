import type { RefObject } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { type KeyActions, pressKey } from "../keyboard.ts"
import { Player, type PlayerState } from "../player/player.ts"

type Elements = { readonly video: RefObject<HTMLVideoElement | null>; readonly canvas: RefObject<HTMLCanvasElement | null> }
type Listeners = {
  /** Called once. */
  readonly onReady: (player: Player) => void
  /** Called once, when it is there no longer. */
  readonly onGone: () => void
  readonly onState: (state: PlayerState) => void
  /** A key of ours was pressed. */
  readonly onKey: () => void
  readonly actions: KeyActions
}

/** A player in these elements, which hears the whole page's keys, as long as they are there. */
export function usePlayer({ video, canvas }: Elements, listeners: Listeners) {
  const [player, setPlayer] = useState<Player | null>(null)
  const [state, setState] = useState<PlayerState | null>(null)
  // The player outlives the functions that it was given first.
  const latest = useRef(listeners)
  latest.current = listeners
  useEffect(() => {
    if (video.current === null || canvas.current === null) return
    const created = new Player(video.current, canvas.current)
    const unsubscribe = created.subscribe((next) => {
      setState(next)
      latest.current.onState(next)
    })
    setPlayer(created)
    setState(created.state)
    latest.current.onReady(created)
    const onKey = (event: KeyboardEvent) => {
      if (!pressKey(event, created, latest.current.actions)) return
      event.preventDefault()
      latest.current.onKey()
    }
    // A button that a mouse or finger pressed has done its part: Enter and space are the disc's and the film's again.
    const onClick = (event: MouseEvent) => {
      if (event.detail > 0 && document.activeElement instanceof HTMLButtonElement) document.activeElement.blur()
    }
    document.addEventListener("keydown", onKey)
    document.addEventListener("click", onClick)
    return () => {
      document.removeEventListener("keydown", onKey)
      document.removeEventListener("click", onClick)
      unsubscribe()
      latest.current.onGone()
      created.close()
    }
  }, [])
  return { player, state }
}
