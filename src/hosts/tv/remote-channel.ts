import type { WebSocket } from "ws"
import { DiscError } from "../../base/index.ts"
import type { Answer, HighlightItem } from "../../plugin/index.ts"
import { makeThumbnail } from "../../transcode/index.ts"
import type { RemoteHostMessage, RemoteMessage } from "./protocol.ts"
import { parseRemoteMessage } from "./remote-message.ts"
import type { Remote, RunningSession } from "./running-session.ts"

/** What is shown is looked at so often: twice as often as there are key pictures to show. */
const LOOK_MS = 250
/** Pixels across; a phone shows it at half of that. */
const PICTURE_WIDTH = 480
/** A phone that is this far behind has gone. */
const MAX_BACKLOG_BYTES = 1 << 20
/** Acts that wait for their answer: more come of no thumb. */
const MAX_ACTS = 16

/** One remote control: keys in, what the device shows out. */
export class RemoteChannel implements Remote {
  readonly #socket: WebSocket
  readonly #running: RunningSession
  readonly #timer: NodeJS.Timeout
  #state = ""
  #pictureAt = -1
  #isMakingPicture = false
  #acts = 0

  constructor(socket: WebSocket, running: RunningSession) {
    this.#socket = socket
    this.#running = running
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    socket.on("message", (data, isBinary) => {
      const message = isBinary ? null : parseRemoteMessage(String(data))
      if (message === null) socket.close(1008, "not a message of the remote page")
      else void this.#take(message)
    })
    socket.on("error", () => socket.terminate())
    socket.on("close", () => this.#end())
    running.remotes.add(this)
    this.#look()
  }

  /** The session is over. */
  over(error: DiscError | null): void {
    this.#say({ type: "over", code: error?.code ?? null, message: error?.message ?? null })
    this.#socket.close()
    this.#end()
  }

  #end(): void {
    clearInterval(this.#timer)
    this.#running.remotes.delete(this)
  }

  async #take(message: RemoteMessage): Promise<void> {
    if (this.#acts >= MAX_ACTS) return
    this.#acts++
    try {
      const { outcome, by } = await this.#act(message)
      this.#say({ type: "answer", outcome, by: by ?? null })
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      this.#say({ type: "error", code: error.code, message: error.message })
    } finally {
      this.#acts--
      this.#look()
    }
  }

  async #act(message: RemoteMessage): Promise<Answer> {
    const { session } = this.#running
    if ("pause" in message) {
      session.pause(message.pause)
      return { outcome: "done", flush: false }
    }
    const { highlight } = session.shown
    return session.act((disc) => {
      if ("press" in message) return disc.press(message.press)
      if ("menu" in message) return disc.menu(message.menu)
      if ("seek" in message) return disc.seek(message.seek)
      if ("chapter" in message) return disc.chapter(message.chapter)
      if ("select" in message) return disc.select(message.select)
      return disc.point(...pixelOf(message.point, highlight), message.point.activate)
    })
  }

  #look(): void {
    const state: RemoteHostMessage = this.#running.state
    const text = JSON.stringify(state)
    if (text !== this.#state) this.#send(text)
    this.#state = text
    void this.#lookAtPicture()
  }

  async #lookAtPicture(): Promise<void> {
    const { picture } = this.#running.session
    if (picture === null || picture.at === this.#pictureAt || this.#isMakingPicture) return
    this.#isMakingPicture = true
    this.#pictureAt = picture.at
    try {
      const key = { codec: "h264" as const, data: picture.data, aspect: null }
      this.#send(await makeThumbnail(key, { width: PICTURE_WIDTH }))
    } catch (error) {
      // The keys work without it.
      if (!(error instanceof DiscError)) throw error
    } finally {
      this.#isMakingPicture = false
    }
  }

  #say(message: RemoteHostMessage): void {
    this.#send(JSON.stringify(message))
  }

  #send(message: string | Uint8Array): void {
    const socket = this.#socket
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > MAX_BACKLOG_BYTES) socket.terminate()
    else socket.send(message)
  }
}

/** Without buttons there is nothing to point at, wherever it is. */
function pixelOf({ x, y }: { readonly x: number; readonly y: number }, highlight: HighlightItem | null): readonly [number, number] {
  return highlight === null ? [0, 0] : [Math.round(x * highlight.planeWidth), Math.round(y * highlight.planeHeight)]
}
