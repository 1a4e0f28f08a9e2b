import { useEffect, useRef, useState } from "preact/hooks"
import type { DiscListing } from "../../hosts/browser/protocol.ts"
import { ApiError, listDiscs, openDisc } from "../api.ts"
import { KEY_HELP } from "../keyboard.ts"
import { placeOf, rememberPlace, rememberTheme, theme as savedTheme } from "../memory.ts"
import type { Player, PlayerState, Problem } from "../player/player.ts"
import { explain } from "../problems.ts"
import { Icon } from "./icons.tsx"
import { OpenDisc } from "./open-disc.tsx"
import { Stage } from "./stage.tsx"
import { TitleList } from "./title-list.tsx"

/** The place is remembered and put into the address this often, in seconds of film. */
const REMEMBER_EVERY = 2

export function App() {
  const [listing, setListing] = useState<DiscListing | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const [opening, setOpening] = useState(false)
  const [help, setHelp] = useState(false)
  const [theme, setTheme] = useState(savedTheme)
  const [number, setNumber] = useState<number | null>(null)
  const [state, setState] = useState<PlayerState | null>(null)
  const player = useRef<Player | null>(null)

  useEffect(() => {
    document.documentElement.dataset["theme"] = theme
  }, [theme])

  const play = (disc: DiscListing, title: number, time: number) => {
    setNumber(title)
    player.current?.open({ disc: disc.id, title, time })
  }
  const show = (disc: DiscListing, wanted: { title: number | null; time: number | null }) => {
    setListing(disc)
    setProblem(null)
    setOpening(false)
    document.title = `${nameOf(disc)} · opentray`
    const title = wanted.title ?? disc.info.mainTitle ?? disc.info.titles[0]?.number ?? null
    if (title !== null) play(disc, title, wanted.time ?? placeOf(disc.info.fingerprint, title))
  }
  const load = async (get: () => Promise<DiscListing | undefined>, wanted: { title: number | null; time: number | null }) => {
    setBusy(true)
    try {
      const disc = await get()
      if (disc === undefined) setOpening(true)
      else show(disc, wanted)
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : { code: "internal", message: String(error) })
      setOpening(true)
    }
    setBusy(false)
  }
  const ready = (created: Player) => {
    player.current = created
    const query = new URLSearchParams(location.search)
    const numeric = (name: string) => (query.has(name) && Number.isFinite(Number(query.get(name))) ? Number(query.get(name)) : null)
    void load(async () => (await listDiscs()).at(-1), { title: numeric("title"), time: numeric("t") })
  }

  useRemembered(listing, number, state)
  useDroppedDisc((spec) => void load(() => openDisc(spec), { title: null, time: null }))

  const title = listing?.info.titles.find((candidate) => candidate.number === number) ?? null
  return (
    <>
      <header>
        <span class="mark" aria-hidden="true" />
        <h1>{listing === null ? "opentray" : nameOf(listing)}</h1>
        {listing !== null && <span class="kind">{KINDS[listing.info.kind] ?? listing.info.kind}</span>}
        <span class="spacer" />
        <button type="button" class="quiet" aria-expanded={opening} onClick={() => setOpening(!opening)}>
          <Icon name="disc" size={18} /> <span>Open another disc</span>
        </button>
        <button type="button" class="quiet" title="Keys (?)" aria-label="Keys" onClick={() => setHelp(!help)}>
          ?
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={theme === "dark" ? "Light theme" : "Dark theme"}
          onClick={() => {
            const next = theme === "dark" ? "light" : "dark"
            rememberTheme(next)
            setTheme(next)
          }}
        >
          <Icon name={theme === "dark" ? "sun" : "moon"} size={18} />
        </button>
      </header>
      {opening && <OpenDisc busy={busy} onOpen={(spec) => void load(() => openDisc(spec), { title: null, time: null })} />}
      {problem !== null && (
        <div class="banner" role="alert" data-code={problem.code}>
          <strong>{explain(problem.code).title}</strong> {explain(problem.code).advice}
          {problem.message !== "" && <code>{problem.message}</code>}
        </div>
      )}
      {state?.notice != null && <Notice key={state.notice.message} problem={state.notice} />}
      <main>
        <Stage title={title} onReady={ready} onState={setState} />
        {listing !== null && (
          <TitleList
            listing={listing}
            playing={number}
            chapter={state?.position?.chapter ?? null}
            onTitle={(chosen) => play(listing, chosen, placeOf(listing.info.fingerprint, chosen))}
            onChapter={(chapter) => player.current?.chapter(chapter)}
          />
        )}
      </main>
      {help && <Help onClose={() => setHelp(false)} />}
    </>
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
    history.replaceState(null, "", `?title=${number}&t=${Math.floor(position.time)}`)
  }, [listing, number, step])
}

/** A path or address dropped as text opens that disc. */
function useDroppedDisc(open: (spec: string) => void) {
  useEffect(() => {
    const over = (event: DragEvent) => event.preventDefault()
    const drop = (event: DragEvent) => {
      event.preventDefault()
      const text = event.dataTransfer?.getData("text/uri-list") || event.dataTransfer?.getData("text/plain") || ""
      const [spec] = text.split("\n")
      if (spec !== undefined && spec.trim() !== "") open(decodeURIComponent(spec.trim().replace(/^file:\/\//, "")))
    }
    document.addEventListener("dragover", over)
    document.addEventListener("drop", drop)
    return () => {
      document.removeEventListener("dragover", over)
      document.removeEventListener("drop", drop)
    }
  }, [])
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

function Help({ onClose }: { onClose: () => void }) {
  return (
    <div class="help" role="dialog" aria-label="Keys">
      <button type="button" class="quiet" aria-label="Close" onClick={onClose}>
        <Icon name="close" size={18} />
      </button>
      <h2>Keys</h2>
      <dl>
        {KEY_HELP.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
