import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { Icon } from "./icons.tsx"

type Props = { readonly label: string; readonly onClose: () => void; readonly children: ComponentChildren }

/** Something for a moment above the page; Escape and a press beside it close it. */
export function Sheet({ label, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div class="sheet-body">
        <button type="button" class="quiet sheet-close" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" size={18} />
        </button>
        {children}
      </div>
    </dialog>
  )
}
