import { useState } from "preact/hooks"
import { folderOf, imageOf, type LocalDisc } from "../local-files.ts"
import { Icon } from "./icons.tsx"

type Props = {
  readonly busy: boolean
  readonly onOpen: (spec: string) => void
  readonly onLocal: (disc: LocalDisc) => void
}

/** Every way to a disc: a file or folder of this computer, or a path or address. */
export function OpenDisc({ busy, onOpen, onLocal }: Props) {
  const [spec, setSpec] = useState("")
  const chosen = (input: HTMLInputElement, disc: (files: File[]) => LocalDisc | null) => {
    const found = disc([...(input.files ?? [])])
    // The same file can be chosen again.
    input.value = ""
    if (found !== null) onLocal(found)
  }
  return (
    <div class="open">
      <Icon name="disc" size={44} />
      <h2>Open a disc</h2>
      <p>Drop a disc image or a disc's folder anywhere on this page, or choose one.</p>
      <div class="open-choices">
        <label class="solid">
          Choose an image
          <input
            type="file"
            class="hidden-input"
            data-testid="image-file"
            disabled={busy}
            onChange={(event) => chosen(event.currentTarget, ([file]) => (file === undefined ? null : imageOf(file)))}
          />
        </label>
        <label class="outlined">
          Choose a folder
          <input
            type="file"
            class="hidden-input"
            data-testid="folder-files"
            disabled={busy}
            {...{ webkitdirectory: true }}
            onChange={(event) => chosen(event.currentTarget, folderOf)}
          />
        </label>
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (spec.trim() !== "") onOpen(spec.trim())
        }}
      >
        <label for="spec">Or its path or web address</label>
        <div class="open-row">
          <input
            id="spec"
            type="text"
            value={spec}
            placeholder="/films/movie.iso, /dev/sr0, https://…"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={(event) => setSpec(event.currentTarget.value)}
          />
          <button type="submit" class="outlined" disabled={busy || spec.trim() === ""}>
            {busy ? "Opening…" : "Open"}
          </button>
        </div>
      </form>
    </div>
  )
}
