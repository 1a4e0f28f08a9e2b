import type { Player, PlayerState } from "../player/player.ts"
import { explain } from "../problems.ts"
import { Icon } from "./icons.tsx"

type Props = { readonly state: PlayerState; readonly player: Player; readonly onRetry: () => void }

/** What may go away by itself. */
const RETRIED: ReadonlySet<string> = new Set(["connection", "stream", "read-failed", "source-changed", "limit", "aborted", "internal"])

/** In the middle of the picture: what went wrong, a button to play, or that something is awaited. */
export function StageMessage({ state, player, onRetry }: Props) {
  if (state.problem !== null) {
    const { title, advice } = explain(state.problem.code)
    return (
      <div class="problem" role="alert" data-code={state.problem.code}>
        <Icon name="warning" size={40} />
        <h2>{title}</h2>
        <p>{advice}</p>
        {RETRIED.has(state.problem.code) && (
          <button type="button" class="solid" onClick={onRetry}>
            Try again
          </button>
        )}
        {state.problem.message !== "" && <code>{state.problem.message}</code>}
      </div>
    )
  }
  if (state.blocked || state.status === "ended") {
    return (
      <button type="button" class="big-play" aria-label={state.blocked ? "Play" : "Play again"} onClick={() => player.togglePlay()}>
        <Icon name={state.blocked ? "play" : "replay"} size={56} />
      </button>
    )
  }
  if (state.waiting) return <div class="spinner" role="status" aria-label="Loading" />
  return null
}
