import { useRef, useState } from "preact/hooks"
import type { DiscListing, PlayStart } from "../../hosts/browser/protocol.ts"
import type { MenuName } from "../../plugin/session.ts"
import { ApiError, listDiscs, openDisc } from "../api.ts"
import { bookmarkedDisc, bookmarkOf, type Wanted } from "../bookmark.ts"
import { closeLocal, type LocalDisc, openLocal } from "../local-files.ts"
import { type Beginning, beginning, languages, placeOf, rememberBeginning } from "../memory.ts"
import type { Player, Problem } from "../player/player.ts"
import { nameOf } from "./names.ts"

const FROM_THE_START: Wanted = { title: null, time: null, beginning: null }

/** Whether the disc has menus that can be shown. */
export const hasMenus = ({ info }: DiscListing): boolean => info.menus.some(({ needsJava }) => needsJava !== true)

/** The program of the disc runs, and with it its menus. */
const isProgram = (start: PlayStart | null): boolean => start !== null && (!("title" in start) || start.program === true)

/** The disc that is shown, what of it was begun last, and the ways to another. */
export function useDisc() {
  const [listing, setListing] = useState<DiscListing | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(true)
  const [begun, setBegun] = useState<PlayStart | null>(null)
  const [prefers, setPrefers] = useState<Beginning>(beginning)
  const player = useRef<Player | null>(null)

  const start = (disc: DiscListing, from: PlayStart) => {
    setBegun(from)
    player.current?.open({ disc: disc.id, start: from, menuLanguage: navigator.language, ...languages() })
  }
  const startTitle = (disc: DiscListing, title: number, time: number | null, program: boolean) =>
    start(disc, { title, time: time ?? placeOf(disc.info.fingerprint, title), ...(program ? { program } : {}) })
  const begin = (disc: DiscListing, how: Beginning, time: number | null) => {
    if (how === "menu" && hasMenus(disc)) return start(disc, { from: "first-play" })
    const title = disc.info.mainTitle ?? disc.info.titles[0]?.number ?? null
    if (title !== null) startTitle(disc, title, time, false)
  }
  const show = (disc: DiscListing, wanted: Wanted) => {
    setListing(disc)
    document.title = `${nameOf(disc)} · opentray`
    if (wanted.title !== null) startTitle(disc, wanted.title, wanted.time, false)
    else begin(disc, wanted.beginning ?? prefers, wanted.time)
  }
  const load = async (get: () => Promise<DiscListing | null>, shown: (disc: DiscListing) => void) => {
    setBusy(true)
    setProblem(null)
    try {
      const disc = await get()
      if (disc !== null) shown(disc)
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : { code: "internal", message: String(error) })
    }
    setBusy(false)
  }
  const listed = async () => bookmarkedDisc(await listDiscs())
  return {
    ...{ listing, problem, busy, begun, prefers },
    ready: (created: Player) => {
      player.current = created
      const wanted = bookmarkOf()
      void load(listed, (disc) => show(disc, wanted))
    },
    open: (spec: string) =>
      void load(
        async () => {
          const disc = await openDisc(spec)
          closeLocal()
          return disc
        },
        (disc) => show(disc, FROM_THE_START),
      ),
    openLocal: (disc: LocalDisc) =>
      void load(
        () => openLocal(disc),
        (opened) => show(opened, FROM_THE_START),
      ),
    play: (title: number) => listing !== null && startTitle(listing, title, null, isProgram(begun)),
    /** Begins this disc as the person likes discs to begin from now on. */
    prefer: (how: Beginning) => {
      rememberBeginning(how)
      setPrefers(how)
      if (listing !== null) begin(listing, how, null)
    },
    /** A menu of the disc, out of a title that plays without the disc's program too. */
    menu: (name: MenuName) => {
      if (listing === null || !hasMenus(listing)) player.current?.refuse("no-menu")
      else if (isProgram(begun)) player.current?.menu(name)
      else start(listing, { menu: name })
    },
    /** The server may have been started anew, with other names for its discs. */
    retry: (title: number | null, time: number | null) =>
      void load(listed, (disc) => {
        if (title !== null) startTitle(disc, title, time, isProgram(begun))
        else begin(disc, prefers, null)
      }),
    chapter: (chapter: number) => player.current?.chapter(chapter),
  }
}
