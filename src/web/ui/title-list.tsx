import { useState } from "preact/hooks"
import type { TitleInfo } from "../../disc/disc-info.ts"
import type { DiscListing } from "../../hosts/browser/protocol.ts"
import { thumbnailUrl } from "../api.ts"
import type { Beginning } from "../memory.ts"
import { length } from "../time.ts"
import { BeginningSwitch } from "./beginning-switch.tsx"
import { Icon } from "./icons.tsx"

type Props = {
  readonly listing: DiscListing
  readonly playing: number | null
  /** Pictures of the titles take their turn after the film's own first one. */
  readonly pictures: boolean
  /** How discs begin; null where this one has no menus to begin with. */
  readonly beginning: Beginning | null
  readonly onTitle: (title: number) => void
  readonly onBeginning: (how: Beginning) => void
}

/** Titles that stand for themselves come first; those that repeat another or are a piece of it are folded away, not hidden. */
export function TitleList({ listing, playing, pictures, beginning, onTitle, onBeginning }: Props) {
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
      picture={pictures}
      onPlay={() => onTitle(title.number)}
    />
  )
  return (
    <nav class="titles" aria-label="Titles">
      {beginning !== null && <BeginningSwitch value={beginning} onChoose={onBeginning} />}
      <h2>
        Titles <em class="titles-count">{titles.length}</em>
      </h2>
      <div class="cards">{ordered.map(card)}</div>
      {others.length > 0 && (
        <button type="button" class="fold" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? "Hide" : "Show"} {others.length} more that repeat{others.length === 1 ? "s" : ""} these
        </button>
      )}
      {unfolded && <div class="cards">{others.map(card)}</div>}
    </nav>
  )
}

type CardProps = {
  readonly disc: string
  readonly title: TitleInfo
  readonly isMain: boolean
  readonly isPlaying: boolean
  readonly picture: boolean
  readonly onPlay: () => void
}

function TitleCard({ disc, title, isMain, isPlaying, picture, onPlay }: CardProps) {
  return (
    <div class="card" data-playing={isPlaying}>
      <button type="button" class="card-main" onClick={onPlay} aria-current={isPlaying}>
        <span class="thumb">
          <Icon name="disc" size={28} />
          {picture && (
            <img src={thumbnailUrl(disc, title.number)} alt="" loading="lazy" onError={(event) => event.currentTarget.remove()} />
          )}
        </span>
        <span class="card-text">
          <strong>
            Title {title.number}
            {isMain && <b class="badge">main</b>}
          </strong>
          <small class="card-facts">{describe(title)}</small>
        </span>
      </button>
    </div>
  )
}

/** Where the list will be. */
export function TitleListSkeleton() {
  return (
    <div class="titles" aria-hidden="true">
      <h2>Titles</h2>
      <div class="cards">
        {[1, 2, 3].map((key) => (
          <div class="card card-main" key={key}>
            <span class="thumb skeleton" />
            <span class="card-text">
              <i class="skeleton line" />
              <i class="skeleton line short" />
            </span>
          </div>
        ))}
      </div>
    </div>
  )
}

export function describe({ duration, chapters, angles, scrambled, sameAs, partOf }: TitleInfo): string {
  const parts = [length(duration)]
  if (chapters.length > 1) parts.push(`${chapters.length} chapters`)
  if (angles > 1) parts.push(`${angles} angles`)
  if (sameAs !== null) parts.push(`same as ${sameAs}`)
  if (partOf !== null) parts.push(`part of ${partOf}`)
  if (scrambled === true) parts.push("copy-protected")
  return parts.join(" · ")
}
