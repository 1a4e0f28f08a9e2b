import { useEffect, useState } from "preact/hooks"
import { ApiError } from "../api.ts"
import type { Problem } from "../player/player.ts"
import { actOnRenderer, listRenderers, type Renderer, type RendererAct, type RendererStatus, rendererStatus } from "../renderers.ts"

/** A device is asked where it stands so often, in ms; between two answers the clock runs on by itself. */
const ASK_EVERY = 1_000
/** A television that does not answer once may be busy; after so many times it is told. */
const MAX_SILENT = 5

/** What plays on another device, and the ways to begin and to direct that. */
export type Cast = {
  /** Null: this server sends to no devices. */
  readonly renderers: readonly Renderer[] | null
  readonly isSearching: boolean
  readonly on: Renderer | null
  /** As the device said it last. */
  readonly status: RendererStatus | null
  /** The page that is the remote control of a menu. */
  readonly remote: string | null
  readonly problem: Problem | null
  search(): void
  begin(renderer: Renderer, act: Extract<RendererAct, { action: "play" | "menu" }>): void
  act(act: RendererAct): void
  /** Puts the bar away, whatever the device does. */
  leave(): void
}

const problemOf = (error: unknown): Problem =>
  error instanceof ApiError ? error.problem : { code: "internal", message: error instanceof Error ? error.message : String(error) }

/** The device that plays one of this server's discs already: the page was closed in between, or another one began it. */
async function playingOn(found: readonly Renderer[]): Promise<Renderer | null> {
  for (const renderer of found) {
    const status = await rendererStatus(renderer.id).catch(() => null)
    if (status?.disc != null && (status.state === "playing" || status.state === "paused")) return renderer
  }
  return null
}

export function useCast(): Cast {
  const [renderers, setRenderers] = useState<readonly Renderer[] | null>(null)
  const [isSearching, setSearching] = useState(false)
  const [on, setOn] = useState<Renderer | null>(null)
  const [status, setStatus] = useState<RendererStatus | null>(null)
  const [remote, setRemote] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)

  useEffect(() => {
    let isOver = false
    void listRenderers()
      .then(async (found) => {
        if (isOver) return
        setRenderers(found)
        const busy = await playingOn(found)
        if (!isOver && busy !== null) setOn((current) => current ?? busy)
      })
      // A server that sends to no devices has no such address.
      .catch(() => {})
    return () => {
      isOver = true
    }
  }, [])
  useEffect(() => {
    if (on === null) return
    let isOver = false
    let silent = 0
    const timer = setInterval(async () => {
      try {
        const next = await rendererStatus(on.id)
        if (isOver) return
        silent = 0
        setStatus(next)
      } catch (error) {
        if (!isOver && ++silent >= MAX_SILENT) setProblem(problemOf(error))
      }
    }, ASK_EVERY)
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [on])

  const leave = () => {
    setOn(null)
    setStatus(null)
    setRemote(null)
    setProblem(null)
  }
  const send = async (renderer: Renderer, act: RendererAct) => {
    try {
      setProblem(null)
      const next = await actOnRenderer(renderer.id, act)
      setStatus(next)
      if (next.remote !== undefined) setRemote(next.remote)
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  return {
    ...{ renderers, isSearching, on, status, remote, problem, leave },
    search: () => {
      if (isSearching) return
      setSearching(true)
      void listRenderers(true)
        .then(setRenderers, () => {})
        .finally(() => setSearching(false))
    },
    begin: (renderer, act) => {
      setStatus(null)
      setRemote(null)
      setOn(renderer)
      void send(renderer, act)
    },
    act: (act) => {
      if (on === null) return
      void send(on, act)
      if (act.action === "stop") leave()
    },
  }
}
