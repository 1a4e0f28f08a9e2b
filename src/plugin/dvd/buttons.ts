import { highlightPalette } from "../../graphics/subpicture/index.ts"
import type { DvdButton } from "../../navigation/dvd/index.ts"
import type { Button } from "../items.ts"

/** A disc's buttons as a host draws them: sizes in pixels, colours as palettes. `colours`: from `subpictureColours`. */
export const buttonItems = (buttons: readonly DvdButton[], colours: Uint8Array): readonly Button[] =>
  buttons.map(({ rect: [left, top, right, bottom], up, down, left: toLeft, right: toRight, autoAction, colours: own }, index) => ({
    number: index + 1,
    x: left,
    y: top,
    width: right - left + 1,
    height: bottom - top + 1,
    up,
    down,
    left: toLeft,
    right: toRight,
    autoAction,
    selectedPalette: own === null ? null : highlightPalette(own.selected, colours),
    activatedPalette: own === null ? null : highlightPalette(own.activated, colours),
  }))
