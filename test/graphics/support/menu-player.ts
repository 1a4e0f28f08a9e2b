import { crc32 } from "node:zlib"
import {
  type InteractiveGraphics,
  type Menu,
  type MenuAction,
  type MenuResult,
  type MenuState,
  openMenu,
  renderMenu,
  runMenu,
} from "../../../src/graphics/ig/index.ts"
import { type HdmvState, initialState, PSR, runHdmvMachine, withMenuSelection } from "../../../src/navigation/hdmv/index.ts"
import { asm, madeDisc, oracleEnvironment } from "../../navigation/hdmv/support.ts"
import { drawPlane } from "../../support/plane.ts"

/** What a menu's place and looks are at a stop. `plane`: CRC-32 of its R, G, B, A; null: nothing is shown. */
export type Stop = { readonly page: number; readonly button: number; readonly plane: string | null }

const TICKS_PER_UNIT = 90
/** As libbluray's: more programs without a read between them never end. */
const BUTTON_PROGRAM_ROUNDS = 100
const HDMV_DISC = madeDisc([0, 0], [{ commands: [asm.nop] }])

/** Plays a menu as the oracle's player does: one read after the other, keys in between. It has a menu and button programs, nothing else. */
export class MenuPlayer {
  readonly menu: Menu
  readonly sounds: number[] = []
  /** Auto-actions led to one another for ever. */
  isEndless = false
  units: number
  state: MenuState
  /** As the oracle is in the rig's menu: its first sound track, and chapter 1. */
  #hdmv: HdmvState = playing({ [PSR.audioStream]: 1, [PSR.chapter]: 1 })
  #program: readonly Uint8Array[] | null = null
  /** Drawn anew only when the menu says that its picture has changed. */
  #plane: string | null | undefined

  /** `units`: how many had been read before the one that brought the menu. */
  constructor(graphics: InteractiveGraphics, units: number, selectedButtonId?: number) {
    this.menu = { graphics, rules: "libbluray" }
    this.units = units
    const opened = openMenu(this.menu, units * TICKS_PER_UNIT, { selectedButtonId: selectedButtonId ?? null })
    this.state = opened.state
    this.#take(opened)
    this.units++
  }

  act(action: MenuAction): void {
    this.#take(runMenu(this.menu, this.state, this.units * TICKS_PER_UNIT, action))
  }

  /** Reads on to a number of units; false for `isRead`: the clip is at its still. */
  read(units: number, isRead = true): void {
    do {
      this.#runProgram()
      this.act({ type: "advance" })
      if (!isRead) return
      this.units++
    } while (this.units < units)
  }

  stop(): Stop {
    if (this.#plane === undefined) this.#plane = this.#draw()
    const { pageId, selectedButtonId } = this.state
    return { page: pageId, button: selectedButtonId ?? 0xffff, plane: this.#plane }
  }

  #draw(): string | null {
    const picture = renderMenu(this.menu.graphics, this.state)
    return picture === null ? null : crc32(drawPlane(picture)).toString(16).padStart(8, "0")
  }

  #take({ state, events, changed }: MenuResult): void {
    this.state = state
    if (changed) this.#plane = undefined
    for (const event of events) {
      if (event.type === "sound") this.sounds.push(event.soundIdRef)
      else this.#program = event.commands
    }
  }

  #runProgram(): void {
    for (let round = 0; this.#program !== null && round < BUTTON_PROGRAM_ROUNDS; round++) {
      const commands = this.#program
      this.#program = null
      const before = withMenuSelection(this.#hdmv, this.state.pageId, this.state.selectedButtonId ?? 0xffff)
      const { state, events } = runHdmvMachine(HDMV_DISC, oracleEnvironment(), before, { do: "button", commands })
      this.#hdmv = state
      for (const event of events) {
        if (["set-button-page", "enable-button", "disable-button", "popup-off"].includes(event.type)) this.act(event as MenuAction)
      }
      this.act({ type: "program-ended" })
    }
    if (this.#program !== null) this.isEndless = true
  }
}

function playing(registers: Readonly<Record<number, number>>): HdmvState {
  const state = initialState()
  return { ...state, psr: state.psr.map((value, register) => registers[register] ?? value) }
}
