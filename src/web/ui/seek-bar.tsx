import { useRef, useState } from "preact/hooks"
import type { ChapterInfo } from "../../disc/disc-info.ts"
import { clock } from "../time.ts"

type Props = {
  readonly time: number
  readonly duration: number
  readonly chapters: readonly ChapterInfo[]
  /** The disc permits going elsewhere now. */
  readonly isAllowed: boolean
  readonly onSeek: (time: number) => void
}

/** Where the title is, where its chapters begin, and a press anywhere to go there. */
export function SeekBar({ time, duration, chapters, isAllowed, onSeek }: Props) {
  const bar = useRef<HTMLDivElement>(null)
  const [pointed, setPointed] = useState<number | null>(null)
  const [dragging, setDragging] = useState(false)
  const share = (seconds: number) => `${duration > 0 ? (100 * Math.min(seconds, duration)) / duration : 0}%`
  const timeAt = (event: PointerEvent): number => {
    const box = bar.current?.getBoundingClientRect()
    return box === undefined ? 0 : Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * duration
  }
  const shown = dragging && pointed !== null ? pointed : time
  const chapter = pointed === null ? -1 : chapters.findLastIndex(({ start }) => start <= pointed)

  return (
    <div
      ref={bar}
      class="seek"
      role="slider"
      tabIndex={0}
      aria-label="Position"
      aria-disabled={!isAllowed}
      aria-valuemin={0}
      aria-valuemax={Math.round(duration)}
      aria-valuenow={Math.round(time)}
      aria-valuetext={`${clock(time)} of ${clock(duration)}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setDragging(true)
        setPointed(timeAt(event))
      }}
      onPointerMove={(event) => setPointed(timeAt(event))}
      onPointerUp={(event) => {
        if (dragging) onSeek(timeAt(event))
        setDragging(false)
        // A finger that is lifted points nowhere.
        if (event.pointerType !== "mouse") setPointed(null)
      }}
      onPointerCancel={() => setDragging(false)}
      onPointerLeave={() => !dragging && setPointed(null)}
    >
      <div class="seek-track">
        <div class="seek-done" style={{ width: share(shown) }} />
        {chapters.slice(1).map(({ start }) => (
          <i class="seek-chapter" key={start} style={{ left: share(start) }} />
        ))}
      </div>
      <div class="seek-knob" style={{ left: share(shown) }} />
      {pointed !== null && (
        <div class="seek-hint" style={{ left: share(pointed) }}>
          {clock(pointed)}
          {chapters.length > 1 && chapter >= 0 && <small class="seek-chapter-name">Chapter {chapter + 1}</small>}
        </div>
      )}
    </div>
  )
}
