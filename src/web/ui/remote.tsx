import type { Key, MenuName } from "../../plugin/session.ts"
import type { Player } from "../player/player.ts"
import { Icon, type IconName } from "./icons.tsx"

type Props = { readonly player: Player; readonly onMenu: (name: MenuName) => void }

const ARROWS = [
  { key: "up", label: "Up" },
  { key: "left", label: "Left" },
  { key: "right", label: "Right" },
  { key: "down", label: "Down" },
] as const satisfies readonly { readonly key: Key & IconName; readonly label: string }[]

/** A remote control for the disc's menus, where there is no keyboard. */
export function Remote({ player, onMenu }: Props) {
  return (
    // A press leaves the keyboard to the disc: Enter is still OK, not the key that was pressed here last.
    <section class="remote" aria-label="Remote control" onMouseDown={(event) => event.preventDefault()}>
      <div class="remote-arrows">
        {ARROWS.map(({ key, label }) => (
          <button type="button" key={key} data-key={key} aria-label={label} onClick={() => player.press(key)}>
            <Icon name={key} size={26} />
          </button>
        ))}
        <button type="button" data-key="enter" aria-label="OK" onClick={() => player.press("enter")}>
          OK
        </button>
      </div>
      <div class="remote-names">
        <button type="button" onClick={() => (player.hasPopUp ? player.press("popup") : onMenu("root"))}>
          <Icon name="menu" size={18} /> Menu
        </button>
        <button type="button" onClick={() => onMenu("title")}>
          <Icon name="disc" size={18} /> Titles
        </button>
        <button type="button" onClick={() => player.press("return")}>
          <Icon name="back" size={18} /> Back
        </button>
      </div>
    </section>
  )
}
