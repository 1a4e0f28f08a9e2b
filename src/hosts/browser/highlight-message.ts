import { secondsFromTicks } from "../../base/index.ts"
import type { Button, HighlightItem } from "../../plugin/index.ts"
import type { ButtonMessage, HighlightMessage } from "./protocol.ts"

/** The buttons as one JSON value: palettes as hexadecimal text, times in seconds. */
export function highlightMessage({ at, until, buttons, ...rest }: HighlightItem): HighlightMessage {
  return {
    ...rest,
    at: secondsFromTicks(at),
    until: until === null ? null : secondsFromTicks(until),
    buttons: buttons.map(buttonMessage),
  }
}

function buttonMessage({ selectedPalette, activatedPalette, ...rest }: Button): ButtonMessage {
  return { ...rest, selectedPalette: hexOf(selectedPalette), activatedPalette: hexOf(activatedPalette) }
}

const hexOf = (palette: Uint8Array | null): string | null =>
  palette === null ? null : Array.from(palette, (byte) => byte.toString(16).padStart(2, "0")).join("")
