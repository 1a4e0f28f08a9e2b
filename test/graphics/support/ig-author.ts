import { encodeRuns, endSegment, objectSegments, paletteSegment } from "../../support/sup.ts"

/** Objects of a look: one, or from one to another, again and again where `repeat`. */
export type MadePictures = number | readonly [start: number, end: number, repeat?: boolean]

export type MadeButton = {
  readonly id: number
  readonly x: number
  readonly y: number
  readonly numeric?: number
  readonly auto?: boolean
  readonly up?: number
  readonly down?: number
  readonly left?: number
  readonly right?: number
  readonly normal?: MadePictures
  readonly selected?: MadePictures
  readonly activated?: MadePictures
  readonly selectedSound?: number
  readonly activatedSound?: number
  readonly commands?: readonly Uint8Array[]
}

export type MadeUse = {
  readonly object: number
  readonly x: number
  readonly y: number
  readonly crop?: readonly [number, number, number, number]
}
export type MadeEffect = { readonly ticks: number; readonly palette?: number; readonly uses: readonly MadeUse[] }
/** `valid` null: no button is enabled at first; without it the first is. */
export type MadeGroup = { readonly valid?: number | null; readonly buttons: readonly MadeButton[] }

export type MadePage = {
  readonly id: number
  readonly version?: number
  readonly mask?: readonly number[]
  readonly entering?: readonly MadeEffect[]
  readonly leaving?: readonly MadeEffect[]
  readonly rate?: number
  readonly selected?: number
  readonly activated?: number
  readonly palette?: number
  readonly groups: readonly MadeGroup[]
}

export type MadeMenu = {
  readonly width?: number
  readonly height?: number
  readonly frameRate?: number
  readonly number?: number
  /** 0 normal, 1 acquisition point, 2 epoch start. */
  readonly state?: number
  readonly preloaded?: boolean
  readonly popup?: boolean
  readonly compositionTimeOut?: number
  readonly selectionTimeOut?: number
  readonly userTimeOut?: number
  readonly pages: readonly MadePage[]
}

/** Interactive Composition Segments of a menu, each with at most `most` bytes of composition. */
export function menuSegments(menu: MadeMenu, most = 60_000): Uint8Array[] {
  const data = [
    (menu.preloaded ? 0x80 : 0) | (menu.popup ? 0x40 : 0),
    ...(menu.preloaded ? [] : [...u40(menu.compositionTimeOut ?? 0), ...u40(menu.selectionTimeOut ?? 0)]),
    ...u24(menu.userTimeOut ?? 0),
    menu.pages.length,
    ...menu.pages.flatMap(pageBytes),
  ]
  const head = [...u16(menu.width ?? 1920), ...u16(menu.height ?? 1080), (menu.frameRate ?? 3) << 4]
  return compositionSegments([...head, ...u16(menu.number ?? 0), (menu.state ?? 2) << 6], [...u24(data.length), ...data], most)
}

/** The content of a composition's segment, without its sequence descriptor (its ninth byte), cut in parts. */
export function compositionSegments(head: readonly number[], data: readonly number[], most = 60_000): Uint8Array[] {
  const count = Math.max(1, Math.ceil(data.length / most))
  return Array.from({ length: count }, (_, index) => {
    const flags = (index === 0 ? 0x80 : 0) | (index === count - 1 ? 0x40 : 0)
    const content = [...head, flags, ...data.slice(index * most, (index + 1) * most)]
    return Uint8Array.from([0x18, ...u16(content.length), ...content])
  })
}

function pageBytes(page: MadePage): number[] {
  return [
    page.id,
    page.version ?? 0,
    ...(page.mask ?? [0, 0, 0, 0, 0, 0, 0, 0]),
    ...effectBytes(page.entering ?? []),
    ...effectBytes(page.leaving ?? []),
    page.rate ?? 0,
    ...u16(page.selected ?? 0xffff),
    ...u16(page.activated ?? 0xffff),
    page.palette ?? 0,
    page.groups.length,
    ...page.groups.flatMap(({ valid, buttons }) => [
      ...u16(valid === undefined ? (buttons[0]?.id ?? 0xffff) : (valid ?? 0xffff)),
      buttons.length,
      ...buttons.flatMap(buttonBytes),
    ]),
  ]
}

function effectBytes(effects: readonly MadeEffect[]): number[] {
  const window = [0, ...u16(0), ...u16(0), ...u16(1920), ...u16(1080)]
  return [
    ...(effects.length > 0 ? [1, ...window] : [0]),
    effects.length,
    ...effects.flatMap(({ ticks, palette = 0, uses }) => [
      ...u24(ticks),
      palette,
      uses.length,
      ...uses.flatMap(({ object, x, y, crop }) => [...u16(object), 0, crop ? 0x80 : 0, ...u16(x), ...u16(y), ...(crop ?? []).flatMap(u16)]),
    ]),
  ]
}

function buttonBytes(button: MadeButton): number[] {
  const { id, normal, selected, activated, commands = [] } = button
  const neighbours = [button.up, button.down, button.left, button.right].flatMap((neighbour) => u16(neighbour ?? id))
  return [
    ...[id, button.numeric ?? 0xffff].flatMap(u16),
    button.auto ? 0x80 : 0,
    ...[button.x, button.y].flatMap(u16),
    ...neighbours,
    ...rangeOf(normal),
    repeatOf(normal),
    button.selectedSound ?? 0xff,
    ...rangeOf(selected),
    repeatOf(selected),
    button.activatedSound ?? 0xff,
    ...rangeOf(activated),
    ...u16(commands.length),
    ...commands.flatMap((command) => [...command]),
  ]
}

function rangeOf(pictures: MadePictures | undefined): number[] {
  const [start, end] = pictures === undefined ? [0xffff, 0xffff] : typeof pictures === "number" ? [pictures, pictures] : pictures
  return [...u16(start), ...u16(end)]
}

const repeatOf = (pictures: MadePictures | undefined): number => (Array.isArray(pictures) && pictures[2] === true ? 0x80 : 0)

/** Palette indices of an object, by its number: noise of its own colours, so that no two pictures are the same. */
export function madePicture(id: number, width: number, height: number): Uint8Array {
  let chance = id * 2654435761 + 12345
  return Uint8Array.from({ length: width * height }, (_, at) => {
    if (at % 5 === 0) chance = (Math.imul(chance, 1103515245) + 12345) >>> 0
    return (chance >>> 16) % 9 === 0 ? 255 : ((chance >>> 18) % 7) + (id % 3)
  })
}

export function madeObject(id: number, width: number, height: number, most?: number): Uint8Array[] {
  return objectSegments(id, width, height, encodeRuns(madePicture(id, width, height), width, height), most)
}

/** Colours 1 to 9 of a palette: [id, Y, Cr, Cb, T]; number 5 is half transparent. */
export const MADE_COLOURS: readonly (readonly number[])[] = [
  [1, 180, 128, 128, 255],
  [2, 210, 146, 16, 255],
  [3, 81, 240, 90, 255],
  [4, 40, 110, 200, 128],
  [5, 235, 128, 128, 255],
  [6, 145, 34, 54, 255],
  [7, 106, 222, 202, 200],
  [8, 60, 60, 180, 255],
  [9, 16, 128, 128, 255],
]

/** All segments of a display set: the menu, one palette for each number, and objects of one size, each segment with at most `most` bytes. */
export function displaySet(
  menu: MadeMenu,
  objects: readonly number[],
  { width = 40, height = 24, palettes = [0], most }: { width?: number; height?: number; palettes?: readonly number[]; most?: number } = {},
): Uint8Array[] {
  return [
    ...menuSegments(menu, most),
    ...palettes.map((id) =>
      paletteSegment(
        id,
        MADE_COLOURS.map(([index = 0, y = 0, ...rest]) => [index, (y + id * 20) & 0xff, ...rest]),
      ),
    ),
    ...objects.flatMap((id) => madeObject(id, width, height, most)),
    endSegment(),
  ]
}

const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff]
const u24 = (value: number): number[] => [value >> 16, ...u16(value)]
const u40 = (value: number): number[] => [Math.floor(value / 2 ** 32), ...u16(Math.floor(value / 0x10000)), ...u16(value % 0x10000)]
