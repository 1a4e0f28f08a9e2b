import { useEffect, useRef, useState } from "preact/hooks"
import { Icon, type IconName } from "./icons.tsx"

export type Choice<T> = { readonly value: T; readonly label: string; readonly detail?: string }

type Props<T> = {
  readonly icon: IconName
  /** Said beside the icon where there is room. */
  readonly caption: string
  readonly label: string
  /** The disc permits choosing now. */
  readonly isAllowed: boolean
  readonly choices: readonly Choice<T>[]
  readonly value: T
  readonly onChoose: (value: T) => void
}

/** A button that opens a short list to choose one of. */
export function Picker<T>({ icon, label, caption, isAllowed, choices, value, onChoose }: Props<T>) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    const closeOutside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false)
    }
    const closeOnEscape = (event: KeyboardEvent) => event.key === "Escape" && setOpen(false)
    document.addEventListener("pointerdown", closeOutside)
    document.addEventListener("keydown", closeOnEscape)
    return () => {
      document.removeEventListener("pointerdown", closeOutside)
      document.removeEventListener("keydown", closeOnEscape)
    }
  }, [open])

  return (
    <div class="picker" ref={root}>
      <button
        type="button"
        class="round captioned"
        title={isAllowed ? label : `${label}: the disc does not allow this now`}
        disabled={!isAllowed}
        aria-label={`${label}: ${caption}`}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name={icon} />
        <span>{caption}</span>
      </button>
      {open && isAllowed && (
        <div class="picker-list" role="menu" aria-label={label}>
          <h2>{label}</h2>
          {choices.map((choice) => (
            <button
              type="button"
              role="menuitemradio"
              aria-checked={choice.value === value}
              key={String(choice.value)}
              onClick={() => {
                onChoose(choice.value)
                setOpen(false)
              }}
            >
              <span class="tick">{choice.value === value && <Icon name="check" size={16} />}</span>
              <span class="choice">{choice.label}</span>
              {choice.detail !== undefined && <small class="choice-detail">{choice.detail}</small>}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
