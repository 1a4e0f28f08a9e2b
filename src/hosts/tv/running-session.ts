import type { DiscError } from "../../base/index.ts"
import type { AllowedItem, StreamsItem } from "../../plugin/index.ts"
import type { HeldDisc, HostContext, ListedDisc } from "../host.ts"
import type { RemoteState, RemoteStream, TvSessionListing } from "./protocol.ts"
import { TvSession } from "./tv-session.ts"

/** Who is told of a session's end. */
export type Remote = { over(error: DiscError | null): void }

/** A session, what it holds of the server, and the remote controls that are open. */
export class RunningSession {
  readonly id: string
  readonly disc: ListedDisc
  readonly session: TvSession
  readonly remotes = new Set<Remote>()

  private constructor(id: string, disc: ListedDisc, session: TvSession) {
    this.id = id
    this.disc = disc
    this.session = session
  }

  /** @throws DiscError `limit`, and what opening and playing throw */
  static async start(
    id: string,
    disc: ListedDisc,
    from: "first-play" | "menu",
    claim: HostContext["claim"],
    onClose: () => void,
  ): Promise<RunningSession> {
    const releases: (() => void)[] = []
    const release = () => {
      for (const one of releases.splice(0)) one()
    }
    let running: RunningSession | null = null
    const closed = (error: DiscError | null) => {
      release()
      onClose()
      for (const remote of running?.remotes ?? []) remote.over(error)
    }
    try {
      releases.push(claim("session"), claim("converter"))
      const held: HeldDisc = await disc.hold()
      releases.push(() => held.release())
      const begin = from === "menu" ? ({ menu: "root" } as const) : ({ from: "first-play" } as const)
      running = new RunningSession(id, disc, await TvSession.start({ disc: held.disc, from: begin, onClose: closed }))
      return running
    } catch (error) {
      release()
      throw error
    }
  }

  get listing(): TvSessionListing {
    const { id } = this
    return { id, name: this.disc.name, stream: `/tv/${id}/stream.ts`, hls: `/tv/${id}/live.m3u8`, remote: `/remote.html?session=${id}` }
  }

  get state(): RemoteState {
    const { position, time, highlight, isPaused, hasEnded, allowed, streams, isWatched } = this.session.shown
    const { titles } = this.disc.info
    const title = position?.title ?? null
    return {
      type: "state",
      name: this.disc.info.label || this.disc.name,
      domain: position?.domain ?? null,
      title,
      chapter: position?.chapter ?? null,
      titles: titles.length,
      chapters: titles.find(({ number }) => number === title)?.chapters.length ?? 0,
      time: Math.floor(time),
      duration: Math.round(position?.duration ?? 0),
      isPaused,
      hasEnded,
      hasButtons: highlight !== null,
      allowed: operationsOf(allowed),
      streams: streamsOf(streams),
      isWatched,
    }
  }
}

const operationsOf = (allowed: AllowedItem | null): RemoteState["allowed"] => allowed?.operations ?? []

function streamsOf(item: StreamsItem | null): readonly RemoteStream[] {
  return (item?.streams ?? []).flatMap(({ kind, number, languageTag, label, selected }): RemoteStream[] =>
    kind === "video" ? [] : [{ kind, number, languageTag, label, selected }],
  )
}
