import { useEffect, useRef } from "preact/hooks"
import type { ChapterInfo } from "../../disc/disc-info.ts"
import { clock } from "../time.ts"

type Props = {
  readonly chapters: readonly ChapterInfo[]
  readonly current: number | null
  /** The disc permits going to one now. */
  readonly isAllowed: boolean
  readonly onChapter: (chapter: number) => void
}

/** The title's chapters with the times at which they begin. */
export function Chapters({ chapters, current, isAllowed, onChapter }: Props) {
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const item = current === null ? null : list.current?.children[current - 1]
    // Only within the list: the page itself stays where the person has it.
    if (item instanceof HTMLElement) list.current?.scrollTo({ left: item.offsetLeft - 60, behavior: "smooth" })
  }, [current])
  return (
    <ol class="chapters" aria-label="Chapters" ref={list}>
      {chapters.map(({ start }, index) => (
        <li key={start}>
          <button
            type="button"
            aria-label={`Chapter ${index + 1}, from ${clock(start)}`}
            aria-current={current === index + 1}
            disabled={!isAllowed}
            onClick={() => onChapter(index + 1)}
          >
            <span>{index + 1}</span>
            {clock(start)}
          </button>
        </li>
      ))}
    </ol>
  )
}
