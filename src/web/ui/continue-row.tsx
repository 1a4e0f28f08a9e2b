import { useState } from "preact/hooks"
import type { DiscSummary } from "../../hosts/browser/catalogue-message.ts"
import { thumbnailUrl } from "../api.ts"
import { discAddress } from "../bookmark.ts"
import { type Begun, begunTitles, forgetPlace } from "../memory.ts"
import { length } from "../time.ts"
import { Cover, follow } from "./disc-card.tsx"
import { Icon } from "./icons.tsx"
import { nameInLibrary } from "./names.ts"

/** What is further back is not being watched any more. */
const MAX_SHOWN = 12

type Props = { readonly discs: readonly DiscSummary[]; readonly onOpen: (disc: DiscSummary, title: number) => void }

/** Films that were begun in this browser, the last one first. */
export function ContinueRow({ discs, onOpen }: Props) {
  const [begun, setBegun] = useState(begunTitles)
  const known = new Map(discs.map((disc) => [disc.fingerprint, disc]))
  const shown = begun.flatMap((title) => {
    const disc = known.get(title.fingerprint)
    return disc === undefined ? [] : [{ disc, ...title }]
  })
  if (shown.length === 0) return null
  const forget = ({ fingerprint, title }: Begun) => {
    forgetPlace(fingerprint, title)
    setBegun(begunTitles())
  }
  return (
    <section class="shelf" aria-label="Continue watching">
      <h2>Continue watching</h2>
      <div class="row">
        {shown.slice(0, MAX_SHOWN).map(({ disc, ...title }) => {
          const name = nameInLibrary(disc)
          const left = length(title.duration - title.time)
          return (
            <div class="row-item" key={disc.id}>
              <a
                class="tile"
                data-card
                href={`${discAddress(disc.id)}&title=${title.title}`}
                title={name}
                onClick={follow(() => onOpen(disc, title.title))}
              >
                <Cover name={name} seed={disc.fingerprint} picture={thumbnailUrl(disc.id, title.title)} />
                <span class="progress" aria-hidden="true">
                  <i style={{ width: `${(100 * title.time) / title.duration}%` }} />
                </span>
                <strong class="tile-name">{name}</strong>
                <small class="tile-facts">
                  {title.title === disc.mainTitle ? "" : `Title ${title.title} · `}
                  {left} left
                </small>
              </a>
              <button
                type="button"
                class="forget"
                aria-label={`Take ${name} off this row`}
                title="Take off this row"
                onClick={() => forget(title)}
              >
                <Icon name="close" size={14} />
              </button>
            </div>
          )
        })}
      </div>
    </section>
  )
}
