import type { Beginning } from "../memory.ts"
import { Icon } from "./icons.tsx"

type Props = { readonly value: Beginning; readonly onChoose: (value: Beginning) => void }

/** With the disc's own program or straight with the film: begins there at once, and every disc from now on. */
export function BeginningSwitch({ value, onChoose }: Props) {
  return (
    <fieldset class="beginning">
      <legend>Begin with</legend>
      <button
        type="button"
        aria-pressed={value === "menu"}
        title="As a disc player does, with the disc's opening"
        onClick={() => onChoose("menu")}
      >
        <Icon name="menu" size={18} /> Menu
      </button>
      <button type="button" aria-pressed={value === "film"} title="Straight to the main title" onClick={() => onChoose("film")}>
        <Icon name="film" size={18} /> Film
      </button>
    </fieldset>
  )
}
