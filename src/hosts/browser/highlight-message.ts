import { secondsFromTicks } from "../../base/index.ts"
import type { Button, ButtonPictures, HighlightItem } from "../../plugin/index.ts"
import type { ButtonMessage, HighlightMessage } from "./protocol.ts"

type NamePictures = (pictures: ButtonPictures) => NonNullable<ButtonMessage["pictures"]>

/** The buttons as one JSON value: palettes as hexadecimal text, times in seconds, pictures as `named` says. */
export function highlightMessage({ at, until, buttons, ...rest }: HighlightItem, named: NamePictures): HighlightMessage {
  return {
    ...rest,
    at: secondsFromTicks(at),
    until: until === null ? null : secondsFromTicks(until),
    buttons: buttons.map((button) => buttonMessage(button, named)),
  }
}

function buttonMessage({ selectedPalette, activatedPalette, pictures, ...rest }: Button, named: NamePictures): ButtonMessage {
  const palettes = { selectedPalette: hexOf(selectedPalette), activatedPalette: hexOf(activatedPalette) }
  return { ...rest, ...palettes, ...(pictures === undefined ? {} : { pictures: named(pictures) }) }
}

const hexOf = (palette: Uint8Array | null): string | null =>
  palette === null ? null : Array.from(palette, (byte) => byte.toString(16).padStart(2, "0")).join("")
