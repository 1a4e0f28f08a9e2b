import { useEffect, useState } from "preact/hooks"
import { thumbnailUrl } from "../api.ts"
import { explain } from "../problems.ts"
import type { RendererStatus } from "../renderers.ts"
import { clock } from "../time.ts"
import { Icon, type IconName } from "./icons.tsx"
import type { Cast } from "./use-cast.ts"

/** One press of the keys beside "pause", in seconds. */
const SKIP = 30

type Props = {
  readonly cast: Cast
  /** What people call a disc, by its id; null where it is not known here. */
  readonly nameOf: (disc: string) => string | null
}

/** What plays on another device, at the foot of every view, with all that directs it. */
export function CastBar({ cast, nameOf }: Props) {
  const { on, status, problem, remote } = cast
  const time = useRunningTime(status)
  const [dragged, setDragged] = useState<number | null>(null)
  if (on === null) return null
  const isPlaying = status?.state === "playing"
  const isSettled = status !== null && status.state !== "transitioning" && status.state !== "gone"
  const name = status?.disc == null ? null : nameOf(status.disc)
  const duration = status?.duration ?? null
  const shown = dragged ?? time
  return (
    <section class="cast-bar" aria-label={`Playing on ${on.name}`}>
      {status?.disc != null && status.title != null && (
        <img class="cast-picture" src={thumbnailUrl(status.disc, status.title)} alt="" onError={(event) => event.currentTarget.remove()} />
      )}
      <div class="cast-text">
        <strong>{name === null ? on.name : status?.title == null ? name : `${name} · Title ${status.title}`}</strong>
        <small role="status">{said(cast)}</small>
      </div>
      <div class="cast-keys">
        {duration !== null && time !== null && (
          <Key icon="replay" label={`${SKIP} seconds back`} onPress={() => cast.act({ action: "seek", time: Math.max(0, time - SKIP) })} />
        )}
        <Key
          icon={isPlaying ? "pause" : "play"}
          label={isPlaying ? `Pause on ${on.name}` : `Play on ${on.name}`}
          isMain
          isAllowed={isSettled}
          onPress={() => cast.act({ action: isPlaying ? "pause" : "resume" })}
        />
        <Key icon="stop" label={`Stop on ${on.name}`} onPress={() => cast.act({ action: "stop" })} />
        {remote !== null && (
          <a class="round" href={remote} target="_blank" rel="noopener" title="Remote control" aria-label="Remote control">
            <Icon name="remote" />
          </a>
        )}
      </div>
      {duration !== null && shown !== null && (
        <label class="cast-seek">
          <span>{clock(shown)}</span>
          <input
            type="range"
            min="0"
            max={duration}
            step="1"
            value={shown}
            aria-label={`Position on ${on.name}`}
            aria-valuetext={clock(shown)}
            onInput={(event) => setDragged(Number(event.currentTarget.value))}
            onChange={(event) => {
              setDragged(null)
              cast.act({ action: "seek", time: Number(event.currentTarget.value) })
            }}
          />
          <span>{clock(duration)}</span>
        </label>
      )}
      {status?.volume != null && (
        <label class="cast-volume">
          <Icon name="volume" size={20} />
          <input
            type="range"
            min="0"
            max="100"
            step="1"
            value={status.volume}
            aria-label={`Volume on ${on.name}`}
            onChange={(event) => cast.act({ action: "volume", volume: Number(event.currentTarget.value) })}
          />
        </label>
      )}
      {(problem !== null || status?.state === "gone" || status?.error != null) && (
        <button type="button" class="quiet" aria-label="Put away" onClick={cast.leave}>
          <Icon name="close" size={18} />
        </button>
      )}
    </section>
  )
}

function said({ on, status, problem }: Cast): string {
  if (problem !== null) return problem.message || explain(problem.code).title
  if (status?.error != null) return typeof status.error === "string" ? status.error : status.error.message
  switch (status?.state) {
    case "gone":
      return `${on?.name} does not answer any more`
    case "playing":
      return `Playing on ${on?.name}`
    case "paused":
      return `Paused on ${on?.name}`
    case "stopped":
      return `Stopped on ${on?.name}`
    default:
      return `Starting on ${on?.name}…`
  }
}

/** The device's own time, running on between its answers. */
function useRunningTime(status: RendererStatus | null): number | null {
  const [, setTick] = useState(0)
  const [heard, setHeard] = useState({ time: null as number | null, at: 0 })
  useEffect(() => setHeard({ time: status?.time ?? null, at: performance.now() }), [status])
  const isPlaying = status?.state === "playing"
  useEffect(() => {
    if (!isPlaying) return
    const timer = setInterval(() => setTick((tick) => tick + 1), 250)
    return () => clearInterval(timer)
  }, [isPlaying])
  if (heard.time === null) return null
  const passed = isPlaying ? (performance.now() - heard.at) / 1000 : 0
  return Math.min(heard.time + passed, status?.duration ?? Number.POSITIVE_INFINITY)
}

type KeyProps = {
  readonly icon: IconName
  readonly label: string
  readonly isMain?: boolean
  readonly isAllowed?: boolean
  readonly onPress: () => void
}

function Key({ icon, label, isMain = false, isAllowed = true, onPress }: KeyProps) {
  return (
    <button type="button" class={`round ${isMain ? "play" : ""}`} title={label} aria-label={label} disabled={!isAllowed} onClick={onPress}>
      <Icon name={icon} size={isMain ? 24 : 20} />
    </button>
  )
}
