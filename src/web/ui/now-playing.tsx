import type { ComponentChildren } from "preact"
import type { TitleInfo } from "../../disc/disc-info.ts"
import type { PlayerState } from "../player/player.ts"
import { length } from "../time.ts"
import { Chapters } from "./chapters.tsx"

type Props = {
  readonly title: TitleInfo | null
  readonly state: PlayerState | null
  readonly onChapter: (chapter: number) => void
  /** What stands beside the heading. */
  readonly children?: ComponentChildren
}

/** Under the picture: which title it is, and its chapters; or that it is a menu. */
export function NowPlaying({ title, state, onChapter, children }: Props) {
  if (title === null) {
    return <div class="now">{state?.position != null && <InMenu hasButtons={state.hasButtons}>{children}</InMenu>}</div>
  }
  const position = state?.position ?? null
  return (
    <div class="now">
      <div class="now-head">
        <h2>
          Title {title.number} <small class="now-length">{length(title.duration)}</small>
        </h2>
        {children}
      </div>
      {title.chapters.length > 1 && (
        <Chapters
          chapters={title.chapters}
          current={position?.chapter ?? null}
          isAllowed={position === null || state?.allowed.includes("seek") === true}
          onChapter={onChapter}
        />
      )}
    </div>
  )
}

function InMenu({ hasButtons, children }: { hasButtons: boolean; children: ComponentChildren }) {
  return (
    <>
      <div class="now-head">
        <h2>Disc menu</h2>
        {children}
      </div>
      {hasButtons && <p class="now-hint">Arrow keys and Enter choose, or a click.</p>}
    </>
  )
}
