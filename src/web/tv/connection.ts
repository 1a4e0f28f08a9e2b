import type { RemoteHostMessage, RemoteMessage, RemoteState } from "../../hosts/tv/protocol.ts"

/** A phone that slept finds its session again; one that is over is said to be. */
const AGAIN_MS = 1000

export type RemoteView = {
  readonly state: RemoteState | null
  /** Address of what the television shows; null: nothing has come of it. */
  readonly picture: string | null
  readonly isConnected: boolean
  /** Why there is nothing to control any more. */
  readonly over: string | null
  /** Counts the keys that the disc refused; null: none. */
  readonly refused: { readonly count: number; readonly by: null } | null
}

const NOTHING: RemoteView = { state: null, picture: null, isConnected: false, over: null, refused: null }

/** The page's end of a session on a television. */
export class RemoteConnection {
  readonly #session: string
  readonly #onView: (view: RemoteView) => void
  #view = NOTHING
  #socket: WebSocket | null = null
  #again: number | undefined
  #isClosed = false

  constructor(session: string, onView: (view: RemoteView) => void) {
    this.#session = session
    this.#onView = onView
    this.#connect()
  }

  say(message: RemoteMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#again)
    this.#socket?.close()
    if (this.#view.picture !== null) URL.revokeObjectURL(this.#view.picture)
  }

  #connect(): void {
    const address = new URL(`api/remote?session=${encodeURIComponent(this.#session)}`, location.href)
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:"
    const socket = new WebSocket(address)
    this.#socket = socket
    socket.binaryType = "blob"
    socket.onopen = () => this.#show({ isConnected: true })
    socket.onmessage = ({ data }: MessageEvent<string | Blob>) => {
      if (typeof data === "string") this.#take(JSON.parse(data) as RemoteHostMessage)
      else this.#takePicture(data)
    }
    socket.onclose = ({ code }) => this.#lost(code)
  }

  #take(message: RemoteHostMessage): void {
    if (message.type === "state") this.#show({ state: message })
    else if (message.type === "over") this.#show({ over: message.message ?? "The disc was stopped." })
    else if (message.type === "error" || message.outcome === "refused")
      this.#show({ refused: { count: (this.#view.refused?.count ?? 0) + 1, by: null } })
  }

  #takePicture(picture: Blob): void {
    const before = this.#view.picture
    this.#show({ picture: URL.createObjectURL(picture) })
    if (before !== null) URL.revokeObjectURL(before)
  }

  #lost(code: number): void {
    if (this.#isClosed || this.#view.over !== null) return
    if (code === 4404)
      this.#show({ isConnected: false, over: "Nothing is played here any more. Start the disc's menu on the television again." })
    else if (code === 4429)
      this.#show({ isConnected: false, over: "Too many remote controls are open. Close one of them and reload this page." })
    else {
      this.#show({ isConnected: false })
      this.#again = window.setTimeout(() => this.#connect(), AGAIN_MS)
    }
  }

  #show(change: Partial<RemoteView>): void {
    this.#view = { ...this.#view, ...change }
    if (!this.#isClosed) this.#onView(this.#view)
  }
}
