import { useEffect, useRef, useState } from "preact/hooks"
import type { TitleInfo } from "../../disc/disc-info.ts"
import { pressKey } from "../keyboard.ts"
import { Player, type PlayerState } from "../player/player.ts"
import { explain } from "../problems.ts"
import { Controls } from "./controls.tsx"
import { Icon } from "./icons.tsx"

type Props = {
  readonly title: TitleInfo | null
  /** Called once, with the player that the stage owns. */
  readonly onReady: (player: Player) => void
  readonly onState: (state: PlayerState) => void
  /** The person wants what failed tried again. */
  readonly onRetry: () => void
}

/** How long the controls stay after the last movement, in ms. */
const CONTROLS_STAY = 3000

/** The picture with what lies above it: subtitles, the controls, the big button, what went wrong. */
export function Stage({ title, onReady, onState, onRetry }: Props) {
  const stage = useRef<HTMLElement>(null)
  const video = useRef<HTMLVideoElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [player, setPlayer] = useState<Player | null>(null)
  const [state, setState] = useState<PlayerState | null>(null)
  const [active, setActive] = useState(true)
  const timer = useRef(0)

  const fullScreen = () => {
    if (document.fullscreenElement !== null) void document.exitFullscreen()
    else if (stage.current?.requestFullscreen !== undefined) void stage.current.requestFullscreen()
    else enterPhoneFullscreen(video.current)
  }
  const wake = () => {
    setActive(true)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => setActive(false), CONTROLS_STAY)
  }

  useEffect(() => {
    if (video.current === null || canvas.current === null) return
    const created = new Player(video.current, canvas.current)
    const unsubscribe = created.subscribe((next) => {
      setState(next)
      onState(next)
    })
    setPlayer(created)
    setState(created.state)
    onReady(created)
    const onKey = (event: KeyboardEvent) => {
      if (!pressKey(event, created, fullScreen)) return
      event.preventDefault()
      wake()
    }
    document.addEventListener("keydown", onKey)
    return () => {
      document.removeEventListener("keydown", onKey)
      unsubscribe()
      created.close()
    }
  }, [])

  const quiet = !active && state !== null && !state.paused
  return (
    <section
      ref={stage}
      class="stage"
      aria-label="Player"
      data-quiet={quiet}
      data-status={state?.status ?? "idle"}
      onPointerMove={wake}
      onPointerDown={wake}
    >
      <div class="picture">
        {/* biome-ignore lint/a11y/useMediaCaption: a disc's subtitles are pictures, drawn on the canvas */}
        <video ref={video} playsInline disableRemotePlayback onClick={() => player?.togglePlay()} onDblClick={fullScreen} />
        <canvas ref={canvas} class="overlay" width="1" height="1" />
      </div>
      {state !== null && player !== null && (
        <>
          <StageMessage state={state} player={player} onRetry={onRetry} />
          {state.status !== "failed" && state.status !== "idle" && (
            <Controls
              player={player}
              state={state}
              chapters={title?.chapters ?? []}
              duration={title?.duration ?? 0}
              angles={title?.angles ?? 1}
              onFullScreen={fullScreen}
            />
          )}
        </>
      )}
    </section>
  )
}

function StageMessage({ state, player, onRetry }: { state: PlayerState; player: Player; onRetry: () => void }) {
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

/** What may go away by itself. */
const RETRIED: ReadonlySet<string> = new Set(["connection", "stream", "read-failed", "source-changed", "limit", "aborted", "internal"])

/** An iPhone lets only the video itself fill the screen. */
function enterPhoneFullscreen(video: HTMLVideoElement | null): void {
  ;(video as { webkitEnterFullscreen?: () => void } | null)?.webkitEnterFullscreen?.()
}

/** Display aspect of the picture, for its frame before the first picture and for pixels that are not square. */
export function aspectOf(state: PlayerState | null, title: TitleInfo | null): string {
  const aspect =
    state?.streams.find(({ kind }) => kind === "video")?.video?.aspect ?? title?.streams.find(({ kind }) => kind === "video")?.aspect
  const [width, height] = (aspect ?? "16:9").split(":")
  return `${width} / ${height}`
}
