import { DiscError } from "../../base/index.ts"
import type { Disc } from "../../plugin/index.ts"
import { type KeyPicture, makeThumbnail } from "../../transcode/index.ts"
import type { ListedDisc } from "../host.ts"

/** In pixels; the page shows 112, screens have twice as many. */
const WIDTH = 256
/** Kept; the one asked for longest ago goes first. */
const MAX_PICTURES = 500
/** Pictures made at once: the film itself needs the machine more. */
const MAX_AT_ONCE = 1
/** Where in the title: past logos and fades, before anything is given away. */
const MOMENT = 0.12
/** Packets looked at for a key picture. */
const MAX_PACKETS = 2_000

/** A small frame of the film beside each title, made when it is first asked for. */
export class Thumbnails {
  readonly #pictures = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  readonly #waiting: (() => void)[] = []
  #running = 0
  #closed = false

  /** JPEG. @throws DiscError `not-found`, `unavailable`, what playing the title throws */
  get(disc: ListedDisc, title: number): Promise<Uint8Array<ArrayBuffer>> {
    const key = `${disc.id}/${title}`
    const known = this.#pictures.get(key)
    if (known !== undefined) return known
    const picture = this.#inTurn(() => makePicture(disc, title))
    this.#pictures.set(key, picture)
    const [oldest] = this.#pictures.keys()
    if (this.#pictures.size > MAX_PICTURES && oldest !== undefined) this.#pictures.delete(oldest)
    return picture
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    while (this.#running >= MAX_AT_ONCE && !this.#closed) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (this.#closed) throw new DiscError("aborted", "the server stops")
    this.#running++
    try {
      return await work()
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }
}

async function makePicture(listed: ListedDisc, number: number): Promise<Uint8Array<ArrayBuffer>> {
  const title = listed.info.titles.find((candidate) => candidate.number === number)
  if (title === undefined) throw new DiscError("not-found", `the disc has no title ${number}`)
  const { disc, release } = await listed.hold()
  try {
    const key = await keyPicture(disc.play({ title: number, time: title.duration * MOMENT }))
    return new Uint8Array(await makeThumbnail(key, { width: WIDTH }))
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
