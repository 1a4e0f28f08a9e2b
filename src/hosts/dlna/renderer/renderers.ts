import { createSocket } from "node:dgram"
import { isIPv6 } from "node:net"
import { DiscError } from "../../../base/index.ts"
import type { HostContext, ListedDisc } from "../../host.ts"
import type { DeviceRule } from "../device-rules.ts"
import type { ReadWatch } from "../read-watch.ts"
import type { ResourceFacts } from "../resources.ts"
import { titleOf } from "../resources.ts"
import { RendererControl } from "./control.ts"
import { type FoundRenderer, RendererDirectory } from "./directory.ts"
import { beginMenu } from "./menu-forms.ts"
import { Playback, type PlaybackState, type PlaybackStatus, type PlayForm } from "./playback.ts"
import { titleForms } from "./title-forms.ts"

/** Answers to a search come within the two seconds that it gives, and some are late. */
const SEARCH_MS = 2_600

/** Renderers whose last title is remembered. */
const MAX_REMEMBERED = 64

export type RenderersOptions = {
  /** Stays open: who made it closes it. Default: one of its own, on all interfaces but loopback. */
  readonly directory?: RendererDirectory
  /** What the media routes tell of the renderers' requests. */
  readonly reads?: ReadWatch
  readonly facts?: ResourceFacts
  /** Which forms which devices are given. */
  readonly rules?: readonly DeviceRule[]
}

/** What a renderer is asked to play; numbers are the disc's, from 1, times are in seconds. */
export type PlayRequest = {
  readonly disc: string
  readonly title: number
  readonly time?: number
  readonly audio?: number
  readonly subtitle?: number
}

/** What plays on a renderer; null where it is not known, or nothing of ours plays. */
export type RendererStatus = {
  readonly state: PlaybackState
  readonly disc: string | null
  readonly title: number | null
  readonly time: number | null
  readonly duration: number | null
  readonly volume: number | null
  readonly error: { readonly code: string; readonly message: string } | null
}

type Playing = { readonly playback: Playback; readonly disc: string; readonly title: number | null; readonly duration: number | null }

/** The renderers of the house, and what of ours plays on them. */
export class Renderers {
  readonly #context: HostContext
  readonly #options: RenderersOptions
  readonly #directory: RendererDirectory
  readonly #playing = new Map<string, Playing>()
  #at: { readonly host: string; readonly port: number } | null = null

  constructor(context: HostContext, options: RenderersOptions = {}) {
    this.#context = context
    this.#options = options
    this.#directory = options.directory ?? new RendererDirectory()
  }

  /** The server listens there now. */
  listening(at: { readonly host: string; readonly port: number }): void {
    this.#at = at
  }

  /** Those known now; a search goes on. */
  list(): readonly FoundRenderer[] {
    this.#directory.search().catch(() => {})
    return this.#directory.list()
  }

  /** Searches, and gives what is known when answers have come. */
  async search(): Promise<readonly FoundRenderer[]> {
    await this.#directory.search()
    await new Promise((resolve) => setTimeout(resolve, SEARCH_MS))
    return this.#directory.list()
  }

  /** What is known of the device at an address; null: no renderer was met there. */
  rendererAt(address: string): { readonly friendlyName: string; readonly sink: string } | null {
    return this.#directory.rendererAt(address)
  }

  /** @throws DiscError `not-found` */
  find(id: string): FoundRenderer {
    const found = this.#directory.find(id)
    if (found === null) throw new DiscError("not-found", "there is no such renderer on the network now; search again")
    return found
  }

  /**
   * Begins a title; what comes of it is told by `status` and `onStatus`, and in the end by `done` of what is returned.
   * @throws DiscError `not-found`, `unavailable` where the renderer cannot reach this server
   */
  async play(id: string, request: PlayRequest, onStatus: (status: PlaybackStatus) => void = () => {}): Promise<Playback> {
    const renderer = this.find(id)
    const listed = this.#disc(request.disc)
    const { disc, time = 0, ...choice } = request
    const { duration } = titleOf(listed, request.title)
    if (time >= duration && time > 0) throw new DiscError("not-found", `title ${request.title} ends before ${time} s`)
    const forms = titleForms(listed, choice, {
      base: await this.#baseFor(renderer),
      device: { friendlyName: renderer.description.name, sink: renderer.sink },
      rules: this.#options.rules ?? [],
      facts: this.#options.facts ?? {},
    })
    return this.#start(renderer, { forms, time, onStatus }, { disc, title: request.title, duration })
  }

  /** Begins the disc's menu, as a stream that another host makes. @throws DiscError `not-found`, `unavailable`, what that host refuses */
  async playMenu(id: string, disc: string): Promise<{ readonly playback: Playback; readonly remote: string }> {
    const renderer = this.find(id)
    const listed = this.#disc(disc)
    const base = await this.#baseFor(renderer)
    const { forms, remote, end } = await beginMenu(listed, base)
    const playback = this.#start(renderer, { forms, time: 0 }, { disc, title: null, duration: null })
    void playback.done.catch(() => {}).then(end)
    return { playback, remote }
  }

  status(id: string): RendererStatus {
    const playing = this.#playing.get(id)
    if (playing === undefined) {
      this.find(id)
      return { state: "stopped", disc: null, title: null, time: null, duration: null, volume: null, error: null }
    }
    const { playback, disc, title, duration } = playing
    const { state, time, volume, error } = playback.status
    return { state, disc, title, time, duration, volume, error: error === null ? null : { code: error.code, message: error.message } }
  }

  /** @throws DiscError `not-found` where nothing of ours was begun there */
  playback(id: string): Playback {
    const playing = this.#playing.get(id)
    if (playing === undefined) throw new DiscError("not-found", "nothing was begun on that renderer")
    return playing.playback
  }

  /** Stops what plays. */
  async close(): Promise<void> {
    await Promise.all([...this.#playing.values()].map(({ playback }) => playback.stop()))
    if (this.#options.directory === undefined) await this.#directory.close()
  }

  #start(
    { id, address, description }: FoundRenderer,
    {
      forms,
      time,
      onStatus,
    }: { readonly forms: readonly PlayForm[]; readonly time: number; readonly onStatus?: (status: PlaybackStatus) => void },
    what: Omit<Playing, "playback">,
  ): Playback {
    this.#playing.get(id)?.playback.release()
    const { reads } = this.#options
    const playback = new Playback(new RendererControl(description), {
      forms,
      time,
      ...(onStatus === undefined ? {} : { onStatus }),
      ...(reads === undefined ? {} : { watchReads: (uri, onRead) => reads.watch(new URL(uri).pathname, address, onRead) }),
    })
    this.#playing.delete(id)
    this.#playing.set(id, { playback, ...what })
    const [oldest] = this.#playing
    if (this.#playing.size > MAX_REMEMBERED && oldest !== undefined) {
      oldest[1].playback.release()
      this.#playing.delete(oldest[0])
    }
    return playback
  }

  #disc(id: string): ListedDisc {
    const listed = this.#context.find(id)
    if (listed === null) throw new DiscError("not-found", "that disc is not open any more; reload the page")
    return listed
  }

  /** This server's root as the renderer reaches it. */
  async #baseFor({ address, description }: FoundRenderer): Promise<string> {
    if (this.#at === null) throw new DiscError("unavailable", "the server does not listen yet")
    const { host, port } = this.#at
    if (host === "localhost" || host === "::1" || host.startsWith("127.")) {
      if (address.startsWith("127.")) return `http://${address}:${port}`
      throw new DiscError(
        "unavailable",
        `${description.name} cannot reach this server, which listens to this machine alone; start it with --lan`,
      )
    }
    const reachable = host === "0.0.0.0" || host === "::" ? await addressTowards(address) : host
    return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`
  }
}

/** This machine's address on the way to another. @throws DiscError `unavailable` */
export function addressTowards(address: string): Promise<string> {
  const socket = createSocket("udp4")
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      socket.close()
      reject(new DiscError("unavailable", `this machine does not reach ${address}`, {}, { cause }))
    }
    socket.once("error", fail)
    // Connecting a datagram socket sends nothing; it only asks the system for the way.
    socket.connect(9, address, () => {
      const own = socket.address().address
      socket.close()
      resolve(own)
    })
  })
}
