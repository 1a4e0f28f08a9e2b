import type { Bitmap } from "../../graphics/index.ts"
import type { HighlightMessage, PictureMessage } from "../../hosts/browser/protocol.ts"
import type { ShownButtons } from "./buttons.ts"

type Look = "normal" | "selected" | "activated"
type Looks = { readonly [Name in Look]: Bitmap | null }

/** An image that the host has sent. */
export type Image = Pick<Bitmap, "indices" | "palette">

/** Buttons that overlays draw: how a press is shown by them before the host has drawn the menu anew. */
export class PressedButtons {
  /** By the buttons of a message, which its copies share. */
  readonly #pictures = new WeakMap<HighlightMessage["buttons"], ReadonlyMap<number, Looks>>()
  #last: { readonly bitmaps: readonly Bitmap[]; readonly buttons: ShownButtons; readonly shown: readonly Bitmap[] } | null = null

  /** Keeps the images that a message names: the host may drop them later. */
  keep({ buttons }: HighlightMessage, images: ReadonlyMap<number, Image>): void {
    const pictures = new Map<number, Looks>()
    const bitmapOf = (number: number, picture: PictureMessage | null): Bitmap | null => {
      const image = picture === null ? undefined : images.get(picture.image)
      if (picture === null || image === undefined) return null
      const { x, y, width, height } = picture
      return { x, y, width, height, ...image, button: number }
    }
    for (const { number, pictures: named } of buttons) {
      if (named === undefined) continue
      const [normal, selected, activated] = [named.normal, named.selected, named.activated].map((one) => bitmapOf(number, one))
      pictures.set(number, { normal: normal ?? null, selected: selected ?? null, activated: activated ?? null })
    }
    this.#pictures.set(buttons, pictures)
  }

  /** A menu's bitmaps with what was pressed since they were drawn; the same array as long as nothing changes. */
  shown(bitmaps: readonly Bitmap[], buttons: ShownButtons | null): readonly Bitmap[] {
    if (buttons === null || (buttons.selected === buttons.highlight.selected && !buttons.isActivated)) return bitmaps
    const last = this.#last
    if (last !== null && last.bitmaps === bitmaps && isSamePress(last.buttons, buttons)) return last.shown
    const shown = pressed(bitmaps, buttons, this.#pictures.get(buttons.highlight.buttons) ?? new Map())
    this.#last = { bitmaps, buttons, shown }
    return shown
  }
}

const isSamePress = (a: ShownButtons, b: ShownButtons): boolean =>
  a.highlight.buttons === b.highlight.buttons &&
  a.highlight.selected === b.highlight.selected &&
  a.selected === b.selected &&
  a.isActivated === b.isActivated

function pressed(bitmaps: readonly Bitmap[], buttons: ShownButtons, pictures: ReadonlyMap<number, Looks>): readonly Bitmap[] {
  const { highlight, selected, isActivated } = buttons
  const looks = new Map<number, Look>()
  if (highlight.selected !== null) looks.set(highlight.selected, "normal")
  if (selected !== null) looks.set(selected, isActivated ? "activated" : "selected")
  // One whose pictures are not known is shown by the host's answer, and so is the other then.
  if ([...looks.keys()].some((number) => !pictures.has(number))) return bitmaps
  const pictureOf = (number: number): Bitmap[] => {
    const picture = pictures.get(number)?.[looks.get(number) ?? "normal"] ?? null
    return picture === null ? [] : [picture]
  }
  const drawn = bitmaps.flatMap((bitmap) => (bitmap.button !== undefined && looks.has(bitmap.button) ? pictureOf(bitmap.button) : [bitmap]))
  const isThere = new Set(bitmaps.map(({ button }) => button))
  return [...drawn, ...[...looks.keys()].filter((number) => !isThere.has(number)).flatMap(pictureOf)]
}
