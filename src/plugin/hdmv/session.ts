import { DiscError, TICKS_PER_SECOND, type Ticks, ticks, ticksFromSeconds } from "../../base/index.ts"
import type { Item } from "../items.ts"
import type { Answer, Bookmark, Key, MenuName, Selection, Session, WatchedItem } from "../session.ts"
import { SessionQueue } from "../session-queue.ts"
import { MOVES } from "./allowed.ts"
import { NOTHING } from "./answers.ts"
import { MenuActs } from "./menu-acts.ts"
import type { HdmvSessionOptions, HdmvStart } from "./options.ts"
import type { HdmvPlace } from "./place.ts"
import { HdmvPlayback } from "./playback.ts"
import { MenuSounds } from "./sounds.ts"
import type { Hold, Stretch } from "./stretch.ts"
import { ViewerActs } from "./viewer-acts.ts"

/** Blocks between two looks at the clock of the screen, and at whether a key has come: some 2 ms of work. */
const BATCH_BLOCKS = 16
/** In a still, feed time goes on by no less than this at once. */
const STILL_PIECE = ticks(TICKS_PER_SECOND / 10)

/** Plays a Blu-ray as its program (HDMV movie objects and buttons) says: the items it reads, and the keys. */
export class HdmvSession implements Session {
  readonly #start: HdmvStart
  readonly #options: HdmvSessionOptions
  readonly #queue = new SessionQueue({ waits: () => this.#waits(), read: () => this.#read(), close: () => this.close() })
  readonly #playback: HdmvPlayback
  readonly #menu: MenuActs
  readonly #viewer: ViewerActs
  readonly #ahead: number
  #hasBegun = false
  #closed = false

  constructor(start: HdmvStart, options: HdmvSessionOptions) {
    this.#start = start
    this.#options = options
    this.#ahead = options.aheadSeconds * TICKS_PER_SECOND
    this.#playback = new HdmvPlayback(options, this.#queue)
    this.#menu = new MenuActs(this.#playback, this.#queue, new MenuSounds(options.bluray, options.warnings))
    this.#viewer = new ViewerActs(this.#playback)
  }

  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return this.#queue.iterate()
  }

  batch(): Promise<readonly Item[] | null> {
    return this.#queue.batch()
  }

  press(key: Key): Promise<Answer> {
    switch (key) {
      case "up":
      case "down":
      case "left":
      case "right":
        return this.#act(() => this.#menu.key({ type: "key", key }, MOVES[key]))
      case "enter":
        return this.#act(() => this.#enter())
      case "popup":
        return this.#act(() => this.#menu.popup("toggle"))
      case "return":
        return this.#act(() => this.#goBack())
      case "next":
        return this.#act(() => this.#viewer.chapterStep(1))
      case "previous":
        return this.#act(() => this.#viewer.chapterStep(-1))
      case "audio":
      case "subtitle":
        return this.#act(() => this.#viewer.nextStream(key))
      case "angle":
        return this.#act(() => this.#viewer.nextAngle())
      // Programs of HDMV discs do not know the coloured keys.
      case "red":
      case "green":
      case "yellow":
      case "blue":
        return Promise.resolve(NOTHING)
      default:
        return this.#act(() => this.#menu.key({ type: "number", value: Number(key.slice("digit-".length)) }, "selectAndActivateButton"))
    }
  }

  point(x: number, y: number, activate = false): Promise<Answer> {
    return this.#act(async () => {
      const pointed = await this.#menu.key({ type: "point", x, y }, "selectButton")
      if (!activate || pointed.outcome === "refused") return pointed
      const activated = await this.#menu.key({ type: "key", key: "activate-pointed" }, "activateButton")
      return activated.outcome === "nothing" ? pointed : { ...activated, flush: activated.flush || pointed.flush }
    })
  }

  seek(seconds: number): Promise<Answer> {
    if (!Number.isFinite(seconds)) return Promise.reject(new DiscError("bad-argument", "seek() takes a number of seconds"))
    return this.#act(() => this.#viewer.seek(ticksFromSeconds(seconds)))
  }

  chapter(number: number): Promise<Answer> {
    return this.#act(() => this.#viewer.chapter(number))
  }

  menu(_name: MenuName): Promise<Answer> {
    return this.#act(() => this.#viewer.menu())
  }

  select({ audio, subtitle, angle }: Selection): Promise<Answer> {
    return this.#act(() => this.#viewer.select({ audio, subtitle, angle }))
  }

  presented(feedTime: Ticks): void {
    if (this.#closed || !this.#playback.show(feedTime)) return
    this.#menu.grantWishes()
    if (!this.#waits()) this.#queue.wake()
  }

  watch(listener: (item: WatchedItem) => void): () => void {
    return this.#queue.watch(listener)
  }

  bookmark(): Bookmark {
    const { onScreen, screen: at, machine, program } = this.#playback
    if (onScreen === null) throw new DiscError("bad-argument", "nothing has played yet: take a bookmark after the first item")
    const hdmv: HdmvPlace = { machine, clock: program.clockAt(at), time: onScreen.timeAt(at), menu: onScreen.menu.stateAt(at), at }
    return { version: 1, fingerprint: this.#options.info.fingerprint, hdmv }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#queue.close()
    this.#options.onClose()
    await this.#playback.close()
  }

  #act(act: () => Promise<Answer>): Promise<Answer> {
    return this.#queue.act(async () => {
      if (!this.#hasBegun) await this.#begin()
      const answer = await act()
      this.#queue.wake()
      return answer
    }, NOTHING)
  }

  async #begin(): Promise<void> {
    this.#hasBegun = true
    await this.#playback.begin(this.#start)
    this.#menu.grantWishes()
  }

  async #enter(): Promise<Answer> {
    const { onScreen, screen } = this.#playback
    if (onScreen?.menu.takesKeys(screen)) return this.#menu.key({ type: "key", key: "activate" }, "activateButton")
    return this.#viewer.endStill()
  }

  async #goBack(): Promise<Answer> {
    const { onScreen, screen } = this.#playback
    return onScreen?.menu.popupShown(screen) === true ? this.#menu.popup(false) : this.#viewer.resume()
  }

  #waits(): boolean {
    if (!this.#hasBegun) return false
    const { current, ended, presented } = this.#playback
    if (ended || current === null) return true
    const { held, reached } = current
    if (presented === null) return held !== null && held.until === null
    const limit = presented + this.#ahead
    if (held === null) return reached > limit
    return (held.until === null || held.until > limit) && limit - reached < STILL_PIECE
  }

  async #read(): Promise<void> {
    const { generation, current } = this.#playback
    const isOld = () => generation !== this.#playback.generation || this.#closed
    try {
      if (!this.#hasBegun) return await this.#queue.act(() => this.#begin(), undefined)
      if (current === null) return
      if (current.held !== null) return await this.#hold(current, current.held, isOld)
      if (!(await current.feed.fill())) {
        return await this.#queue.act(async () => (isOld() ? undefined : this.#playback.endStretch(current)), undefined)
      }
      if (!isOld()) this.#take(current)
    } catch (error) {
      if (!isOld()) this.#queue.fail(error)
    }
  }

  #take(stretch: Stretch): void {
    for (let blocks = 0; blocks < BATCH_BLOCKS && stretch.feed.blocksWaiting && !this.#waits(); blocks++) {
      this.#playback.push(stretch.step())
    }
    this.#playback.advanceMenu(stretch)
    this.#menu.grantWishes()
  }

  /** Feed time goes on through a still, as far as the screen lets it. */
  async #hold(stretch: Stretch, { until }: Hold, isOld: () => boolean): Promise<void> {
    const { presented } = this.#playback
    const room = presented === null ? Number.POSITIVE_INFINITY : presented + this.#ahead
    const to = Math.min(Math.max(room, stretch.reached), until ?? Number.POSITIVE_INFINITY)
    if (Number.isFinite(to)) this.#playback.push([stretch.hold(ticks(to))])
    this.#playback.advanceMenu(stretch)
    this.#menu.grantWishes()
    if (to !== until) return
    await this.#queue.act(async () => (isOld() ? undefined : this.#playback.goOn(stretch, until, false)), undefined)
  }
}
