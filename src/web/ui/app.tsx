import { useEffect, useRef, useState } from "preact/hooks"
import type { TitleInfo } from "../../disc/disc-info.ts"
import type { DiscListing } from "../../hosts/browser/protocol.ts"
import { ApiError, listDiscs, openDisc } from "../api.ts"
import { bookmarkAddress, bookmarkedDisc, bookmarkOf } from "../bookmark.ts"
import { closeLocal, type LocalDisc, openLocal } from "../local-files.ts"
import { languages, placeOf, rememberPlace, rememberTheme, theme as savedTheme } from "../memory.ts"
import type { Player, PlayerState, Problem } from "../player/player.ts"
import { explain } from "../problems.ts"
import { length } from "../time.ts"
import { Chapters } from "./chapters.tsx"
import { useDroppedDisc } from "./drop.ts"
import { Help } from "./help.tsx"
import { Icon } from "./icons.tsx"
import { OpenDisc } from "./open-disc.tsx"
import { Sheet } from "./sheet.tsx"
import { aspectOf, Stage } from "./stage.tsx"
import { TitleList, TitleListSkeleton } from "./title-list.tsx"

/** The place is remembered and put into the address this often, in seconds of film. */
const REMEMBER_EVERY = 2

type Wanted = { readonly title: number | null; readonly time: number | null }
const FROM_THE_START: Wanted = { title: null, time: null }

export function App() {
  const disc = useDisc()
  const [sheet, setSheet] = useState<"open" | "help" | null>(null)
  const [state, setState] = useState<PlayerState | null>(null)
  const { listing, number } = disc
  const [hasPlayed, setPlayed] = useState(false)
  const isSettled = state !== null && (state.status === "failed" || state.blocked || (state.position !== null && !state.waiting))
  useEffect(() => {
    if (isSettled) setPlayed(true)
  }, [isSettled])
  useRemembered(listing, number, state)
  const isDragging = useDroppedDisc(disc.open, disc.openLocal)
  const title = listing?.info.titles.find((candidate) => candidate.number === number) ?? null
  const opener = <OpenDisc busy={disc.busy} onOpen={disc.open} onLocal={disc.openLocal} />
  useEffect(() => setSheet(null), [listing])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === "?" && setSheet("help")
    document.addEventListener("keydown", onKey)
    return () => document.removeEventListener("keydown", onKey)
  }, [])

  return (
    <>
      <Header listing={listing} onOpen={() => setSheet("open")} onHelp={() => setSheet("help")} />
      {disc.problem !== null && sheet !== "open" && <Banner problem={disc.problem} />}
      {state?.notice != null && <Notice key={state.notice.message} problem={state.notice} />}
      <main style={{ "--aspect": aspectOf(state, title) }} data-empty={listing === null && !disc.busy}>
        <section class="theatre" aria-label="Film">
          <Stage title={title} onReady={disc.ready} onState={setState} onRetry={() => disc.retry(state?.position?.time ?? null)} />
          {title !== null && <NowPlaying title={title} state={state} onChapter={disc.chapter} />}
        </section>
        {listing === null && !disc.busy && opener}
        {listing === null && disc.busy && <TitleListSkeleton />}
        {listing !== null && <TitleList listing={listing} playing={number} pictures={hasPlayed} onTitle={disc.play} />}
      </main>
      {sheet === "help" && (
        <Sheet label="Keys" onClose={() => setSheet(null)}>
          <Help />
        </Sheet>
      )}
      {sheet === "open" && (
        <Sheet label="Open a disc" onClose={() => setSheet(null)}>
          {opener}
          {disc.problem !== null && <Banner problem={disc.problem} />}
        </Sheet>
      )}
      {isDragging && <div class="drop-here">Drop it here to open it</div>}
    </>
  )
}

/** The disc that is shown, and the ways to another. */
function useDisc() {
  const [listing, setListing] = useState<DiscListing | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(true)
  const [number, setNumber] = useState<number | null>(null)
  const player = useRef<Player | null>(null)

  const start = (disc: DiscListing, title: number, time: number) => {
    setNumber(title)
    player.current?.open({ disc: disc.id, title, time, ...languages() })
  }
  const show = (disc: DiscListing, wanted: Wanted) => {
    setListing(disc)
    document.title = `${nameOf(disc)} · opentray`
    const title = wanted.title ?? disc.info.mainTitle ?? disc.info.titles[0]?.number ?? null
    if (title !== null) start(disc, title, wanted.time ?? placeOf(disc.info.fingerprint, title))
  }
  const load = async (get: () => Promise<DiscListing | null>, wanted: Wanted) => {
    setBusy(true)
    setProblem(null)
    try {
      const disc = await get()
      if (disc !== null) show(disc, wanted)
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : { code: "internal", message: String(error) })
    }
    setBusy(false)
  }
  const listed = async () => bookmarkedDisc(await listDiscs())
  return {
    listing,
    problem,
    busy,
    number,
    ready: (created: Player) => {
      player.current = created
      void load(listed, bookmarkOf())
    },
    open: (spec: string) =>
      void load(async () => {
        const disc = await openDisc(spec)
        closeLocal()
        return disc
      }, FROM_THE_START),
    openLocal: (disc: LocalDisc) => void load(() => openLocal(disc), FROM_THE_START),
    play: (title: number) => listing !== null && start(listing, title, placeOf(listing.info.fingerprint, title)),
    /** The server may have been started anew, with other names for its discs. */
    retry: (time: number | null) => void load(listed, { title: number, time }),
    chapter: (chapter: number) => player.current?.chapter(chapter),
  }
}

function Header({ listing, onOpen, onHelp }: { listing: DiscListing | null; onOpen: () => void; onHelp: () => void }) {
  const [theme, setTheme] = useState(savedTheme)
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme
  }, [theme])
  const other = theme === "dark" ? "light" : "dark"
  return (
    <header>
      <span class="mark" aria-hidden="true" />
      <h1 title={listing === null ? undefined : nameOf(listing)}>{listing === null ? "opentray" : nameOf(listing)}</h1>
      {listing !== null && <span class="kind">{KINDS[listing.info.kind] ?? listing.info.kind}</span>}
      <span class="spacer" />
      <button type="button" class="quiet" aria-label="Open another disc" onClick={onOpen}>
        <Icon name="disc" size={18} /> <span>Open another disc</span>
      </button>
      <button type="button" class="quiet" title="Keys (?)" aria-label="Keys" onClick={onHelp}>
        <Icon name="keys" size={20} />
      </button>
      <button
        type="button"
        class="quiet"
        title={`${other === "light" ? "Light" : "Dark"} theme`}
        aria-label={`${other === "light" ? "Light" : "Dark"} theme`}
        onClick={() => {
          rememberTheme(other)
          setTheme(other)
        }}
      >
        <Icon name={theme === "dark" ? "sun" : "moon"} size={18} />
      </button>
    </header>
  )
}

type NowPlayingProps = { readonly title: TitleInfo; readonly state: PlayerState | null; readonly onChapter: (chapter: number) => void }

/** Under the picture: which title it is, and its chapters. */
function NowPlaying({ title, state, onChapter }: NowPlayingProps) {
  return (
    <div class="now">
      <h2>
        Title {title.number} <small class="now-length">{length(title.duration)}</small>
      </h2>
      {title.chapters.length > 1 && <Chapters chapters={title.chapters} current={state?.position?.chapter ?? null} onChapter={onChapter} />}
    </div>
  )
}

function Banner({ problem }: { problem: Problem }) {
  const { title, advice } = explain(problem.code)
  return (
    <div class="banner" role="alert" data-code={problem.code}>
      <strong>{title}</strong> {advice}
      {problem.message !== "" && <code>{problem.message}</code>}
    </div>
  )
}

const KINDS: Readonly<Record<string, string>> = {
  "dvd-video": "DVD",
  "blu-ray": "Blu-ray",
  "uhd-blu-ray": "Ultra HD Blu-ray",
  "blu-ray-3d": "Blu-ray 3D",
  avchd: "AVCHD",
}

function nameOf({ info, name }: DiscListing): string {
  const language = navigator.language.slice(0, 2)
  const named = Object.entries(info.names).find(([code]) => code.startsWith(language)) ?? Object.entries(info.names)[0]
  return named?.[1] ?? (info.label.replaceAll("_", " ").trim() || name)
}

/** Keeps the address a bookmark of what is shown, and the place for the next visit. */
function useRemembered(listing: DiscListing | null, number: number | null, state: PlayerState | null) {
  const position = state?.position ?? null
  const step = position === null ? null : Math.floor(position.time / REMEMBER_EVERY)
  useEffect(() => {
    if (listing === null || number === null || position === null) return
    rememberPlace(listing.info.fingerprint, number, position.time, position.duration)
    history.replaceState(null, "", bookmarkAddress(listing, number, position.time))
  }, [listing, number, step])
}

function Notice({ problem }: { problem: Problem }) {
  const [gone, setGone] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setGone(true), 5000)
    return () => clearTimeout(timer)
  }, [])
  if (gone) return null
  return (
    <div class="toast" role="status" data-code={problem.code}>
      {problem.message}
    </div>
  )
}
