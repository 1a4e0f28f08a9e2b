import type { HighlightMessage } from "../../hosts/browser/protocol.ts"
import { Timed } from "./timed.ts"

/** Keys that move the highlight. */
export type Arrow = "up" | "down" | "left" | "right"

/** The buttons on the screen and what a person sees of them. */
export type ShownButtons = {
  readonly highlight: HighlightMessage
  /** Number; null: none. */
  readonly selected: number | null
  /** The selected button wears the colours of one that was pressed. */
  readonly isActivated: boolean
}

type Button = HighlightMessage["buttons"][number]

/** What the page shows of a press before the host has answered it. */
type Guess = {
  /** Of the last press that it shows. */
  readonly act: number
  readonly selected: number | null
  readonly isActivated: boolean
  /** The colours of a press stay at least until then, so that they are seen; in ms. */
  readonly flashUntil: number
  isAnswered: boolean
  /** Feed time at which what the press led to is on the screen. */
  until: number
}

/** How long a pressed button wears its colours where it leads nowhere, in ms. */
const FLASH = 180

/**
 * Which buttons are on the screen, and which is selected. The host says so ahead of the picture; a press is shown at once, as the disc
 * will answer it, and the host's answer then takes its place. Feed times are in seconds, `clock` is in ms.
 */
export class Buttons {
  readonly #told = new Timed<HighlightMessage>()
  #guess: Guess | null = null

  add(message: HighlightMessage): void {
    this.#told.add(message)
  }

  shown(feedTime: number, clock: number): ShownButtons | null {
    const highlight = this.#highlightAt(feedTime)
    if (highlight === null) return null
    const guess = this.#guessAt(feedTime, clock)
    const isOfThese = guess !== null && (guess.selected === null || buttonOf(highlight, guess.selected) !== null)
    if (isOfThese) return { highlight, selected: guess.selected, isActivated: guess.isActivated }
    return { highlight, selected: highlight.selected, isActivated: false }
  }

  /** The button under a point of the plane; where several lie there, the one whose middle is nearest. */
  buttonAt(x: number, y: number, feedTime: number): Button | null {
    const under = (this.#highlightAt(feedTime)?.buttons ?? []).filter(
      (button) => x >= button.x && x < button.x + button.width && y >= button.y && y < button.y + button.height,
    )
    const distance = (button: Button) => Math.hypot(x - button.x - button.width / 2, y - button.y - button.height / 2)
    return under.toSorted((a, b) => distance(a) - distance(b))[0] ?? null
  }

  guessArrow(arrow: Arrow, act: number, feedTime: number, clock: number): void {
    const shown = this.shown(feedTime, clock)
    const from = shown === null ? null : buttonOf(shown.highlight, shown.selected)
    const to = shown === null || from === null ? null : buttonOf(shown.highlight, from[arrow])
    if (to !== null) this.#guessAs(to.number, to.number !== from?.number && to.autoAction, act, clock)
  }

  /** A press of the selected button. */
  guessEnter(act: number, feedTime: number, clock: number): void {
    const selected = this.shown(feedTime, clock)?.selected ?? null
    if (selected !== null) this.#guessAs(selected, true, act, clock)
  }

  /** A pointer over a button, or a press there. */
  guessPoint({ number, autoAction }: Button, activate: boolean, act: number, clock: number): void {
    this.#guessAs(number, activate || autoAction, act, clock)
  }

  /** The host's answer to a press; `highlight` is what the disc shows after it. */
  answer(act: number, highlight: HighlightMessage | null, isDone: boolean, feedTime: number): void {
    // The host's report of what is on the screen is a little older than the screen: its answer is for now.
    if (highlight !== null) this.#told.add({ ...highlight, at: Math.min(highlight.at, feedTime) })
    const guess = this.#guess
    // A later press is shown already; its own answer will come.
    if (guess === null || guess.act !== act) return
    // Where overlays draw the buttons, the answer's shows the press.
    const isDrawn = highlight !== null && buttonOf(highlight, guess.selected)?.activatedPalette === null
    if (isDone && guess.isActivated && !isDrawn) guess.isAnswered = true
    else this.#guess = null
  }

  /** What is shown stands until the new stretch is on the screen, at `showFrom`; what was told for later is void. */
  flush(feedTime: number, showFrom: number): void {
    this.#told.dropAfter(feedTime)
    const highlight = this.#told.at(feedTime)
    if (highlight !== null) this.#told.add({ ...highlight, until: Math.min(highlight.until ?? showFrom, showFrom) })
    if (this.#guess !== null) this.#guess.until = showFrom
  }

  clear(): void {
    this.#told.clear()
    this.#guess = null
  }

  #highlightAt(feedTime: number): HighlightMessage | null {
    const highlight = this.#told.at(feedTime)
    if (highlight === null || highlight.buttons.length === 0) return null
    return highlight.until === null || highlight.until > feedTime ? highlight : null
  }

  #guessAt(feedTime: number, clock: number): Guess | null {
    const guess = this.#guess
    if (guess === null) return null
    // What a press led to shows at `until`; one that led nowhere has been seen long enough.
    const isOver = feedTime >= guess.until || (guess.isAnswered && guess.until === Number.POSITIVE_INFINITY && clock >= guess.flashUntil)
    if (isOver) this.#guess = null
    return isOver ? null : guess
  }

  #guessAs(selected: number, isActivated: boolean, act: number, clock: number): void {
    this.#guess = { act, selected, isActivated, flashUntil: clock + FLASH, isAnswered: false, until: Number.POSITIVE_INFINITY }
  }
}

export function buttonOf({ buttons }: HighlightMessage, number: number | null): Button | null {
  return buttons.find((button) => button.number === number) ?? null
}
