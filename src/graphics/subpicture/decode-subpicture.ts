import { ByteReader, unreachable, type Warnings } from "../../base/index.ts"
import type { Bitmap, PlanePicture } from "../bitmap.ts"
import { MAX_CODE_PALETTES } from "./highlight.ts"
import { codePalette } from "./palette.ts"
import { decodeField } from "./run-length.ts"
import { type DisplayArea, type LineControl, type PerCode, parseSubpictureUnit, type SubpictureCommand } from "./spu.ts"

export type SubpictureOptions = {
  /** R, G, B of the program chain's 16 colours, from `subpictureColours`. */
  readonly colours: Uint8Array
  /** The picture's size, for DVD-Video 720 by 480 or 576. What lies outside is cut off. */
  readonly planeWidth: number
  readonly planeHeight: number
  readonly warnings: Warnings
  /** Where the unit is from, for errors and warnings. */
  readonly path?: string
}

/** What the plane shows from `delayTicks` (90 kHz) after the unit's presentation time on. */
export type TimedPicture = {
  readonly delayTicks: number
  /** `null`: cleared. */
  readonly picture: PlanePicture | null
  /** Shown even when the viewer has switched sub-pictures off. */
  readonly forced: boolean
}

/**
 * Decodes a whole sub-picture unit. Each bitmap keeps the pixel codes: `index & 3`, with one palette of four colours where CHG_COLCON is not
 * used, several behind each other where it is. A unit that is damaged or cut off gives what can be shown, and warnings.
 * @throws DiscError `damaged`, `unsupported`
 */
export function decodeSubpicture(unit: Uint8Array, options: SubpictureOptions): readonly TimedPicture[] {
  const sequences = parseSubpictureUnit(new ByteReader(unit, options.path ?? "sub-picture"), options.warnings)
  const pictures: TimedPicture[] = []
  const painter = new Painter(unit, options)
  let state = START
  for (const { delayTicks, commands } of sequences) {
    const before = state
    // A sequence cannot come before the one in front of it.
    const delay = Math.max(delayTicks, pictures.at(-1)?.delayTicks ?? 0)
    for (const command of commands) state = execute(state, command)
    if (state === before) continue
    // Nothing to do while nothing is shown: the changes come with the next start.
    if (!state.shown && !before.shown) continue
    const picture = state.shown ? painter.paint(state) : null
    if (pictures.at(-1)?.delayTicks === delay) pictures.pop()
    pictures.push({ delayTicks: delay, picture, forced: state.forced })
  }
  return pictures
}

/** Pixels that one unit may decode: 80 whole pictures, or seconds of a scrolling line at each field. A unit of 64 KB could ask for gigabytes. */
const MAX_PIXELS = 1 << 25

type State = {
  readonly shown: boolean
  readonly forced: boolean
  readonly colours: PerCode
  readonly contrasts: PerCode
  readonly area: DisplayArea | null
  readonly fields: { readonly topField: number; readonly bottomField: number } | null
  readonly lines: readonly LineControl[]
}

/** A unit sets everything before it starts; one that does not is at least to be seen. */
const START: State = {
  shown: false,
  forced: false,
  colours: [0, 1, 2, 3],
  contrasts: [0, 15, 15, 15],
  area: null,
  fields: null,
  lines: [],
}

function execute(state: State, command: SubpictureCommand): State {
  switch (command.op) {
    case "fsta-dsp":
      return { ...state, shown: true, forced: true }
    case "sta-dsp":
      return { ...state, shown: true }
    case "stp-dsp":
      return { ...state, shown: false }
    case "set-color":
      return { ...state, colours: command.colours }
    case "set-contr":
      return { ...state, contrasts: command.contrasts }
    case "set-darea":
      return { ...state, area: command.area }
    case "set-dspxa":
      return { ...state, fields: command }
    case "chg-colcon":
      return { ...state, lines: command.lines }
    case "unknown":
      return state
    default:
      return unreachable(command)
  }
}

/** Makes pictures of states; pixels that a fade shows again are decoded once. */
class Painter {
  readonly #unit: Uint8Array
  readonly #options: SubpictureOptions
  #spent = 0
  #pixels: { readonly area: DisplayArea; readonly fields: State["fields"]; readonly bitmap: Omit<Bitmap, "palette"> } | null = null

  constructor(unit: Uint8Array, options: SubpictureOptions) {
    this.#unit = unit
    this.#options = options
  }

  paint(state: State): PlanePicture {
    const { planeWidth, planeHeight, colours } = this.#options
    const pixels = this.#decode(state)
    if (pixels === null) return { planeWidth, planeHeight, bitmaps: [] }
    const plain = codePalette(colours, state.colours, state.contrasts)
    const bitmap = state.lines.length === 0 ? { ...pixels, palette: plain } : this.#paintLines(pixels, state.lines, plain)
    return { planeWidth, planeHeight, bitmaps: [bitmap] }
  }

  #decode({ area, fields }: State): Omit<Bitmap, "palette"> | null {
    const { planeWidth, planeHeight } = this.#options
    if (area === null || fields === null) return this.#nothing("it has no display area or no pixels")
    if (this.#pixels?.area === area && this.#pixels.fields === fields) return this.#pixels.bitmap
    const areaWidth = area.right - area.left + 1
    const width = Math.min(area.right + 1, planeWidth) - area.left
    const height = Math.min(area.bottom + 1, planeHeight) - area.top
    if (areaWidth <= 0 || width <= 0 || height <= 0) return this.#nothing("its display area is empty or outside the picture")

    if (!this.#spend(width * height)) return null
    const indices = new Uint8Array(width * height)
    const window = { areaWidth, width, height }
    const top = decodeField(this.#unit, { offset: fields.topField, firstLine: 0 }, window, indices)
    const bottom = decodeField(this.#unit, { offset: fields.bottomField, firstLine: 1 }, window, indices)
    if (!top || !bottom) this.#warn("subpicture-truncated", "the pixels of a sub-picture break off; the rest is left empty")
    const bitmap = { x: area.left, y: area.top, width, height, indices }
    this.#pixels = { area, fields, bitmap }
    return bitmap
  }

  /** Colours and contrasts that change from line to line and column to column. */
  #paintLines(pixels: Omit<Bitmap, "palette">, lines: readonly LineControl[], plain: Uint8Array): Bitmap {
    if (!this.#spend(pixels.indices.length)) return { ...pixels, palette: plain }
    const palettes = new CodePalettes(plain)
    const indices = pixels.indices.slice()
    for (const line of lines) {
      const columns = line.pixels.map(({ startColumn, colours, contrasts }) => ({
        start: startColumn - pixels.x,
        base: palettes.baseOf(codePalette(this.#options.colours, colours, contrasts)),
      }))
      const last = Math.min(line.endLine - pixels.y, pixels.height - 1)
      for (let y = Math.max(0, line.startLine - pixels.y); y <= last; y++) {
        columns.forEach(({ start, base }, at) => {
          const from = y * pixels.width + Math.max(0, start)
          const to = y * pixels.width + Math.min(columns[at + 1]?.start ?? pixels.width, pixels.width)
          for (let i = from; i < to; i++) indices[i] = base + ((indices[i] ?? 0) & 3)
        })
      }
    }
    if (palettes.full)
      this.#warn("subpicture-colours", `a sub-picture changes its colours more than ${MAX_CODE_PALETTES} ways; some are left out`)
    return { ...pixels, indices, palette: palettes.joined() }
  }

  /** False when the unit makes more pixels than any real one. */
  #spend(pixels: number): boolean {
    this.#spent += pixels
    if (this.#spent <= MAX_PIXELS) return true
    this.#warn("subpicture-too-much", "a sub-picture changes its picture too often; some changes are left out")
    return false
  }

  #nothing(reason: string): null {
    this.#warn("subpicture-empty", `a sub-picture is to be shown, but ${reason}`)
    return null
  }

  #warn(code: string, message: string): void {
    this.#options.warnings.add(code, message, { path: this.#options.path ?? "sub-picture" })
  }
}

/** Different palettes of four colours, each 4 indices wide. */
class CodePalettes {
  readonly #list: Uint8Array[]
  #full = false

  constructor(plain: Uint8Array) {
    this.#list = [plain]
  }

  /** A palette more was asked for than there is room for. */
  get full(): boolean {
    return this.#full
  }

  /** The index of the palette's code 0. */
  baseOf(palette: Uint8Array): number {
    const known = this.#list.findIndex((each) => each.every((byte, at) => byte === palette[at]))
    if (known >= 0) return known * 4
    // One place stays free for a highlight.
    if (this.#list.length >= MAX_CODE_PALETTES - 1) {
      this.#full = true
      return 0
    }
    this.#list.push(palette)
    return (this.#list.length - 1) * 4
  }

  joined(): Uint8Array {
    const joined = new Uint8Array(this.#list.length * 16)
    this.#list.forEach((palette, at) => {
      joined.set(palette, at * 16)
    })
    return joined
  }
}
