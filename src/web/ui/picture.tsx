import type { RefObject } from "preact"
import { useState } from "preact/hooks"
import type { Player } from "../player/player.ts"
import { Captions } from "./captions.tsx"

type Props = {
  readonly video: RefObject<HTMLVideoElement | null>
  readonly canvas: RefObject<HTMLCanvasElement | null>
  readonly player: Player | null
  readonly onFullScreen: () => void
}

/**
 * The film and its planes. A pointer over one of the disc's buttons selects it, a press presses it; elsewhere a press stops and starts the film.
 * The other mouse button, or a finger that stays, calls the disc's pop-up menu and sends it away.
 */
export function Picture({ video, canvas, player, onFullScreen }: Props) {
  const [isOnButton, setOnButton] = useState(false)
  const point = (event: MouseEvent & { currentTarget: HTMLElement }, activate: boolean): boolean => {
    const box = event.currentTarget.getBoundingClientRect()
    return player?.point((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, activate) ?? false
  }
  const hasButtons = () => player?.state.hasButtons === true
  return (
    <div class="picture" data-pointing={isOnButton}>
      {/* biome-ignore lint/a11y/useMediaCaption: a disc's subtitles are pictures, drawn on the canvas */}
      <video
        ref={video}
        playsInline
        disableRemotePlayback
        onPointerMove={(event) => event.pointerType === "mouse" && setOnButton(point(event, false))}
        onPointerLeave={() => setOnButton(false)}
        onClick={(event) => {
          if (hasButtons()) point(event, true)
          else player?.togglePlay()
        }}
        onContextMenu={(event) => {
          if (player?.hasPopUp !== true) return
          event.preventDefault()
          player.press("popup")
        }}
        onDblClick={() => !hasButtons() && onFullScreen()}
      />
      <canvas ref={canvas} class="overlay" width="1" height="1" />
      <Captions lines={player?.state.captions ?? []} />
    </div>
  )
}
