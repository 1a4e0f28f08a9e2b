import type { RefObject } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import type { DiscSummary, LibraryListing } from "../../hosts/browser/catalogue-message.ts"
import type { DiscListing, PlayStart } from "../../hosts/browser/protocol.ts"
import type { MenuName } from "../../plugin/session.ts"
import { ApiError, getDisc, getLibrary, openDisc } from "../api.ts"
import { bookmarkedDisc, bookmarkOf, discAddress, namesDisc } from "../bookmark.ts"
import { closeLocal, type LocalDisc, openLocal } from "../local-files.ts"
import { type Beginning, beginning, languages, placeOf, rememberBeginning } from "../memory.ts"
import type { Player, Problem } from "../player/player.ts"
import { nameInLibrary, nameOf } from "./names.ts"
import { useLibrary } from "./use-library.ts"

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

/** What a disc is called here: in a library as its file is, else as its label says. */
const nameAmong = (library: LibraryListing | null, disc: DiscListing): string => {
  const listed = library?.library === null ? undefined : library?.discs.find(({ id }) => id === disc.id)
  return listed === undefined ? nameOf(disc) : nameInLibrary(listed)
}

/** The disc that the address names; where there is no library, the one that the server was started with stands for all others. */
const wantedDisc = ({ discs, library }: LibraryListing): DiscSummary | null =>
  bookmarkedDisc(discs) ?? (library === null ? (discs[0] ?? null) : null)

/** The disc that is shown, or the library's shelf, and the ways to another. */
export function useDisc() {
  const [listing, setListing] = useState<DiscListing | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(true)
  const [isHome, setHome] = useState(false)
  const { library, problem: libraryProblem } = useLibrary(isHome)
  const player = useRef<Player | null>(null)
  /** What is to be begun as soon as there is a player. */
  const waiting = useRef<(() => void) | null>(null)
  const begin = useBeginnings(player)
  const { begun, prefers } = begin

  const load = async (get: () => Promise<DiscListing | null>, started: (disc: DiscListing) => void) => {
    setBusy(true)
    setProblem(null)
    try {
      const disc = await get()
      if (disc !== null) {
        setListing(disc)
        setHome(false)
        if (player.current === null) waiting.current = () => started(disc)
        else started(disc)
      }
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : { code: "internal", message: String(error) })
    }
    setBusy(false)
  }
  const fromTheStart = (disc: DiscListing) => begin.disc(disc, prefers, null)
  const opened = async (spec: string) => {
    const disc = await openDisc(spec)
    closeLocal()
    return disc
  }
  const goHome = () => {
    setHome(true)
    setBusy(false)
    setListing(null)
    setProblem(null)
  }
  /** What the address says: a place on a disc, a disc, or the shelf where there is one. */
  const follow = (listed: LibraryListing) => {
    if (listed.library !== null && !namesDisc()) return goHome()
    const disc = wantedDisc(listed)
    if (disc === null && listed.library !== null) return goHome()
    const { title, time, beginning: how } = bookmarkOf()
    void load(
      async () => (disc === null ? null : getDisc(disc.id)),
      (shown) => (title === null ? begin.disc(shown, how ?? prefers, time) : begin.title(shown, title, time, false)),
    )
  }
  const latest = useRef(follow)
  latest.current = follow
  const isKnown = library !== null
  useEffect(() => {
    if (library === null) return
    const onPop = () => latest.current(library)
    addEventListener("popstate", onPop)
    return () => removeEventListener("popstate", onPop)
  }, [library])
  useEffect(() => {
    if (library !== null) latest.current(library)
  }, [isKnown])
  useEffect(() => {
    document.title = listing === null ? "opentray" : `${nameAmong(library, listing)} · opentray`
  }, [listing, isKnown])

  return {
    ...{ listing, busy, begun, prefers, library, isHome },
    problem: problem ?? (library === null ? libraryProblem : null),
    isWaiting: busy && !(library === null && libraryProblem !== null),
    name: listing === null ? null : nameAmong(library, listing),
    ready: (created: Player) => {
      player.current = created
      waiting.current?.()
      waiting.current = null
    },
    gone: () => {
      player.current = null
    },
    home: () => {
      history.pushState(null, "", "./")
      goHome()
    },
    /** A disc of the shelf, or one of its titles. */
    show: (disc: DiscSummary, title: number | null) => {
      history.pushState(null, "", discAddress(disc.id))
      void load(
        () => getDisc(disc.id),
        (shown) => (title === null ? fromTheStart(shown) : begin.title(shown, title, null, false)),
      )
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
    /** The server may have been started anew. */
    retry: (title: number | null, time: number | null) =>
      void load(
        async () => {
          const now = await getLibrary()
          const disc = wantedDisc(now)
          if (disc === null && now.library !== null) goHome()
          return disc === null ? null : getDisc(disc.id)
        },
        (disc) => (title === null ? fromTheStart(disc) : begin.title(disc, title, time, isProgram(begun))),
      ),
    chapter: (chapter: number) => player.current?.chapter(chapter),
    pause: () => player.current?.state.paused === false && player.current.togglePlay(),
  }
}
