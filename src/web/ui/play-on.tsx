import { useEffect, useRef, useState } from "preact/hooks"
import type { Renderer } from "../renderers.ts"
import { Icon } from "./icons.tsx"
import type { Cast } from "./use-cast.ts"

type Props = { readonly cast: Cast; readonly onChoose: (renderer: Renderer) => void }

/** The devices of the house that can play this; nothing where the server sends to none. */
export function PlayOn({ cast, onChoose }: Props) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    const onPress = (event: Event) => !root.current?.contains(event.target as Node) && setOpen(false)
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return
      // The disc's own "back" is not meant.
      event.stopPropagation()
      setOpen(false)
    }
    document.addEventListener("pointerdown", onPress)
    document.addEventListener("keydown", onKey, true)
    return () => {
      document.removeEventListener("pointerdown", onPress)
      document.removeEventListener("keydown", onKey, true)
    }
  }, [open])
  if (cast.renderers === null) return null
  const found = cast.renderers
  return (
    <div class="play-on" ref={root}>
      <button
        type="button"
        class="outlined"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => {
          if (!open) cast.search()
          setOpen(!open)
        }}
      >
        <Icon name="cast" size={18} /> Play on…
      </button>
      {open && (
        <div class="play-on-list" role="menu" aria-label="Play on">
          {found.map((renderer) => (
            <button
              type="button"
              role="menuitem"
              key={renderer.id}
              onClick={() => {
                setOpen(false)
                onChoose(renderer)
              }}
            >
              <Icon name="cast" size={18} /> <span>{renderer.name}</span>
            </button>
          ))}
          {cast.isSearching && (
            <p role="status">
              <span class="note-spinner" aria-hidden="true" /> Looking for televisions…
            </p>
          )}
          {!cast.isSearching && found.length === 0 && (
            <p>None was found. Televisions and players that speak DLNA appear here when they are switched on, in the same network.</p>
          )}
        </div>
      )}
    </div>
  )
}
