import { DiscError, TICKS_PER_SECOND, type Ticks, ticks } from "../../base/index.ts"
import type { UserOperation as BlurayOperation } from "../../disc/bluray/index.ts"
import type { MenuAction, MenuEvent } from "../../graphics/ig/index.ts"
import type { HdmvResult } from "../../navigation/hdmv/index.ts"
import type { Item, SoundItem } from "../items.ts"
import type { Answer } from "../session.ts"
import type { SessionQueue } from "../session-queue.ts"
import { DONE, FLUSHED, NOTHING } from "./answers.ts"
import type { HdmvPlayback } from "./playback.ts"
import type { MenuSounds } from "./sounds.ts"
import type { Stretch } from "./stretch.ts"

/** A button's program changes the page, whose button runs by itself, and so on. */
const MAX_CHAINED_PROGRAMS = 64
/** A button's activated pictures are seen before its program runs; more than this is no answer to a key. */
const MAX_ACTIVATED = 2 * TICKS_PER_SECOND

/** What keys, the pointer and time do to the menu on the screen, and what its buttons' programs do then. */
export class MenuActs {
  readonly #playback: HdmvPlayback
  readonly #queue: SessionQueue
  readonly #sounds: MenuSounds
  #isGranting = false

  constructor(playback: HdmvPlayback, queue: SessionQueue, sounds: MenuSounds) {
    this.#playback = playback
    this.#queue = queue
    this.#sounds = sounds
  }

  /** A key for the page that is shown; `operation`: what the disc calls it where it forbids it. */
  async key(action: MenuAction, operation: BlurayOperation): Promise<Answer> {
    const { onScreen, screen } = this.#playback
    if (onScreen === null || !onScreen.menu.takesKeys(screen)) return NOTHING
    return this.#playback.refusal(operation) ?? this.#act(onScreen, action)
  }

  async popup(shown: boolean | "toggle"): Promise<Answer> {
    const { onScreen, screen } = this.#playback
    const isShown = onScreen?.menu.popupShown(screen) ?? null
    if (onScreen === null || isShown === null) return NOTHING
    return this.#playback.refusal(isShown ? "popUpOff" : "popUpOn") ?? this.#act(onScreen, { type: "popup", shown })
  }

  async #act(stretch: Stretch, action: MenuAction): Promise<Answer> {
    const at = this.#playback.screen
    const acted = stretch.menu.act(at, action)
    if (acted === null) return NOTHING
    this.#playback.redraw(stretch, acted.items, at)
    const answer = await this.#perform(stretch, acted.result.events, true)
    return answer.flush ? answer : { ...answer, ...shownBy(this.#told ?? acted.items) }
  }

  /** The menu as a program has left it. */
  #told: readonly Item[] | null = null

  /** Does what the menu wants; then what was read behind the screen follows, or is read again. */
  async #perform(stretch: Stretch, events: readonly MenuEvent[], isKey: boolean): Promise<Answer> {
    this.#told = null
    const sounds: SoundItem[] = []
    const { flush } = await this.#follow(stretch, events, isKey, sounds)
    const isAgain = !flush && !this.#playback.carryOn(stretch)
    if (isAgain) await this.#playback.again(stretch)
    // What is heard of an old stretch would be lost with it.
    const at = flush || isAgain ? this.#playback.showFrom : this.#playback.screen
    const heard = sounds.map((sound) => ({ ...sound, at }))
    if (flush || isAgain) this.#queue.push(heard)
    else this.#queue.unshift(heard)
    return flush || isAgain ? FLUSHED : DONE
  }

  /** Sounds, and buttons' programs one after the other until one leads elsewhere. */
  async #follow(stretch: Stretch, events: readonly MenuEvent[], isKey: boolean, sounds: SoundItem[]): Promise<Answer> {
    const waiting = [...events]
    for (let programs = 0; programs < MAX_CHAINED_PROGRAMS; ) {
      const event = waiting.shift()
      if (event === undefined) return DONE
      const at = this.#playback.screen
      if (event.type === "sound") {
        const sound = await this.#sounds.item(event.soundIdRef, at)
        if (sound !== null) sounds.push(sound)
        continue
      }
      if (isKey && event.pictureTicks > 0 && programs === 0) {
        const seenAt = ticks(at + Math.min(event.pictureTicks, MAX_ACTIVATED))
        stretch.menu.setWish({ at: seenAt, events: [event, ...waiting] })
        return DONE
      }
      programs++
      const answer = await this.#runProgram(stretch, event.commands, at, waiting)
      if (answer.flush) return answer
    }
    throw new DiscError("limit", "the buttons of the disc's menu run one another in a circle; choose a title instead of the menu")
  }

  async #runProgram(stretch: Stretch, commands: readonly Uint8Array[], at: Ticks, waiting: MenuEvent[]): Promise<Answer> {
    const { program } = this.#playback
    const result = program.run(program.stateAt(stretch, at), { do: "button", commands }, at)
    // A jump within the playlist takes the menu along, as the program has left it.
    const keepsMenu = result.outcome !== "jumped" || result.events.some(({ type }) => type === "seek")
    if (keepsMenu) waiting.push(...this.#command(stretch, result, at))
    const answer = await this.#playback.apply(result, at, true)
    if (answer.flush) return answer
    const still = result.events.findLast((event) => event.type === "still")
    if (still === undefined) return DONE
    const isHeld = stretch.held !== null
    await this.#playback.freeze(stretch, still.on)
    return !still.on && isHeld && this.#playback.onScreen !== stretch ? FLUSHED : DONE
  }

  /** What a button's program says to the menu, and that it has ended. */
  #command(stretch: Stretch, { events }: HdmvResult, at: Ticks): readonly MenuEvent[] {
    const wanted: MenuEvent[] = []
    const tell = (action: MenuAction) => {
      const acted = stretch.menu.act(at, action)
      if (acted === null) return
      this.#playback.redraw(stretch, acted.items, at)
      this.#told = acted.items
      wanted.push(...acted.result.events)
    }
    for (const event of events) {
      switch (event.type) {
        case "set-button-page":
        case "enable-button":
        case "disable-button":
        case "popup-off":
          tell(event)
      }
    }
    tell({ type: "program-ended" })
    return wanted
  }

  /** Auto-actions, time-outs, activated buttons and the navigation timer, when the screen has come to them. */
  grantWishes(): void {
    const { onScreen: stretch, screen, program } = this.#playback
    if (this.#isGranting || stretch === null) return
    const { wish } = stretch.menu
    const isDue = wish !== null && screen >= wish.at
    const isTimeUp = program.timerLeft(stretch.machine, screen) === 0
    if (!isDue && !isTimeUp) return
    this.#isGranting = true
    const grant = async () => {
      this.#isGranting = false
      if (isTimeUp) await this.#playback.drive({ do: "timer" })
      else if (stretch === this.#playback.onScreen && wish !== null && stretch.menu.wish === wish) {
        stretch.menu.setWish(null)
        await this.#perform(stretch, wish.events, false)
      }
      this.#queue.wake()
      // One may lead to the next.
      this.grantWishes()
    }
    this.#queue.act(grant, undefined).catch((error: unknown) => this.#queue.fail(error))
  }
}

/** What an answer tells of a menu that was drawn anew, so that it is on the screen before anything else is read. */
function shownBy(items: readonly Item[]): Pick<Answer, "highlight" | "overlay"> {
  const highlight = items.find((item) => item.type === "highlight")
  const overlay = items.find((item) => item.type === "overlay")
  return { ...(highlight === undefined ? {} : { highlight }), ...(overlay === undefined ? {} : { overlay }) }
}
