import { useEffect, useState } from "preact/hooks"
import type { PlayerState } from "../player/player.ts"

/** How long the sign is seen, in ms. */
const SEEN = 1000

/** The sign of every disc player for a key that the disc does not allow. */
export function RefusedSign({ refused }: { readonly refused: PlayerState["refused"] }) {
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    if (refused === null) return
    setSeen(true)
    const timer = setTimeout(() => setSeen(false), SEEN)
    return () => clearTimeout(timer)
  }, [refused])
  const words = refused?.by === "no-menu" ? "This disc has no such menu" : "The disc does not allow this now"
  return (
    <div class="refused" role="status" aria-live="assertive" data-seen={isSeen} data-by={refused?.by ?? ""}>
      {isSeen && (
        <>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <circle cx="12" cy="12" r="9" />
            <path d="M5.6 5.6l12.8 12.8" />
          </svg>
          <span>{words}</span>
        </>
      )}
    </div>
  )
}
