import { useEffect, useRef, useState } from "preact/hooks"
import type { RemoteMessage, RemoteState } from "../../hosts/tv/protocol.ts"
import type { Key } from "../../plugin/session.ts"
import { theme } from "../memory.ts"
import { clock } from "../time.ts"
import { Icon, type IconName } from "../ui/icons.tsx"
import { RefusedSign } from "../ui/refused-sign.tsx"
import { RemoteConnection, type RemoteView } from "./connection.ts"

const ARROWS = ["up", "left", "right", "down"] as const
const LABELS = { up: "Up", left: "Left", right: "Right", down: "Down" }
/** What a keyboard presses. */
const KEYS: Readonly<Record<string, Key>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  Enter: "enter",
  Backspace: "return",
  Escape: "return",
}

/** The remote control of a disc that plays on a television. */
export function RemotePage({ session }: { readonly session: string }) {
  const [view, setView] = useState<RemoteView | null>(null)
  const connection = useRef<RemoteConnection | null>(null)
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme()
    const opened = new RemoteConnection(session, setView)
    connection.current = opened
    return () => opened.close()
  }, [session])
  const say = (message: RemoteMessage) => connection.current?.say(message)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = KEYS[event.key]
      if (key === undefined || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      say({ press: key })
    }
    document.addEventListener("keydown", onKey)
    return () => document.removeEventListener("keydown", onKey)
  }, [])
  const state = view?.state ?? null
  if (view !== null && view.over !== null) return <Over reason={view.over} />
  return (
    <main class="tv-remote" data-connected={view?.isConnected === true} data-domain={state?.domain ?? ""}>
      <Screen view={view} say={say} />
      <Keys say={say} />
      <Film state={state} say={say} />
    </main>
  )
}

type Say = { readonly say: (message: RemoteMessage) => void }

/** What the television shows; its buttons can be touched. */
function Screen({ view, say }: { readonly view: RemoteView | null } & Say) {
  const picture = view?.picture ?? null
  const onTouch = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    const part = (value: number, size: number) => Math.min(1, Math.max(0, value / size))
    say({ point: { x: part(event.clientX - box.left, box.width), y: part(event.clientY - box.top, box.height), activate: true } })
  }
  return (
    <div class="tv-screen">
      {picture === null ? (
        <p role="status">{waiting(view)}</p>
      ) : (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the arrows and OK do the same.
        <img src={picture} alt="What the television shows" draggable={false} onClick={onTouch} />
      )}
      <RefusedSign refused={view?.refused ?? null} />
    </div>
  )
}

function waiting(view: RemoteView | null): string {
  if (view === null || !view.isConnected) return "Connecting…"
  return view.state?.isWatched === true ? "The picture comes in a moment…" : "Waiting for the television…"
}

function Keys({ say }: Say) {
  return (
    <section class="tv-keys" aria-label="Keys" onMouseDown={(event) => event.preventDefault()}>
      <div class="remote-arrows">
        {ARROWS.map((key) => (
          <button type="button" key={key} data-key={key} aria-label={LABELS[key]} onClick={() => say({ press: key })}>
            <Icon name={key} size={34} />
          </button>
        ))}
        <button type="button" data-key="enter" aria-label="OK" onClick={() => say({ press: "enter" })}>
          OK
        </button>
      </div>
      <div class="tv-names">
        <Named icon="menu" name="Menu" onPress={() => say({ menu: "root" })} />
        <Named icon="disc" name="Titles" onPress={() => say({ menu: "title" })} />
        <Named icon="film" name="Pop-up" onPress={() => say({ press: "popup" })} />
        <Named icon="back" name="Back" onPress={() => say({ press: "return" })} />
      </div>
    </section>
  )
}

function Named({ icon, name, onPress }: { readonly icon: IconName; readonly name: string; readonly onPress: () => void }) {
  return (
    <button type="button" onClick={onPress}>
      <Icon name={icon} size={22} /> {name}
    </button>
  )
}

/** Where the film is, and what goes on with it. */
function Film({ state, say }: { readonly state: RemoteState | null } & Say) {
  const isInTitle = state?.domain === "title"
  return (
    <section class="tv-film" aria-label="Film">
      <p class="tv-place" role="status">
        {placeOf(state)}
      </p>
      <div class="tv-row">
        <button type="button" aria-label="Previous chapter" disabled={!isInTitle} onClick={() => say({ press: "previous" })}>
          <Icon name="previous" size={28} />
        </button>
        <button
          type="button"
          class="tv-play"
          aria-label={state?.isPaused === true ? "Play" : "Pause"}
          onClick={() => say({ pause: state?.isPaused !== true })}
        >
          <Icon name={state?.isPaused === true ? "play" : "pause"} size={32} />
        </button>
        <button type="button" aria-label="Next chapter" disabled={!isInTitle} onClick={() => say({ press: "next" })}>
          <Icon name="next" size={28} />
        </button>
      </div>
    </section>
  )
}

function placeOf(state: RemoteState | null): string {
  if (state === null) return ""
  if (state.hasEnded) return `${state.name}: over. Choose Menu to go on.`
  if (state.domain !== "title") return `${state.name}: ${state.domain === "menu" ? "menu" : "opening"}`
  const title = state.title === null ? state.name : `Title ${state.title}`
  const chapter = state.chapter === null ? "" : `, chapter ${state.chapter}`
  return `${title}${chapter} · ${clock(state.time)} of ${clock(state.duration)}`
}

function Over({ reason }: { readonly reason: string }) {
  return (
    <main class="tv-remote tv-over">
      <p role="status">{reason}</p>
      <a class="tv-home" href="./">
        To the library
      </a>
    </main>
  )
}
