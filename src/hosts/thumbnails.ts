import { DiscError } from "../base/index.ts"
import type { Disc } from "../plugin/index.ts"
import { type KeyPicture, makeThumbnail } from "../transcode/index.ts"
import type { ListedDisc } from "./host.ts"

/** Kept; the one asked for longest ago goes first. */
const MAX_PICTURES = 500
/** Pictures made at once: the film itself needs the machine more. */
const MAX_AT_ONCE = 1
/** Where in the title: past logos and fades, before anything is given away. */
const MOMENT = 0.12
/** Packets looked at for a key picture. */
const MAX_PACKETS = 2_000

/** Errors that another try may not meet: a disc that was still being copied, a converter that was busy, a client that left. */
const PASSING: readonly string[] = ["aborted", "limit", "read-failed", "source-changed", "unavailable"]

/** Where pictures are kept from one run to the next. `key`: hexadecimal digits and hyphens. */
export type KeptPictures = {
  get(key: string): Promise<Uint8Array<ArrayBuffer> | null>
  put(key: string, bytes: Uint8Array): Promise<void>
}

export type ThumbnailsOptions = {
  /** In pixels. */
  readonly width: number
  /** Null (default): they are made anew in each run. */
  readonly kept?: KeptPictures | null
}

type Picture = Promise<Uint8Array<ArrayBuffer>>
type Job = { readonly picture: Picture; wanted: number }
type Waiting = { readonly isWanted: () => boolean; readonly go: (is: "turn" | "dropped") => void }

/** A small frame of the film beside each title, made when it is first asked for. */
export class Thumbnails {
  readonly #width: number
  readonly #kept: KeptPictures | null
  readonly #jobs = new Map<string, Job>()
  #waiting: Waiting[] = []
  #running = 0
  #closed = false

  constructor({ width, kept = null }: ThumbnailsOptions) {
    this.#width = width
    this.#kept = kept
  }

  /** JPEG. `signal`: ends when nobody looks any more. @throws DiscError `not-found`, `unavailable`, what playing the title throws */
  get(disc: ListedDisc, title: number, signal?: AbortSignal): Picture {
    const key = `${disc.id}/${title}`
    const job = this.#jobs.get(key) ?? this.#begin(key, disc, title)
    if (signal?.aborted !== true) job.wanted++
    signal?.addEventListener("abort", () => job.wanted--, { once: true })
    return job.picture
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { go } of this.#waiting.splice(0)) go("dropped")
  }

  #begin(key: string, disc: ListedDisc, title: number): Job {
    const job: Job = { wanted: 0, picture: this.#keptOrMade(disc, title, () => job.wanted > 0) }
    this.#jobs.set(key, job)
    job.picture.catch((error: unknown) => {
      if (error instanceof DiscError && PASSING.includes(error.code)) this.#jobs.delete(key)
    })
    const [oldest] = this.#jobs.keys()
    if (this.#jobs.size > MAX_PICTURES && oldest !== undefined) this.#jobs.delete(oldest)
    return job
  }

  async #keptOrMade(disc: ListedDisc, title: number, isWanted: () => boolean): Picture {
    const key = `${disc.info.fingerprint}-${title}`
    const kept = await this.#kept?.get(key)
    if (kept != null) return kept
    const made = await this.#inTurn(isWanted, () => makePicture(disc, title, this.#width))
    await this.#kept?.put(key, made)
    return made
  }

  /** The one asked for last is made first: it is what the person has scrolled to. What nobody looks at any more is not made. */
  async #inTurn<T>(isWanted: () => boolean, work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new DiscError("aborted", "the server stops")
    if (this.#running < MAX_AT_ONCE) this.#running++
    else if ((await new Promise<"turn" | "dropped">((go) => this.#waiting.push({ isWanted, go }))) === "dropped") {
      throw new DiscError("aborted", "nobody looks at this picture any more")
    }
    try {
      return await work()
    } finally {
      this.#next()
    }
  }

  /** Hands this turn on. */
  #next(): void {
    for (let waiting = this.#waiting.pop(); waiting !== undefined; waiting = this.#waiting.pop()) {
      if (waiting.isWanted()) return waiting.go("turn")
      waiting.go("dropped")
    }
    this.#running--
  }
}

async function makePicture(listed: ListedDisc, number: number, width: number): Promise<Uint8Array<ArrayBuffer>> {
  const title = listed.info.titles.find((candidate) => candidate.number === number)
  if (title === undefined) throw new DiscError("not-found", `the disc has no title ${number}`)
  const { disc, release } = await listed.hold()
  try {
    const key = await keyPicture(disc.play({ title: number, time: title.duration * MOMENT }))
    return new Uint8Array(await makeThumbnail(key, { width }))
  } finally {
    release()
  }
}

async function keyPicture(session: ReturnType<Disc["play"]>): Promise<KeyPicture> {
  let packets = 0
  let video: { index: number; codec: KeyPicture["codec"]; aspect: string | null } | null = null
  for await (const item of session) {
    if (item.type === "streams") {
      const stream = item.streams.find(({ kind }) => kind === "video")
      if (stream !== undefined) video = { index: stream.index, codec: stream.codec, aspect: stream.video?.aspect ?? null }
    }
    if (item.type !== "packet") continue
    if (item.stream === video?.index && item.key) return { codec: video.codec, data: item.data, aspect: video.aspect }
    if (++packets > MAX_PACKETS) break
  }
  throw new DiscError("not-found", "there is no picture to show here")
}
