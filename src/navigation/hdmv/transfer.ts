import { DiscError } from "../../base/index.ts"
import type { IndexObject, MovieObject, PlayList } from "../../disc/bluray/index.ts"
import type { HdmvCommand } from "./command.ts"
import { decodeCommands } from "./decode-command.ts"
import { type HdmvDisc, indexObject, itemPosition, markPosition, type PlayPosition, writePosition } from "./position.ts"
import { backUp, dropBackup, PSR, restore, TITLE_FIRST_PLAYBACK, TITLE_TOP_MENU } from "./registers.ts"
import type { Run } from "./run.ts"

/** Movie objects are decoded once: they live as long as the disc. */
const DECODED = new WeakMap<MovieObject, readonly HdmvCommand[]>()

function commandsOf(object: MovieObject): readonly HdmvCommand[] {
  const known = DECODED.get(object)
  if (known !== undefined) return known
  const commands = decodeCommands(object.commands)
  DECODED.set(object, commands)
  return commands
}

/** Begins a movie object; what plays is over. False: there is no such object. */
export function jumpObject(run: Run, movieObjectId: number): boolean {
  const object = run.disc.movieObjects?.objects[movieObjectId]
  if (object === undefined) return missing(run, `wants to run movie object ${movieObjectId}, which is not there`)
  stopPlaying(run)
  run.program = { movieObjectId, commands: commandsOf(object) }
  run.line = 0
  return true
}

/** The same, but what runs or plays can be resumed. */
export function callObject(run: Run, movieObjectId: number): boolean {
  if (run.disc.movieObjects?.objects[movieObjectId] === undefined) return jumpObject(run, movieObjectId)
  suspend(run)
  return jumpObject(run, movieObjectId)
}

/**
 * Enters a title; what was suspended is forgotten. False: there is no such title, or nothing in it.
 * @throws DiscError `unsupported` when the title is a BD-J application
 */
export function jumpTitle(run: Run, title: number): boolean {
  const movieObjectId = titleObject(run.disc, title)
  if (movieObjectId === null) return missing(run, `wants to enter ${titleName(title)}, which is not there`)
  run.suspended = null
  dropBackup(run.psr)
  return enterTitle(run, title, movieObjectId)
}

/** Enters a title as libbluray's `bd_play_title` does: what was suspended before stays so. False: there is no such title, or nothing in it. */
export function searchTitle(run: Run, title: number): boolean {
  const movieObjectId = titleObject(run.disc, title)
  return movieObjectId !== null && enterTitle(run, title, movieObjectId)
}

/** The same, but what runs or plays can be resumed. */
export function callTitle(run: Run, title: number): boolean {
  const movieObjectId = titleObject(run.disc, title)
  if (movieObjectId === null) return missing(run, `wants to call ${titleName(title)}, which is not there`)
  suspend(run)
  return enterTitle(run, title, movieObjectId)
}

/** A menu key: the title's playlist can be resumed if its movie object intends that; else it is left. */
export function callMenu(run: Run): boolean {
  const movieObjectId = titleObject(run.disc, TITLE_TOP_MENU)
  if (movieObjectId === null) return false
  if (run.playing !== null && run.disc.movieObjects?.objects[run.playing.movieObjectId]?.resumeIntentionFlag) {
    backUp(run.psr)
    run.suspended = { ...run.playing, at: "playlist" }
  }
  return enterTitle(run, TITLE_TOP_MENU, movieObjectId)
}

function enterTitle(run: Run, title: number, movieObjectId: number): boolean {
  run.timer = null
  run.psr[PSR.navigationTimer] = 0
  run.psr[PSR.title] = title
  stopPlaying(run)
  run.tell({ type: "title", title })
  return jumpObject(run, movieObjectId)
}

/** The movie object of a title; null: no such title, or nothing in it. @throws DiscError `unsupported` for BD-J */
export function titleObject(disc: HdmvDisc, title: number): number | null {
  const object: IndexObject | null = indexObject(disc, title)
  if (object === null || object.objectType === "none") return null
  if (object.objectType === "bd-j") {
    throw new DiscError(
      "unsupported",
      `${titleName(title)} is a Java program (BD-J, ${object.bdjoFileName}.bdjo), and to run it a Java machine and the BD-J class library are needed; play one of the disc's titles without the menu instead`,
      { path: `${disc.layout.root}/index.bdmv` },
    )
  }
  const id = object.movieObjectId
  return id === null || disc.movieObjects?.objects[id] === undefined ? null : id
}

export function titleName(title: number): string {
  if (title === TITLE_FIRST_PLAYBACK) return "first playback"
  return title === TITLE_TOP_MENU ? "the top menu" : `title ${title}`
}

function suspend(run: Run): void {
  backUp(run.psr)
  const id = run.program?.movieObjectId ?? null
  if (id !== null) run.suspended = { movieObjectId: id, line: run.line - 1, at: "command" }
  else if (run.playing !== null) run.suspended = { ...run.playing, at: "playlist" }
}

/**
 * Goes on with what a call or a menu call left. False: nothing was. The line behind a call is the next one; libbluray 1.3.4 leaves one out
 * there, because its RESUME counts the line twice, as its TERMINATE_PL once did (its commit 6f16e18b).
 */
export function resume(run: Run): boolean {
  const { suspended } = run
  if (suspended === null) return missing(run, "wants to resume, but nothing was suspended")
  const object = run.disc.movieObjects?.objects[suspended.movieObjectId]
  if (object === undefined) return missing(run, `wants to resume movie object ${suspended.movieObjectId}, which is not there`)
  const title = run.psr[PSR.title]
  stopPlaying(run)
  restore(run.psr)
  run.suspended = null
  if (run.psr[PSR.title] !== title) run.tell({ type: "title", title: run.psr[PSR.title] ?? 0 })
  run.program = { movieObjectId: suspended.movieObjectId, commands: commandsOf(object) }
  run.line = suspended.line + 1
  if (suspended.at === "command") return true
  const position = { playItemId: run.psr[PSR.playItem] ?? 0, time45k: run.psr[PSR.time] ?? 0 }
  beginPlaylist(run, run.psr[PSR.playlist] ?? 0, () => position, true)
  return true
}

/** Plays a playlist from a place in it, by default from its beginning; one that is not there is left out. */
export function playPlaylist(run: Run, playlist: number, at: { readonly item: number } | { readonly mark: number } | null): void {
  if (run.isButton) return run.warn("hdmv-not-allowed", `wants to play playlist ${playlist} from a button, where that is not allowed`)
  beginPlaylist(run, playlist, (playList) => (at === null ? null : place(playList, at)), false)
}

const place = (playList: PlayList, at: { readonly item: number } | { readonly mark: number }): PlayPosition | null =>
  "item" in at ? itemPosition(playList, at.item) : markPosition(playList, at.mark)

function beginPlaylist(run: Run, playlist: number, where: (playList: PlayList) => PlayPosition | null, resumed: boolean): void {
  const playList = run.disc.title(playlist)?.playList
  const start = playList === undefined ? null : itemPosition(playList, 0)
  const id = run.program?.movieObjectId ?? null
  // Some discs try a playlist that is there only on players of another kind, and go on when it is not.
  if (playList === undefined || start === null || id === null) {
    return run.warn("hdmv-jump-missing", `wants to play playlist ${playlist}, which is not there`)
  }
  const position = where(playList) ?? start
  run.playing = { movieObjectId: id, line: run.line - 1 }
  run.program = null
  run.still = false
  run.psr[PSR.playlist] = playlist
  writePosition(run.disc, run.psr, playList, position, true)
  run.tell({ type: "play-playlist", playlist, ...position, resumed })
}

/** A button's jump in the playing playlist. */
export function link(run: Run, at: { readonly item: number } | { readonly mark: number }): void {
  if (!run.isButton || run.playing === null) return run.warn("hdmv-not-allowed", "wants to jump in a playlist where none plays")
  const playList = run.disc.title(run.psr[PSR.playlist] ?? 0)?.playList
  const position = playList === undefined ? null : place(playList, at)
  if (playList === undefined || position === null) {
    return run.warn("hdmv-jump-missing", `wants to go to ${"item" in at ? `play item ${at.item}` : `mark ${at.mark}`}, which is not there`)
  }
  writePosition(run.disc, run.psr, playList, position, position.playItemId !== run.psr[PSR.playItem])
  run.tell({ type: "seek", ...position })
}

/** Ends the playing playlist from a button; its movie object goes on. */
export function terminatePlaylist(run: Run): void {
  if (!run.isButton || run.playing === null) return run.warn("hdmv-not-allowed", "wants to end a playlist where none plays")
  run.tell({ type: "stop" })
  continueObject(run)
}

/** The movie object goes on behind the command that played its playlist. False: none waits for one. */
export function continueObject(run: Run): boolean {
  const { playing } = run
  const object = playing === null ? undefined : run.disc.movieObjects?.objects[playing.movieObjectId]
  if (playing === null || object === undefined) return false
  run.playing = null
  run.still = false
  run.program = { movieObjectId: playing.movieObjectId, commands: commandsOf(object) }
  run.line = playing.line + 1
  return true
}

function stopPlaying(run: Run): void {
  if (run.playing !== null) run.tell({ type: "stop" })
  run.playing = null
  run.still = false
}

function missing(run: Run, what: string): false {
  run.warn("hdmv-jump-missing", what)
  return false
}
