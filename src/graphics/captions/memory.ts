import type { CaptionColour, CaptionOpacity } from "./code.ts"

/** 47 CFR 15.119 (d). */
export const ROWS = 15
export const COLUMNS = 32

/** How a character looks. */
export type CaptionStyle = {
  readonly colour: CaptionColour
  readonly italics: boolean
  readonly underline: boolean
  readonly flash: boolean
  readonly background: CaptionColour
  readonly opacity: CaptionOpacity
}

/** 47 CFR 15.119 (h)(1), CTA-608-E 6.2. */
export const PLAIN: CaptionStyle = {
  colour: "white",
  italics: false,
  underline: false,
  flash: false,
  background: "black",
  opacity: "opaque",
}

/** A stretch of one row that looks the same all along. `row` 1 (top) to 15, `column` 1 to 32 of the first character, each character one column. */
export type CaptionLine = CaptionStyle & { readonly row: number; readonly column: number; readonly text: string }

/** One column; `code`: the space that stands for a mid-row code, to which the characters behind it owe their look. */
export type Cell = { readonly text: string; readonly style: CaptionStyle; readonly code: boolean }

/** One of a channel's two memories: what is or may be shown. Rows and columns count from 1; null is a transparent space. */
export class CaptionMemory {
  #rows: (Cell | null)[][] = emptyRows()

  get empty(): boolean {
    return this.#rows.every((row) => row.every((cell) => cell === null))
  }

  cell(row: number, column: number): Cell | null {
    return this.#row(row)[column - 1] ?? null
  }

  set(row: number, column: number, cell: Cell | null): void {
    this.#row(row)[column - 1] = cell
  }

  clear(): void {
    this.#rows = emptyRows()
  }

  /** Clears a row from a column to its end. */
  clearFrom(row: number, column: number): void {
    this.#row(row).fill(null, column - 1)
  }

  /** Moves the `count` rows that end with `from` so that they end with `to`; all other rows are cleared. */
  moveWindow(from: number, to: number, count: number): void {
    const rows = emptyRows()
    for (let up = 0; up < count; up++) {
      const source = this.#rows[from - 1 - up]
      if (source !== undefined && to - 1 - up >= 0) rows[to - 1 - up] = source
    }
    this.#rows = rows
  }

  /** What is to be seen: rows of nothing but spaces are not. */
  lines(): CaptionLine[] {
    return this.#rows.flatMap((row, index) => (row.some((cell) => cell !== null && cell.text.trim() !== "") ? linesOf(row, index + 1) : []))
  }

  #row(row: number): (Cell | null)[] {
    return this.#rows[row - 1] ?? []
  }
}

function emptyRows(): (Cell | null)[][] {
  return Array.from({ length: ROWS }, () => new Array<Cell | null>(COLUMNS).fill(null))
}

function linesOf(row: readonly (Cell | null)[], number: number): CaptionLine[] {
  const lines: CaptionLine[] = []
  row.forEach((cell, index) => {
    if (cell === null) return
    const last = lines.at(-1)
    const goesOn = last !== undefined && last.column + last.text.length === index + 1 && sameStyle(last, cell.style)
    if (goesOn) lines[lines.length - 1] = { ...last, text: last.text + cell.text }
    else lines.push({ row: number, column: index + 1, text: cell.text, ...cell.style })
  })
  return lines
}

export function sameStyle(a: CaptionStyle, b: CaptionStyle): boolean {
  return (
    a.colour === b.colour &&
    a.italics === b.italics &&
    a.underline === b.underline &&
    a.flash === b.flash &&
    a.background === b.background &&
    a.opacity === b.opacity
  )
}
