import { useEffect, useState } from "preact/hooks"
import type { DiscListing } from "../../hosts/browser/protocol.ts"
import { rememberTheme, theme as savedTheme } from "../memory.ts"
import { follow } from "./disc-card.tsx"
import { Icon } from "./icons.tsx"
import { kindOf } from "./names.ts"

type Props = {
  readonly listing: DiscListing | null
  /** What the disc is called. */
  readonly name: string | null
  /** Back to the shelf; null where there is none, or it is shown. */
  readonly onHome: (() => void) | null
  readonly onOpen: () => void
  readonly onHelp: () => void
}

/** Which disc it is, and what is for the whole page. */
export function Header({ listing, name, onHome, onOpen, onHelp }: Props) {
  const [theme, setTheme] = useState(savedTheme)
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme
  }, [theme])
  const other = theme === "dark" ? "light" : "dark"
  return (
    <header>
      {onHome === null ? (
        <span class="mark" aria-hidden="true" />
      ) : (
        <a class="quiet to-home" href="./" title="Library" aria-label="Library" onClick={follow(onHome)}>
          <Icon name="left" size={18} /> <span>Library</span>
        </a>
      )}
      <h1 title={name ?? undefined}>{name ?? "opentray"}</h1>
      {listing !== null && <span class="kind">{kindOf(listing)}</span>}
      <span class="spacer" />
      <button type="button" class="quiet" aria-label="Open another disc" onClick={onOpen}>
        <Icon name="disc" size={18} /> <span>Open another disc</span>
      </button>
      <button type="button" class="quiet" title="Keys (?)" aria-label="Keys" onClick={onHelp}>
        <Icon name="keys" size={20} />
      </button>
      <button
        type="button"
        class="quiet"
        title={`${other === "light" ? "Light" : "Dark"} theme`}
        aria-label={`${other === "light" ? "Light" : "Dark"} theme`}
        onClick={() => {
          rememberTheme(other)
          setTheme(other)
        }}
      >
        <Icon name={theme === "dark" ? "sun" : "moon"} size={18} />
      </button>
    </header>
  )
}
