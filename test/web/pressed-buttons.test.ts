import { afterAll, describe, expect, test } from "vitest"
import type { Bitmap } from "../../src/graphics/index.ts"
import { OverlayEncoder } from "../../src/hosts/browser/overlay-message.ts"
import type { HighlightMessage, ImagesHead, OverlayHead } from "../../src/hosts/browser/protocol.ts"
import { type Disc, type HighlightItem, type OverlayItem, ticks } from "../../src/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { Buttons } from "../../src/web/player/buttons.ts"
import { type Image, PressedButtons } from "../../src/web/player/pressed-buttons.ts"
import { FIRST, Player, SECOND } from "../plugin/dvd-player.ts"
import { sampleBluray } from "../support/samples.ts"

const open: Disc[] = []
afterAll(() => Promise.all(open.map((disc) => disc.close())))

/** What the page holds of what the host has sent. */
class Received {
  readonly images = new Map<number, Image>()
  readonly #encoder = new OverlayEncoder()
  bytes = 0

  highlight(item: HighlightItem): HighlightMessage {
    const { message, images } = this.#encoder.highlight(item)
    if (images !== null) this.#take(images)
    return message
  }

  overlay(item: OverlayItem): readonly Bitmap[] {
    const { bitmaps } = this.#take(this.#encoder.encode(item)) as OverlayHead
    return bitmaps.map(({ x, y, width, height, image, button }) => {
      const held = this.images.get(image)
      if (held === undefined) throw new Error(`image ${image} was not sent`)
      return { x, y, width, height, ...held, ...(button === undefined ? {} : { button }) }
    })
  }

  #take(message: Uint8Array): OverlayHead | ImagesHead {
    const view = new DataView(message.buffer, message.byteOffset)
    let at = 4 + view.getUint32(0, true)
    const head = JSON.parse(new TextDecoder().decode(message.subarray(4, at))) as OverlayHead | ImagesHead
    for (const { width, height, image, paletteBytes } of head.bitmaps) {
      if (paletteBytes === null) continue
      const palette = message.subarray(at, at + paletteBytes)
      this.images.set(image, { palette, indices: message.subarray(at + paletteBytes, at + paletteBytes + width * height) })
      at += paletteBytes + width * height
    }
    expect(at).toBe(message.length)
    for (const image of head.dropped) this.images.delete(image)
    this.bytes += message.length
    return head
  }
}

/** The order of buttons that do not overlap is nothing that is seen. */
const inOrder = (bitmaps: readonly Bitmap[]) =>
  bitmaps
    .map((bitmap) => ({ ...bitmap, indices: Buffer.from(bitmap.indices), palette: Buffer.from(bitmap.palette) }))
    .toSorted((a, b) => (a.button ?? 0) - (b.button ?? 0))

async function atTopMenu(): Promise<Player> {
  const disc = await openDisc(sampleBluray)
  open.push(disc)
  const player = new Player(disc.play({ from: "first-play" }))
  await player.until("highlight", ({ buttons }) => buttons.length > 0)
  player.session.presented(ticks(FIRST + 0.5 * SECOND))
  await player.settle()
  return player
}

describe("a press among buttons that overlays draw", () => {
  test("is shown by the pictures that the disc's answer shows, for each arrow and an activation, and nothing is sent for it", async () => {
    const player = await atTopMenu()
    const [received, pressed, buttons] = [new Received(), new PressedButtons(), new Buttons()]
    let told = received.highlight(player.last("highlight") as HighlightItem)
    pressed.keep(told, received.images)
    buttons.add(told)
    const shownAt = told.at + 0.5
    let bitmaps = received.overlay(
      player.items.find((item): item is OverlayItem => item.type === "overlay" && item.picture.bitmaps.length > 0) as OverlayItem,
    )
    const sent = received.bytes
    for (const [act, key] of (["down", "down", "right", "up", "up", "left", "up", "down", "enter"] as const).entries()) {
      if (key === "enter") buttons.guessEnter(act, shownAt, 0)
      else buttons.guessArrow(key, act, shownAt, 0)
      const shown = buttons.shown(shownAt, 0)
      const guessed = pressed.shown(bitmaps, shown)
      expect(guessed).not.toBe(bitmaps)
      expect(pressed.shown(bitmaps, buttons.shown(shownAt, 0))).toBe(guessed)
      const { highlight, overlay, outcome } = await player.act(player.session.press(key))
      expect(outcome).toBe("done")
      if (highlight === undefined || overlay === undefined) throw new Error("the answer tells of no menu")
      bitmaps = received.overlay(overlay)
      expect(inOrder(guessed)).toEqual(inOrder(bitmaps))
      expect(shown?.selected).toBe(highlight.selected)
      told = received.highlight(highlight)
      pressed.keep(told, received.images)
      buttons.answer(act, told, true, shownAt)
      // From now on the answer's own pictures are shown.
      expect(pressed.shown(bitmaps, buttons.shown(shownAt, 0))).toBe(bitmaps)
    }
    // Messages without pictures, a few hundred bytes each.
    expect(received.bytes - sent).toBeLessThan(9 * 2048)
    await player.session.close()
  })

  test("while activated pictures are seen to their end no key is taken, and none is shown", async () => {
    const player = await atTopMenu()
    expect(player.last("highlight")?.buttons.every(({ pictures }) => pictures?.selected !== undefined)).toBe(true)
    const { highlight } = await player.act(player.session.press("enter"))
    expect(highlight?.buttons.some(({ pictures }) => pictures !== undefined)).toBe(false)
    expect((await player.session.press("down")).outcome).toBe("nothing")
    await player.session.close()
  })

  test("a button without a normal picture leaves nothing behind, and without told pictures all stays as it is", () => {
    const picture = (button: number, value: number): Bitmap => ({
      ...{ x: 10 * button, y: 0, width: 2, height: 1, button },
      ...{ indices: Uint8Array.of(value, value), palette: new Uint8Array(1024) },
    })
    const received = new Received()
    const item = (pictures: boolean): HighlightItem => ({
      ...{ type: "highlight", at: ticks(0), until: null, planeWidth: 100, planeHeight: 100, selected: 1 },
      buttons: [1, 2].map((number) => ({
        ...{ number, x: 10 * number, y: 0, width: 2, height: 1, up: number, down: 3 - number, left: number, right: number },
        ...{ autoAction: number === 2, selectedPalette: null, activatedPalette: null },
        ...(pictures ? { pictures: { normal: null, selected: picture(number, 1), activated: picture(number, 2) } } : {}),
      })),
    })
    const backdrop: Bitmap = { x: 0, y: 50, width: 1, height: 1, indices: Uint8Array.of(9), palette: new Uint8Array(1024) }
    const bitmaps = [backdrop, picture(1, 1)]
    const shownWith = (pictures: boolean) => {
      const [told, pressed, buttons] = [received.highlight(item(pictures)), new PressedButtons(), new Buttons()]
      pressed.keep(told, received.images)
      buttons.add(told)
      buttons.guessArrow("down", 1, 1, 0)
      return pressed.shown(bitmaps, buttons.shown(1, 0))
    }
    // Its auto-action shows it activated.
    expect(shownWith(true).map(({ button, indices }) => [button, indices[0]])).toEqual([
      [undefined, 9],
      [2, 2],
    ])
    expect(shownWith(false)).toBe(bitmaps)
  })
})
