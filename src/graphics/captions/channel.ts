import type { CaptionCode } from "./code.ts"
import { type CaptionLine, CaptionMemory, type CaptionStyle, COLUMNS, PLAIN, ROWS } from "./memory.ts"

/** How text comes to the screen; null: no command has said yet, and text is for nobody. */
type Style = "pop-on" | "roll-up" | "paint-on" | null

/** One caption channel: two memories, a cursor, and what its codes do with them (47 CFR 15.119 (f) to (h), CTA-608-E 6.2 and annex C). */
export class CaptionChannel {
  #style: Style = null
  #displayed = new CaptionMemory()
  #hidden = new CaptionMemory()
  /** Of roll-up. */
  #depth = 2
  #row = ROWS
  #column = 1
  /** How text looks where nothing stands to its left. */
  #pen: CaptionStyle = PLAIN
  /** What the last preamble address code said. */
  #preamble: CaptionStyle = PLAIN

  /** What the channel shows now. */
  lines(): CaptionLine[] {
    return this.#displayed.lines()
  }

  /** Writes one character at the cursor. */
  write(text: string): void {
    this.#put(text, this.#styleHere(), false)
  }

  /** Does what a code of this channel says. */
  execute(code: CaptionCode): void {
    if (this.#executeAnyway(code) || this.#style === null) return
    switch (code.op) {
      case "preamble-address":
        return this.#address(code)
      case "mid-row":
        return this.#midRow(code)
      case "special":
        return this.write(code.text)
      case "extended": {
        // It looks as the character does whose place it takes.
        const style = this.#column > 1 ? (this.#memory.cell(this.#row, this.#column - 1)?.style ?? this.#styleHere()) : this.#styleHere()
        this.#column = Math.max(1, this.#column - 1)
        return this.#put(code.text, style, false)
      }
      case "transparent-space":
        this.#memory.set(this.#row, this.#column, null)
        return this.#advance(1)
      case "tab-offset":
        return this.#advance(code.columns)
      case "flash-on":
        return this.#put(" ", { ...this.#styleHere(), flash: true }, true)
      case "background":
        return this.#overSpace({ background: code.colour ?? "black", opacity: code.opacity })
      case "black":
        return this.#overSpace({ colour: "black", italics: false, flash: false, underline: code.underline })
      case "backspace":
        return this.#backspace()
      case "delete-to-end-of-row":
        return this.#deleteToEnd()
      case "carriage-return":
        return this.#carriageReturn()
      default:
        return
    }
  }

  /** The codes that mean something before any style is chosen, too. */
  #executeAnyway(code: CaptionCode): boolean {
    switch (code.op) {
      case "resume-caption-loading":
        this.#style = "pop-on"
        return true
      case "resume-direct-captioning":
        this.#style = "paint-on"
        return true
      case "roll-up":
        this.#rollUp(code.rows)
        return true
      case "erase-displayed-memory":
        this.#displayed.clear()
        return true
      case "erase-non-displayed-memory":
        this.#hidden.clear()
        return true
      case "end-of-caption":
        this.#style = "pop-on"
        ;[this.#displayed, this.#hidden] = [this.#hidden, this.#displayed]
        return true
      default:
        return false
    }
  }

  get #memory(): CaptionMemory {
    return this.#style === "pop-on" ? this.#hidden : this.#displayed
  }

  /** Attributes last until a code changes them or nothing stands to the left: CTA-608-E C.7. */
  #styleHere(): CaptionStyle {
    return (this.#column > 1 ? this.#memory.cell(this.#row, this.#column - 1)?.style : undefined) ?? this.#pen
  }

  #put(text: string, style: CaptionStyle, code: boolean): void {
    if (this.#style === null) return
    const [row, column, memory] = [this.#row, this.#column, this.#memory]
    const overCode = memory.cell(row, column)?.code === true
    memory.set(row, column, { text, style, code })
    this.#pen = style
    if (overCode) this.#restyle(column + 1, style)
    this.#advance(1)
  }

  /** The characters that owed their look to a code that was overwritten. */
  #restyle(from: number, style: CaptionStyle): void {
    for (let column = from; column <= COLUMNS; column++) {
      const cell = this.#memory.cell(this.#row, column)
      if (cell === null || cell.code) return
      this.#memory.set(this.#row, column, { ...cell, style })
    }
  }

  #advance(columns: number): void {
    this.#column = Math.min(COLUMNS, this.#column + columns)
  }

  #address(code: Extract<CaptionCode, { op: "preamble-address" }>): void {
    const row = this.#style === "roll-up" ? Math.max(code.row, this.#depth) : code.row
    if (this.#style === "roll-up" && row !== this.#row) this.#displayed.moveWindow(this.#row, row, this.#depth)
    this.#row = row
    this.#column = code.column
    this.#preamble = { ...PLAIN, colour: code.colour, italics: code.italics, underline: code.underline }
    this.#pen = this.#preamble
  }

  /** A colour ends italics; italics keep the colour; either ends flash. */
  #midRow({ colour, underline }: Extract<CaptionCode, { op: "mid-row" }>): void {
    const before = this.#styleHere()
    const changed = colour === null ? { italics: true } : { colour, italics: false }
    this.#put(" ", { ...before, ...changed, underline, flash: false }, true)
  }

  /** Codes that old decoders do not know stand over a space that these show instead: CTA-608-E 6.2. */
  #overSpace(changed: Partial<CaptionStyle>): void {
    const before = this.#styleHere()
    this.#column = Math.max(1, this.#column - 1)
    this.#put(" ", { ...before, ...changed }, true)
  }

  #backspace(): void {
    if (this.#column === 1) return
    // In the last column the cursor stands on its character, which goes too: CTA-608-E C.13.
    if (this.#column === COLUMNS) this.#memory.set(this.#row, COLUMNS, null)
    this.#column--
    this.#memory.set(this.#row, this.#column, null)
  }

  /** CTA-608-E C.14. */
  #deleteToEnd(): void {
    this.#memory.clearFrom(this.#row, this.#column)
    this.#pen = this.#preamble
  }

  #carriageReturn(): void {
    if (this.#style !== "roll-up") return
    this.#displayed.moveWindow(this.#row, this.#row - 1, this.#depth - 1)
    this.#column = 1
    this.#preamble = PLAIN
    this.#pen = PLAIN
  }

  /** 47 CFR 15.119 (f)(1), CTA-608-E C.10 and C.15. */
  #rollUp(rows: number): void {
    const rolled = this.#style === "roll-up"
    this.#style = "roll-up"
    this.#depth = rows
    if (!rolled) {
      this.#displayed.clear()
      this.#hidden.clear()
    }
    if (rolled && !this.#displayed.empty) {
      const row = Math.max(this.#row, rows)
      this.#displayed.moveWindow(this.#row, row, rows)
      this.#row = row
      return
    }
    this.#row = ROWS
    this.#column = 1
    this.#preamble = PLAIN
    this.#pen = PLAIN
  }
}
