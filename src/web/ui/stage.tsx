import { useRef, useState } from "preact/hooks"
import type { TitleInfo } from "../../disc/disc-info.ts"
import type { MenuName } from "../../plugin/session.ts"
import type { Player, PlayerState } from "../player/player.ts"
import { Controls } from "./controls.tsx"
import { Picture } from "./picture.tsx"
import { RefusedSign } from "./refused-sign.tsx"
import { Remote } from "./remote.tsx"
import { StageMessage } from "./stage-message.tsx"
import { useAwake } from "./use-awake.ts"
import { usePlayer } from "./use-player.ts"

type Props = {
  /** The title on the screen; null in a menu. */
  readonly title: TitleInfo | null
  readonly hasMenus: boolean
  readonly onMenu: (name: MenuName) => void
  /** Called once, with the player that the stage owns. */
  readonly onReady: (player: Player) => void
  /** Called once, when the stage and its player go. */
  readonly onGone: () => void
  readonly onState: (state: PlayerState) => void
  /** The person wants what failed tried again. */
  readonly onRetry: () => void
}

/** Whether the person's pointer is a finger. */
const hasTouch = () => matchMedia("(pointer: coarse)").matches

/** The picture with what lies above it: subtitles, the disc's buttons, the controls, the big button, what went wrong. */
export function Stage({ title, hasMenus, onMenu, onReady, onGone, onState, onRetry }: Props) {
  const stage = useRef<HTMLElement>(null)
  const video = useRef<HTMLVideoElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [isAwake, wake] = useAwake()
  const [wantsRemote, setWantsRemote] = useState<boolean | null>(null)
  const fullScreen = () => {
    if (document.fullscreenElement !== null) void document.exitFullscreen()
    else if (stage.current?.requestFullscreen !== undefined) void stage.current.requestFullscreen()
    else enterPhoneFullscreen(video.current)
  }
  const { player, state } = usePlayer(
    { video, canvas },
    { onReady, onGone, onState, onKey: () => wakeByKey(), actions: { fullScreen, menu: onMenu } },
  )

  // Arrow keys move among the disc's buttons: the controls do not come to lie over them.
  const wakeByKey = () => state?.hasButtons !== true && wake()

  const isMenu = state?.position != null && state.position.domain !== "title"
  const hasRemote = hasMenus && (wantsRemote ?? (hasTouch() && (isMenu || state?.hasButtons === true)))
  const isQuiet = !isAwake && state !== null && !state.paused
  return (
    <section
      ref={stage}
      class="stage"
      aria-label="Player"
      data-quiet={isQuiet}
      data-menu={isMenu}
      data-buttons={state?.hasButtons === true}
      data-remote={hasRemote}
      data-pop-up={state?.hasButtons === true && player?.hasPopUp === true}
      data-status={state?.status ?? "idle"}
      onPointerMove={wake}
      onPointerDown={wake}
    >
      <div class="screen">
        <Picture video={video} canvas={canvas} player={player} onFullScreen={fullScreen} />
        {state !== null && player !== null && <StageMessage state={state} player={player} onRetry={onRetry} />}
        {state !== null && <RefusedSign refused={state.refused} />}
      </div>
      {state !== null && player !== null && state.status !== "failed" && state.status !== "idle" && (
        <>
          <Controls
            {...{ player, state, title, hasMenus, hasRemote, isMenu, onMenu }}
            onFullScreen={fullScreen}
            onRemote={() => setWantsRemote(!hasRemote)}
          />
          {hasRemote && <Remote player={player} onMenu={onMenu} />}
        </>
      )}
    </section>
  )
}

/** An iPhone lets only the video itself fill the screen. */
function enterPhoneFullscreen(video: HTMLVideoElement | null): void {
  ;(video as { webkitEnterFullscreen?: () => void } | null)?.webkitEnterFullscreen?.()
}
