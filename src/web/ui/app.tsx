import { useEffect, useState } from "preact/hooks"
import type { TitleInfo } from "../../disc/disc-info.ts"
import type { LibraryListing } from "../../hosts/browser/catalogue-message.ts"
import type { DiscListing } from "../../hosts/browser/protocol.ts"
import { bookmarkAddress } from "../bookmark.ts"
import { rememberPlace } from "../memory.ts"
import type { PlayerState, Problem } from "../player/player.ts"
import { explain } from "../problems.ts"
import { aspectOf, stageAspectOf } from "./aspect.ts"
import { CastBar } from "./cast-bar.tsx"
import { useDroppedDisc } from "./drop.ts"
import { Header } from "./header.tsx"
import { Help } from "./help.tsx"
import { Home } from "./home.tsx"
import { nameInLibrary, nameOf } from "./names.ts"
import { NowPlaying } from "./now-playing.tsx"
import { OpenDisc } from "./open-disc.tsx"
import { PlayOn } from "./play-on.tsx"
import { Sheet } from "./sheet.tsx"
import { Stage } from "./stage.tsx"
import { TitleList, TitleListSkeleton } from "./title-list.tsx"
import { useCast } from "./use-cast.ts"
import { hasMenus, useDisc } from "./use-disc.ts"

/** The place is remembered and put into the address this often, in seconds of film. */
const REMEMBER_EVERY = 2

export function App() {
  const disc = useDisc()
  const [sheet, setSheet] = useState<"open" | "help" | null>(null)
  const [state, setState] = useState<PlayerState | null>(null)
  const hasPlayed = useHasPlayed(state)
  const { listing, library } = disc
  const cast = useCast()
  const title = useCurrentTitle(listing, disc.begun, state)
  useRemembered(listing, state)
  const isDragging = useDroppedDisc(disc.open, disc.openLocal)
  useEffect(() => setSheet(null), [listing])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === "?" && setSheet("help")
    document.addEventListener("keydown", onKey)
    return () => document.removeEventListener("keydown", onKey)
  }, [])
  const opener = <OpenDisc busy={disc.busy} onOpen={disc.open} onLocal={disc.openLocal} />
  const menus = listing !== null && hasMenus(listing)
  const aspects = { "--aspect": aspectOf(state, title), "--stage": stageAspectOf(state, title, menus ? listing : null) }

  return (
    <>
      <Header
        listing={listing}
        name={disc.name}
        onHome={library?.library != null && !disc.isHome ? disc.home : null}
        onOpen={() => setSheet("open")}
        onHelp={() => setSheet("help")}
      />
      {disc.problem !== null && sheet !== "open" && <Banner problem={disc.problem} />}
      {state?.notice != null && <Notice key={state.notice.message} problem={state.notice} />}
      {disc.isHome && library !== null ? (
        <Home listing={library} onOpen={disc.show} />
      ) : (
        <main style={aspects} data-empty={listing === null && !disc.isWaiting}>
          <section class="theatre" aria-label="Film">
            <Stage
              title={title}
              hasMenus={menus}
              onMenu={disc.menu}
              onReady={disc.ready}
              onGone={() => {
                disc.gone()
                setState(null)
              }}
              onState={setState}
              onRetry={() => disc.retry(title?.number ?? null, state?.position?.time ?? null)}
            />
            {listing !== null && (
              <NowPlaying title={title} state={state} onChapter={disc.chapter}>
                <PlayOn
                  cast={cast}
                  onChoose={(renderer) => {
                    disc.pause()
                    cast.begin(renderer, whatIsShown(listing, title, state))
                  }}
                />
              </NowPlaying>
            )}
          </section>
          {listing === null && !disc.isWaiting && opener}
          {listing === null && disc.isWaiting && <TitleListSkeleton />}
          {listing !== null && (
            <TitleList
              listing={listing}
              playing={title?.number ?? null}
              pictures={hasPlayed}
              beginning={menus ? disc.prefers : null}
              onTitle={disc.play}
              onBeginning={disc.prefer}
            />
          )}
        </main>
      )}
      <CastBar cast={cast} nameOf={(id) => nameById(id, library, listing)} />
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

/** What the page shows now, for another device to go on with. */
function whatIsShown(listing: DiscListing, title: TitleInfo | null, state: PlayerState | null) {
  if (title === null) return { action: "menu", disc: listing.id } as const
  const chosen = (kind: string) => state?.streams.find((stream) => stream.kind === kind && stream.selected)?.number
  const [audio, subtitle] = [chosen("audio"), chosen("subtitle")]
  return {
    ...({ action: "play", disc: listing.id, title: title.number, time: state?.position?.time ?? 0 } as const),
    ...(audio === undefined ? {} : { audio }),
    ...(subtitle === undefined ? {} : { subtitle }),
  }
}

function nameById(id: string, library: LibraryListing | null, listing: DiscListing | null): string | null {
  const listed = library?.discs.find((disc) => disc.id === id)
  if (listed !== undefined) return nameInLibrary(listed)
  return listing?.id === id ? nameOf(listing) : null
}

/** Whether there has been something to see: what else is loaded then takes its turn. */
function useHasPlayed(state: PlayerState | null): boolean {
  const [hasPlayed, setPlayed] = useState(false)
  const isSettled = state !== null && (state.status === "failed" || state.blocked || (state.position !== null && !state.waiting))
  useEffect(() => {
    if (isSettled) setPlayed(true)
  }, [isSettled])
  return hasPlayed
}

/** The title on the screen; until something is, the one that was asked for. Null in a menu. */
function useCurrentTitle(
  listing: DiscListing | null,
  begun: ReturnType<typeof useDisc>["begun"],
  state: PlayerState | null,
): TitleInfo | null {
  const position = state?.position ?? null
  const asked = begun !== null && "title" in begun ? begun.title : null
  const number = position === null ? asked : position.domain === "title" ? position.title : null
  return listing?.info.titles.find((title) => title.number === number) ?? null
}

/** Keeps the address a bookmark of what is shown, and the place for the next visit. */
function useRemembered(listing: DiscListing | null, state: PlayerState | null) {
  const position = state?.position ?? null
  const title = position?.domain === "title" ? position.title : null
  const step = position === null ? null : Math.floor(position.time / REMEMBER_EVERY)
  useEffect(() => {
    if (listing === null || position === null) return
    if (title !== null) rememberPlace(listing.info.fingerprint, title, position.time, position.duration)
    history.replaceState(null, "", bookmarkAddress(listing, title === null ? null : { title, time: position.time }))
  }, [listing, title, step])
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
