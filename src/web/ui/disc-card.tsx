import { useState } from "preact/hooks"
import type { DiscSummary } from "../../hosts/browser/catalogue-message.ts"
import { coverUrl } from "../api.ts"
import { discAddress } from "../bookmark.ts"
import { length } from "../time.ts"
import { Icon } from "./icons.tsx"
import { kindName, nameInLibrary } from "./names.ts"

/** What opens when a link is pressed in this window; other keys and buttons open it as the browser does. */
export const follow = (open: () => void) => (event: MouseEvent) => {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  open()
}

type Props = {
  readonly disc: DiscSummary
  /** The folders between the one that is shown and the disc. */
  readonly below: readonly string[]
  readonly onOpen: () => void
}

/** A disc on the shelf. */
export function DiscCard({ disc, below, onOpen }: Props) {
  const name = nameInLibrary(disc)
  return (
    <a class="tile" data-card href={discAddress(disc.id)} title={name} onClick={follow(onOpen)}>
      <Cover name={name} seed={disc.fingerprint} picture={coverUrl(disc.id)} />
      <span class="tile-kind">{kindName(disc.kind)}</span>
      <strong class="tile-name">{name}</strong>
      {below.length > 0 && <small class="tile-where">{below.join(" › ")}</small>}
      <small class="tile-facts">{facts(disc)}</small>
    </a>
  )
}

type CoverProps = { readonly name: string; readonly seed: string; readonly picture: string }

/** A picture; until it is there, and where there is none, a colour of the disc's own and its first letters. */
export function Cover({ name, seed, picture }: CoverProps) {
  const [state, setState] = useState<"waiting" | "there" | "none">("waiting")
  return (
    <span class="cover" style={{ "--hue": String(Number.parseInt(seed.slice(0, 4), 16) % 360) }} data-state={state}>
      <span class="cover-letters" aria-hidden="true">
        {letters(name)}
      </span>
      {state !== "none" && (
        <img src={picture} alt="" loading="lazy" decoding="async" onLoad={() => setState("there")} onError={() => setState("none")} />
      )}
      <span class="cover-play" aria-hidden="true">
        <Icon name="play" size={22} />
      </span>
    </span>
  )
}

function letters(name: string): string {
  const words = name.split(/[\s\-–:]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word))
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join("")
}

function facts({ duration, titles }: DiscSummary): string {
  const parts = duration === null ? [] : [length(duration)]
  if (titles > 1) parts.push(`${titles} titles`)
  return parts.join(" · ")
}
