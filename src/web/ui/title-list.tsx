import { useState } from "preact/hooks"
import type { TitleInfo } from "../../disc/disc-info.ts"
import type { DiscListing } from "../../hosts/browser/protocol.ts"
import { thumbnailUrl } from "../api.ts"
import { clock, length } from "../time.ts"
import { Icon } from "./icons.tsx"

type Props = {
  readonly listing: DiscListing
  readonly playing: number | null
  readonly chapter: number | null
  readonly onTitle: (title: number) => void
  readonly onChapter: (chapter: number) => void
}

/** Titles that stand for themselves come first; those that repeat another or are a piece of it are folded away, not hidden. */
export function TitleList({ listing, playing, chapter, onTitle, onChapter }: Props) {
  const { titles, mainTitle } = listing.info
  const [unfolded, setUnfolded] = useState(false)
  const own = titles.filter(({ sameAs, partOf }) => sameAs === null && partOf === null)
  const others = titles.filter(({ sameAs, partOf }) => sameAs !== null || partOf !== null)
  const first = own.filter(({ number }) => number === mainTitle)
  const ordered = [...first, ...own.filter(({ number }) => number !== mainTitle)]
  const card = (title: TitleInfo) => (
    <TitleCard
      key={title.number}
      disc={listing.id}
      title={title}
      isMain={title.number === mainTitle}
      isPlaying={title.number === playing}
      chapter={title.number === playing ? chapter : null}
      onPlay={() => onTitle(title.number)}
      onChapter={onChapter}
    />
  )
  return (
    <nav class="titles" aria-label="Titles">
      <h2>
        Titles <em>{titles.length}</em>
      </h2>
      {ordered.map(card)}
      {others.length > 0 && (
        <button type="button" class="fold" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? "Hide" : "Show"} {others.length} that repeat these
        </button>
      )}
      {unfolded && others.map(card)}
    </nav>
  )
}

type CardProps = {
  readonly disc: string
  readonly title: TitleInfo
  readonly isMain: boolean
  readonly isPlaying: boolean
  readonly chapter: number | null
  readonly onPlay: () => void
  readonly onChapter: (chapter: number) => void
}

function TitleCard({ disc, title, isMain, isPlaying, chapter, onPlay, onChapter }: CardProps) {
  const { chapters } = title
  return (
    <div class="card" data-playing={isPlaying}>
      <button type="button" class="card-main" onClick={onPlay} aria-current={isPlaying}>
        <span class="thumb">
          <Icon name="disc" size={28} />
          <img src={thumbnailUrl(disc, title.number)} alt="" loading="lazy" onError={(event) => event.currentTarget.remove()} />
        </span>
        <span class="card-text">
          <strong>
            Title {title.number}
            {isMain && <b class="badge">main</b>}
          </strong>
          <small>{describe(title)}</small>
        </span>
      </button>
      {isPlaying && chapters.length > 1 && (
        <ol class="chapters" aria-label="Chapters">
          {chapters.map(({ start }, index) => (
            <li key={start}>
              <button type="button" data-current={chapter === index + 1} onClick={() => onChapter(index + 1)}>
                <span>{index + 1}</span>
                {clock(start)}
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}

function describe({ duration, chapters, angles, scrambled, sameAs, partOf }: TitleInfo): string {
  const parts = [length(duration)]
  if (chapters.length > 1) parts.push(`${chapters.length} chapters`)
  if (angles > 1) parts.push(`${angles} angles`)
  if (sameAs !== null) parts.push(`same as ${sameAs}`)
  if (partOf !== null) parts.push(`part of ${partOf}`)
  if (scrambled === true) parts.push("copy-protected")
  return parts.join(" · ")
}
