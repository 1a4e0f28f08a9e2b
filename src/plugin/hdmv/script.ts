import { crc32, DiscError, hex32, ticks, type Warnings } from "../../base/index.ts"
import type { BlurayDisc, BlurayTitle, UserOperation } from "../../disc/bluray/index.ts"
import {
  IgDecoder,
  type InteractiveGraphics,
  type Menu,
  type MenuAction,
  type MenuResult,
  type MenuState,
  menuUserOperationMask,
  openMenu,
  renderMenu,
  runMenu,
} from "../../graphics/ig/index.ts"
import {
  chosenStreams,
  type HdmvAction,
  type HdmvEnvironment,
  type HdmvEvent,
  type HdmvPreferences,
  type HdmvState,
  initialState,
  NO_CHAPTER,
  PSR,
  runHdmvMachine,
  selectedButton,
  TITLE_TOP_MENU,
  withMenuSelection,
  withPosition,
  withStreams,
} from "../../navigation/hdmv/index.ts"
import type { Item } from "../items.ts"
import type { ScriptLine } from "../script.ts"
import { refusalOf } from "./allowed.ts"
import { clearedMenu, menuHighlight, menuOverlay } from "./menu-items.ts"
import { readPreloadedMenu } from "./preloaded-menu.ts"
import { ClipReader, packetOf, type ScriptClip, scriptClips, timeOfPacket } from "./script-clips.ts"
import { PlaneSums, ScriptGraphics } from "./script-planes.ts"
import { chosenMenu } from "./stretch.ts"

/** One unit at 1,000 microseconds: the clock of the program's timers and the menu's pictures. */
const TICKS_PER_UNIT = 90
/** What the clock begins with, in seconds; it seeds the machine's random numbers too. */
const CLOCK_START = 1_000_000_000n
const NO_PLAY_ITEM = 0xffff
/** A play item has no more. */
const MAX_ANGLES = 9
/** mark_type of a chapter. */
const ENTRY_MARK = 1
/** Programs between two units: libbluray calls more an endless loop. */
const MAX_PROGRAMS = 100

/** Something happened: libbluray's name of it. */
type ScriptEvent = { readonly name: string; readonly param: number }

type HdmvScriptOptions = {
  readonly bluray: BlurayDisc
  readonly preferences: HdmvPreferences
  readonly warnings: Warnings
  /** Keys that the disc forbids are refused; libbluray refuses the menu call and the title search only. */
  readonly obeyProhibitions: boolean
  /** Where random numbers begin; null: as libbluray's do by the oracle's clock. */
  readonly seed: number | null
  readonly signal: AbortSignal
}

type Playing = {
  readonly title: BlurayTitle
  clips: readonly ScriptClip[]
  readonly marks: readonly { readonly packet: number; readonly isChapter: boolean }[]
  /** That clips are of, from 1; a program's choice is in register 3 only. */
  angle: number
  /** Number of the play item; null: the last one was read. */
  item: number | null
  nextMark: number
  /** The play mark that was reached last; null: none. */
  mark: number | null
  chapter: number
  /** Packets by which the counted place is behind the one that is read. */
  lag: number
}

type Place = Pick<Extract<HdmvEvent, { type: "seek" }>, "playItemId" | "time45k" | "mark">

/**
 * Drives a disc's program unit by unit as libbluray does: no read-ahead, what was read last is on the screen, and menus follow that library's
 * own clock. Told events have its names, so that its trace can be laid beside this one.
 */
export class HdmvScript {
  machine: HdmvState
  units = 0
  #crc = 0
  /** What the machine is to do before the next unit. */
  #pending: HdmvAction | null = null
  /** The title that a jump goes to before the next unit. */
  #entering: number | null = null
  #started = false
  #playing: Playing | null = null
  #graphics: ScriptGraphics | null = null
  readonly #menus: IgDecoder
  #menu: { readonly menu: Menu; readonly state: MenuState } | null = null
  #menuStatus = { MENU: 0, POPUP: 0 }
  #events: ScriptEvent[] = []
  #items: Item[] = []
  readonly #sums = new PlaneSums()
  #random: bigint
  readonly #reader: ClipReader
  readonly #options: HdmvScriptOptions
  readonly #environment: HdmvEnvironment

  constructor(options: HdmvScriptOptions) {
    this.#options = options
    this.#random = options.seed === null ? CLOCK_START : BigInt(options.seed)
    this.machine = initialState(options.preferences)
    this.#reader = new ClipReader(options.bluray)
    this.#menus = new IgDecoder(options.warnings)
    this.#environment = {
      rules: "libbluray",
      now: () => ticks(this.units * TICKS_PER_UNIT),
      random: () => {
        this.#random = BigInt.asUintN(64, this.#random * 6364136223846793005n + 1n)
        return Number(this.#random >> 32n)
      },
    }
  }

  get playing(): boolean {
    return this.#playing !== null
  }

  play(): void {
    if (this.#started) return
    this.#started = true
    this.#pending = { do: "start" }
  }

  /** What was drawn since it was asked for last. */
  takeItems(): readonly Item[] {
    const items = this.#items
    this.#items = []
    return items
  }

  /** Events that no read has given yet. */
  takeEvents(): readonly ScriptEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** One read: an event that waits, or a unit. Null: nothing plays, and nothing is to be run. */
  async read(): Promise<{ readonly isUnit: boolean; readonly event: ScriptEvent | null } | null> {
    this.play()
    for (let programs = 0; this.#events.length === 0 && this.#pending !== null; programs++) {
      if (programs > MAX_PROGRAMS) throw new DiscError("limit", "the disc's program runs in circles without playing anything")
      await this.#run(this.#pending)
    }
    const waiting = this.#events.shift()
    if (waiting !== undefined) return { isUnit: false, event: waiting }
    if (this.#playing === null) return null
    this.#act({ type: "advance" })
    const isUnit = await this.#readUnit(this.#playing)
    return { isUnit, event: this.#events.shift() ?? null }
  }

  /** A key for the menu. @returns false where it does nothing, or is refused */
  key(action: MenuAction, operation: UserOperation): boolean {
    this.#placeClock()
    if (this.#options.obeyProhibitions && this.#refuses(operation)) return false
    return this.#act(action)
  }

  /** The pointer is pressed at a place. libbluray loses the press while its menu takes no pointer. */
  click(x: number, y: number): boolean {
    const { open, buttonsShown, groups } = this.#menu?.state ?? { open: false, buttonsShown: false, groups: [] }
    const isTaken = open && buttonsShown && !groups.some(({ finishing }) => finishing)
    const pointed = this.key({ type: "point", x, y }, "selectButton")
    return (isTaken && this.key({ type: "key", key: "activate-pointed" }, "activateButton")) || pointed
  }

  #refuses(operation: UserOperation): boolean {
    const { bluray } = this.#options
    const mask = this.#menu === null ? null : menuUserOperationMask(this.#menu.menu.graphics, this.#menu.state)
    return refusalOf(bluray, this.#placed(), operation, mask) !== null
  }

  /** A jump of the machine, done before the next unit. @returns false where the disc forbids it */
  jump(action: Extract<HdmvAction, { do: "menu" | "title" }>): boolean {
    this.play()
    const operation = action.do === "menu" ? "menuCall" : "titleSearch"
    if (action.do === "menu") this.#placeClock()
    if (this.#refuses(operation)) return false
    // libbluray keeps no place while a program is about to run.
    const isRunning = this.#pending !== null
    this.#entering = action.do === "menu" ? TITLE_TOP_MENU : action.title
    this.#pending = isRunning ? { do: "title", title: this.#entering } : action
    this.#tell("TITLE", this.#entering)
    return true
  }

  /** Another place of the playlist: a time (45 kHz, from its start) or a chapter (from 1). */
  seek(to: { readonly time45k: number } | { readonly chapter: number }): boolean {
    const playing = this.#playing
    if (playing === null) return false
    const { clips, marks, title } = playing
    if ("chapter" in to) {
      const mark = marks.filter(({ isChapter }) => isChapter)[to.chapter - 1]
      const item = mark === undefined ? -1 : clips.findLastIndex(({ titlePacket }) => titlePacket <= mark.packet)
      const clip = clips[item]
      if (mark === undefined || clip === undefined) return false
      return this.#seekPacket(playing, item, mark.packet - clip.titlePacket + clip.startPacket)
    }
    let left = to.time45k
    for (const [item, { inTime45k, outTime45k }] of title.playList.playItems.entries()) {
      const clip = clips[item]
      if (left < outTime45k - inTime45k && clip !== undefined) {
        return this.#seekPacket(playing, item, Math.max(packetOf(clip, inTime45k + left), clip.startPacket))
      }
      left -= outTime45k - inTime45k
    }
    return false
  }

  /** The player's own choice of streams. */
  async choose(chosen: Parameters<typeof withStreams>[1]): Promise<boolean> {
    const before = chosenStreams(this.machine)
    this.machine = withStreams(this.machine, chosen)
    const playing = this.#playing
    if (playing === null) return true
    const now = chosenStreams(this.machine)
    if (now.pg !== before.pg || now.pgShown !== before.pgShown) this.#graphics?.chooseSubtitle(now.pg)
    return true
  }

  /**
   * The player's own choice of an angle: the play item begins anew, and the place counts on from where it was. libbluray does so for angles that the
   * playlist does not have, too. @returns false where nothing plays
   */
  async chooseAngle(angle: number): Promise<boolean> {
    const playing = this.#playing
    if (playing === null) return false
    if (angle === playing.angle || angle < 1 || angle > MAX_ANGLES) return true
    playing.angle = angle
    this.set(PSR.angle, angle)
    this.#tell("ANGLE", angle)
    if (playing.item === null) return false
    const packet = this.#titlePacket(playing)
    playing.clips = await scriptClips(this.#options.bluray, playing.title, angle)
    this.#startItem(playing, playing.item, false)
    playing.lag += this.#titlePacket(playing) - packet
    return true
  }

  /** A player setting, before anything plays. */
  set(register: number, value: number): void {
    this.machine = { ...this.machine, psr: this.machine.psr.with(register, value >>> 0) }
  }

  /** Ends a still of some seconds, or its clip before. libbluray counts on from where that was, until there is a jump (`bd_read_skip_still`). */
  skipStill(): boolean {
    const playing = this.#playing
    if (playing === null || playing.item === null || playing.title.playList.playItems[playing.item]?.still.mode !== "finite") return false
    const packet = this.#titlePacket(playing)
    this.#nextItem(playing, playing.item)
    playing.lag += this.#titlePacket(playing) - packet
    return true
  }

  /** A playlist without the program. */
  async openPlaylist(playlist: number): Promise<boolean> {
    this.#started = true
    this.#pending = null
    return this.#open(playlist)
  }

  state(): ScriptLine {
    const playing = this.#playing
    const { psr, gpr } = this.#placed()
    const planes = { IG: this.#planeOfMenu(), PG: this.#sums.of(this.#graphics?.subtitle ?? null) }
    const shown = Object.entries(planes).filter(([, plane]) => plane !== null)
    return {
      type: "state",
      ...this.counted(),
      title: this.#entering ?? psr[PSR.title],
      ...(playing === null
        ? {}
        : {
            playlist: playing.title.playlistNumber,
            playItem: psr[PSR.playItem],
            // PSR 5 lags behind where a unit ends on a chapter's first packet.
            chapter: chapterOf(playing, this.#titlePacket(playing)),
            mark: playing.mark,
            position: this.#titlePacket(playing) * 192,
          }),
      angle: psr[PSR.angle],
      page: psr[PSR.page],
      button: psr[PSR.selectedButton],
      planeRgbaCrc32: Object.fromEntries(shown.map(([name, plane]) => [name, plane?.crc32])),
      box: Object.fromEntries(shown.map(([name, plane]) => [name, plane?.box])),
      psr,
      gpr,
    }
  }

  counted(): { readonly units: number; readonly crc32: string } {
    return { units: this.units, crc32: hex32(this.#crc) }
  }

  close(): Promise<void> {
    return this.#reader.close()
  }

  #planeOfMenu() {
    if (this.#menu === null) return null
    return this.#sums.of(renderMenu(this.#menu.menu.graphics, this.#menu.state))
  }

  #tell(name: string, param: number): void {
    this.#events.push({ name, param })
  }

  /** The machine with what its registers say of the place and the menu. */
  #placed(): HdmvState {
    const { bluray } = this.#options
    const playing = this.#playing
    const time45k = this.machine.psr[PSR.time] ?? 0
    const placed = playing?.item == null ? this.machine : withPosition(bluray, this.machine, { playItemId: playing.item, time45k })
    const psr = placed.psr.with(PSR.angle, this.machine.psr[PSR.angle] ?? 1)
    return { ...placed, psr: playing === null || psr[PSR.chapter] === NO_CHAPTER ? psr : psr.with(PSR.chapter, playing.chapter) }
  }

  /** PSR 8, which libbluray brings up to date with keys. */
  #placeClock(): void {
    const playing = this.#playing
    const clip = playing === null || playing.item === null ? undefined : playing.clips[playing.item]
    const item = playing?.title.playList.playItems[playing.item ?? 0]
    if (clip === undefined || item === undefined) return
    const time = Math.max(timeOfPacket(clip, this.#reader.packet) ?? 0, item.inTime45k)
    if (time <= item.outTime45k) this.set(PSR.time, time)
  }

  async #run(action: HdmvAction): Promise<void> {
    this.#pending = null
    const { bluray, warnings } = this.#options
    const result = runHdmvMachine(bluray, this.#environment, this.#placed(), action)
    const before = this.machine
    this.machine = result.state
    // A jump to another play item leaves the angle as it is.
    if (!result.events.some(({ type }) => type === "streams")) this.set(PSR.angle, before.psr[PSR.angle] ?? 1)
    for (const event of result.events) {
      if (event.type === "warning") warnings.add(event.code, event.message)
      else await this.#obey(event, before)
    }
    // A jump within the playlist takes the menu along.
    const keepsMenu = result.outcome !== "jumped" || result.events.some(({ type }) => type === "seek")
    if (action.do === "button" && keepsMenu) this.#act({ type: "program-ended" })
  }

  async #obey(event: Exclude<HdmvEvent, { type: "warning" }>, before: HdmvState): Promise<void> {
    switch (event.type) {
      case "title":
        this.#closePlaylist()
        // A viewer's own jump was told with the key.
        if (this.#entering !== event.title) this.#tell("TITLE", event.title)
        this.#entering = null
        return
      case "play-playlist":
        return this.#play(event)
      case "seek":
        if (this.#playing !== null) this.#seekPlace(this.#playing, event)
        return
      case "stop":
        return this.#closePlaylist()
      case "still":
        return this.#tell("STILL", event.on ? 1 : 0)
      case "set-button-page":
      case "enable-button":
      case "disable-button":
      case "popup-off":
        this.#act(event)
        return
      case "streams":
        return this.#streamsChanged(before)
      case "end":
    }
  }

  #streamsChanged(before: HdmvState): void {
    const [was, is] = [chosenStreams(before), chosenStreams(this.machine)]
    if (was.audio !== is.audio) this.#tell("AUDIO_STREAM", is.audio)
    if (was.pg === is.pg && was.pgShown === is.pgShown) return
    this.#tell("PG_TEXTST", is.pgShown ? 1 : 0)
    this.#tell("PG_TEXTST_STREAM", is.pg)
    this.#graphics?.chooseSubtitle(is.pg)
  }

  async #play(event: Extract<HdmvEvent, { type: "play-playlist" }>): Promise<void> {
    if (!(await this.#open(event.playlist))) return
    const playing = this.#playing
    if (playing === null) return
    const item = playing.title.playList.playItems[event.playItemId]
    const isElsewhere = event.playItemId > 0 || (item !== undefined && event.time45k !== item.inTime45k)
    if (isElsewhere || event.resumed || event.mark !== undefined) this.#seekPlace(playing, event)
    await this.#openMenu(playing)
  }

  async #open(playlist: number): Promise<boolean> {
    this.#closePlaylist()
    const { bluray } = this.#options
    const title = bluray.title(playlist)
    if (title === null) return false
    // libbluray opens every playlist with its first angle.
    const angle = 1
    this.set(PSR.angle, angle)
    const clips = await scriptClips(bluray, title, angle)
    const marks = title.playList.marks.map((mark) => {
      const clip = clips[mark.playItemId]
      const packet = clip === undefined ? 0 : packetOf(clip, mark.time45k)
      return { packet: (clip?.titlePacket ?? 0) + packet - (clip?.startPacket ?? 0), isChapter: mark.markType === ENTRY_MARK }
    })
    const playing: Playing = { title, clips, marks, angle, item: 0, nextMark: -1, mark: null, chapter: 0, lag: 0 }
    this.#playing = playing
    this.#tell("PLAYLIST", playlist)
    this.#tell("ANGLE", angle)
    this.#startItem(playing, 0, true)
    this.#followMarks(playing)
    const { audio, pg, pgShown } = chosenStreams(this.#placed())
    this.#tell("AUDIO_STREAM", audio)
    this.#tell("PG_TEXTST", pgShown ? 1 : 0)
    this.#tell("PG_TEXTST_STREAM", pg)
    return true
  }

  #closePlaylist(): void {
    const playing = this.#playing
    if (playing === null) return
    if (this.#menu !== null) this.#items.push(...clearedMenu(ticks(this.units * TICKS_PER_UNIT)))
    this.#menu = null
    this.#graphics = null
    this.#menus.reset()
    this.#tellMenu()
    this.#playing = null
  }

  #startItem(playing: Playing, item: number, isJump: boolean): void {
    playing.item = item
    const clip = playing.clips[item]
    if (clip !== undefined) this.#reader.start(clip, clip.startPacket, isJump)
    this.#tell("PLAYITEM", item)
    this.set(PSR.time, playing.title.playList.playItems[item]?.inTime45k ?? 0)
    // Streams that it does not have are replaced each time, also where the same item begins anew.
    this.set(PSR.playItem, NO_PLAY_ITEM)
    this.machine = this.#placed()
    this.#startGraphics(playing)
  }

  /** Decoders begin anew; a menu that is shown stays. */
  #startGraphics({ title, item }: Playing): void {
    const state = this.#placed()
    const playItem = title.playList.playItems[item ?? 0]
    if (playItem === undefined) return
    const options = {
      item: playItem,
      menu: chosenMenu(state),
      isSubtitleShown: () => chosenStreams(this.machine).pgShown,
      menus: this.#menus,
      path: title.fileName,
      warnings: this.#options.warnings,
    }
    this.#graphics = new ScriptGraphics(options, chosenStreams(state).pg)
  }

  async #openMenu({ title, item }: Playing): Promise<void> {
    const { bluray, warnings, signal } = this.#options
    const graphics = await readPreloadedMenu(bluray, title.playList, item ?? 0, chosenMenu(this.machine), warnings, signal)
    if (graphics !== null) this.#showMenu(graphics)
  }

  #showMenu(graphics: InteractiveGraphics): void {
    const isShown = this.#menu?.state.popupShown === true
    const menu: Menu = { graphics, rules: "libbluray" }
    this.#takeMenu(menu, openMenu(menu, this.units * TICKS_PER_UNIT, { selectedButtonId: selectedButton(this.machine) }))
    // In libbluray a repeated display set begins anew, but a pop-up menu stays on.
    if (isShown) this.#act({ type: "popup", shown: true })
  }

  #act(action: MenuAction): boolean {
    // libbluray stops its menu while a display set of it is read.
    if (this.#menu === null || this.#menus.isReading) return false
    const { menu, state } = this.#menu
    const result = runMenu(menu, state, this.units * TICKS_PER_UNIT, action)
    this.#takeMenu(menu, result)
    return result.outcome === "done"
  }

  #takeMenu(menu: Menu, { state, events, changed }: MenuResult): void {
    const at = ticks(this.units * TICKS_PER_UNIT)
    if (changed) this.#items.push(menuOverlay(menu, state, at), menuHighlight(menu, state, at))
    this.#menu = { menu, state }
    this.machine = withMenuSelection(this.machine, state.pageId, state.selectedButtonId)
    this.#tellMenu()
    for (const event of events) {
      if (event.type === "run") this.#pending = { do: "button", commands: event.commands }
      else this.#tell("SOUND_EFFECT", event.soundIdRef)
    }
  }

  #tellMenu(): void {
    const isPopup = this.#menu?.menu.graphics.composition.userInterfaceModel === "pop-up"
    const now = { MENU: this.#menu?.state.open ? 1 : 0, POPUP: isPopup ? 1 : 0 }
    for (const name of ["MENU", "POPUP"] as const) if (now[name] !== this.#menuStatus[name]) this.#tell(name, now[name])
    this.#menuStatus = now
  }

  #titlePacket({ item, clips, lag }: Playing): number {
    const clip = clips[item ?? clips.length - 1]
    if (clip === undefined) return 0
    return clip.titlePacket + (item === null ? clip.endPacket : this.#reader.packet) - clip.startPacket - lag
  }

  #seekPlace(playing: Playing, { playItemId, time45k, mark }: Place): boolean {
    const clip = playing.clips[playItemId]
    if (clip === undefined) return false
    // A jump to a play item goes to where it is read from, one to a mark to its entry point.
    const isAtStart = mark === undefined && time45k === playing.title.playList.playItems[playItemId]?.inTime45k
    return this.#seekPacket(playing, playItemId, isAtStart ? clip.startPacket : Math.max(packetOf(clip, time45k), clip.startPacket))
  }

  #seekPacket(playing: Playing, item: number, packet: number): boolean {
    const clip = playing.clips[item]
    if (clip === undefined) return false
    if (playing.item !== item) this.#startItem(playing, item, true)
    this.#reader.start(clip, packet, true)
    playing.lag = 0
    this.#placeClock()
    this.#startGraphics(playing)
    this.#tell("SEEK", 0)
    this.#followMarks(playing)
    return true
  }

  async #readUnit(playing: Playing): Promise<boolean> {
    if (playing.item === null) return this.#endPlaylist()
    const unit = await this.#reader.read((block) => {
      for (const graphics of this.#graphics?.push(block) ?? []) this.#showMenu(graphics)
    })
    if (unit.length === 0) {
      const still = playing.title.playList.playItems[playing.item]?.still ?? { mode: "none" }
      if (still.mode === "none") return this.#nextItem(playing, playing.item) ? this.#readUnit(playing) : this.#endPlaylist()
      this.#tell("STILL_TIME", still.mode === "finite" ? still.seconds : 0)
      return false
    }
    this.units++
    this.#crc = crc32(unit, this.#crc)
    this.#reachMarks(playing)
    return true
  }

  #nextItem(playing: Playing, item: number): boolean {
    if (item + 1 < playing.clips.length) {
      this.#startItem(playing, item + 1, false)
      return true
    }
    playing.item = null
    return false
  }

  #endPlaylist(): false {
    this.#tell("END_OF_TITLE", 0)
    this.#pending = { do: "playlist-ended" }
    return false
  }

  /** The next mark, and the chapter, from where reading is now. */
  #followMarks(playing: Playing): void {
    const packet = this.#titlePacket(playing)
    playing.nextMark = playing.marks.findIndex((mark) => mark.packet > packet)
    this.#chapterAt(playing, packet)
  }

  #reachMarks(playing: Playing): void {
    const packet = this.#titlePacket(playing)
    const next = playing.marks[playing.nextMark]
    if (next === undefined || packet <= next.packet) return
    for (; (playing.marks[playing.nextMark]?.packet ?? packet) < packet; playing.nextMark++) {
      playing.mark = playing.nextMark
      this.#tell("PLAYMARK", playing.nextMark)
    }
    this.#chapterAt(playing, packet)
  }

  #chapterAt(playing: Playing, packet: number): void {
    const chapter = chapterOf(playing, packet)
    if (chapter !== playing.chapter) this.#tell("CHAPTER", chapter)
    playing.chapter = chapter
  }
}

/** The chapter of a packet of the playlist, from 1. */
function chapterOf({ marks }: Playing, packet: number): number {
  const chapters = marks.filter(({ isChapter }) => isChapter)
  return (
    Math.max(
      0,
      chapters.findLastIndex((mark) => mark.packet <= packet),
    ) + 1
  )
}
