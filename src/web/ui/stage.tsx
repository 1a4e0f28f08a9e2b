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
}

/** How long the controls stay after the last movement, in ms. */
const CONTROLS_STAY = 3000

/** The picture with what lies above it: subtitles, the controls, the big button, what went wrong. */
export function Stage({ title, onReady, onState }: Props) {
  const stage = useRef<HTMLElement>(null)
  const video = useRef<HTMLVideoElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [player, setPlayer] = useState<Player | null>(null)
  const [state, setState] = useState<PlayerState | null>(null)
  const [active, setActive] = useState(true)
  const timer = useRef(0)

  const fullScreen = () => {
    if (document.fullscreenElement === null) void stage.current?.requestFullscreen?.()
    else void document.exitFullscreen()
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

  const aspect = aspectOf(state, title)
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
      style={{ "--aspect": aspect }}
    >
      <div class="picture">
        {/* biome-ignore lint/a11y/useMediaCaption: a disc's subtitles are pictures, drawn on the canvas */}
        <video ref={video} playsInline disableRemotePlayback onClick={() => player?.togglePlay()} onDblClick={fullScreen} />
        <canvas ref={canvas} class="overlay" width="1" height="1" />
      </div>
      {state !== null && player !== null && (
        <>
          <StageMessage state={state} player={player} />
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

function StageMessage({ state, player }: { state: PlayerState; player: Player }) {
  if (state.problem !== null) {
    const { title, advice } = explain(state.problem.code)
    return (
      <div class="problem" role="alert" data-code={state.problem.code}>
        <h2>{title}</h2>
        <p>{advice}</p>
        {state.problem.message !== "" && <code>{state.problem.message}</code>}
      </div>
    )
  }
  if (state.blocked) {
    return (
      <button type="button" class="big-play" aria-label="Play" onClick={() => player.togglePlay()}>
        <Icon name="play" size={56} />
      </button>
    )
  }
  if (state.waiting && state.status !== "ended") return <div class="spinner" role="status" aria-label="Loading" />
  return null
}

/** Display aspect of the picture, for its frame before the first picture and for pixels that are not square. */
function aspectOf(state: PlayerState | null, title: TitleInfo | null): string {
  const aspect =
    state?.streams.find(({ kind }) => kind === "video")?.video?.aspect ?? title?.streams.find(({ kind }) => kind === "video")?.aspect
  const [width, height] = (aspect ?? "16:9").split(":")
  return `${width} / ${height}`
}
