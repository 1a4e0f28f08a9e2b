import type { RefObject } from "preact"
import { useRef, useState } from "preact/hooks"
import type { DiscListing, PlayStart } from "../../hosts/browser/protocol.ts"
import type { MenuName } from "../../plugin/session.ts"
import { ApiError, getDisc, getLibrary, openDisc } from "../api.ts"
import { bookmarkedDisc, bookmarkOf } from "../bookmark.ts"
import { closeLocal, type LocalDisc, openLocal } from "../local-files.ts"
import { type Beginning, beginning, languages, placeOf, rememberBeginning } from "../memory.ts"
import type { Player, Problem } from "../player/player.ts"
import { nameOf } from "./names.ts"

/** Whether the disc has menus that can be shown. */
export const hasMenus = ({ info }: DiscListing): boolean => info.menus.some(({ needsJava }) => needsJava !== true)

/** The program of the disc runs, and with it its menus. */
const isProgram = (start: PlayStart | null): boolean => start !== null && (!("title" in start) || start.program === true)

/** What of a disc was begun last, how discs begin, and the ways to begin. */
function useBeginnings(player: RefObject<Player | null>) {
  const [begun, setBegun] = useState<PlayStart | null>(null)
  const [prefers, setPrefers] = useState<Beginning>(beginning)
  const start = (disc: DiscListing, from: PlayStart) => {
    setBegun(from)
    player.current?.open({ disc: disc.id, start: from, menuLanguage: navigator.language, ...languages() })
  }
  const title = (disc: DiscListing, number: number, time: number | null, program: boolean) =>
    start(disc, { title: number, time: time ?? placeOf(disc.info.fingerprint, number), ...(program ? { program } : {}) })
  return {
    ...{ begun, prefers, start, title },
    disc: (disc: DiscListing, how: Beginning, time: number | null) => {
      if (how === "menu" && hasMenus(disc)) return start(disc, { from: "first-play" })
      const number = disc.info.mainTitle ?? disc.info.titles[0]?.number ?? null
      if (number !== null) title(disc, number, time, false)
    },
    prefer: (how: Beginning) => {
      rememberBeginning(how)
      setPrefers(how)
    },
  }
}

/** The disc that is shown, and the ways to another. */
export function useDisc() {
  const [listing, setListing] = useState<DiscListing | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(true)
  const player = useRef<Player | null>(null)
  const begin = useBeginnings(player)
  const { begun, prefers } = begin

  const load = async (get: () => Promise<DiscListing | null>, started: (disc: DiscListing) => void) => {
    setBusy(true)
    setProblem(null)
    try {
      const disc = await get()
      if (disc !== null) {
        setListing(disc)
        document.title = `${nameOf(disc)} · opentray`
        started(disc)
      }
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : { code: "internal", message: String(error) })
    }
    setBusy(false)
  }
  const listed = async () => {
    const { discs } = await getLibrary()
    const disc = bookmarkedDisc(discs) ?? discs[0]
    return disc === undefined ? null : getDisc(disc.id)
  }
  const fromTheStart = (disc: DiscListing) => begin.disc(disc, prefers, null)
  const opened = async (spec: string) => {
    const disc = await openDisc(spec)
    closeLocal()
    return disc
  }
  return {
    ...{ listing, problem, busy, begun, prefers },
    ready: (created: Player) => {
      player.current = created
      const { title, time, beginning: how } = bookmarkOf()
      void load(listed, (disc) => (title === null ? begin.disc(disc, how ?? prefers, time) : begin.title(disc, title, time, false)))
    },
    open: (spec: string) => void load(() => opened(spec), fromTheStart),
    openLocal: (disc: LocalDisc) => void load(() => openLocal(disc), fromTheStart),
    play: (title: number) => listing !== null && begin.title(listing, title, null, isProgram(begun)),
    /** Begins this disc as the person likes discs to begin from now on. */
    prefer: (how: Beginning) => {
      begin.prefer(how)
      if (listing !== null) begin.disc(listing, how, null)
    },
    /** A menu of the disc, out of a title that plays without the disc's program too. */
    menu: (name: MenuName) => {
      if (listing === null || !hasMenus(listing)) player.current?.refuse("no-menu")
      else if (isProgram(begun)) player.current?.menu(name)
      else begin.start(listing, { menu: name })
    },
    /** The server may have been started anew, with other names for its discs. */
    retry: (title: number | null, time: number | null) =>
      void load(listed, (disc) => (title === null ? fromTheStart(disc) : begin.title(disc, title, time, isProgram(begun)))),
    chapter: (chapter: number) => player.current?.chapter(chapter),
  }
}
