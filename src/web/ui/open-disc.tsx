import { useState } from "preact/hooks"

type Props = { readonly busy: boolean; readonly onOpen: (spec: string) => void }

/** A field for the path or address of another disc. */
export function OpenDisc({ busy, onOpen }: Props) {
  const [spec, setSpec] = useState("")
  return (
    <form
      class="open"
      onSubmit={(event) => {
        event.preventDefault()
        if (spec.trim() !== "") onOpen(spec.trim())
      }}
    >
      <label for="spec">Image, folder or address of a disc</label>
      <div class="open-row">
        <input
          id="spec"
          type="text"
          value={spec}
          placeholder="/films/movie.iso or https://…"
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setSpec(event.currentTarget.value)}
        />
        <button type="submit" class="solid" disabled={busy || spec.trim() === ""}>
          {busy ? "Opening…" : "Open"}
        </button>
      </div>
      <small>Or drop an image file anywhere on this page.</small>
    </form>
  )
}
