import type { SoundMessage } from "../../hosts/browser/protocol.ts"

/** Sounds that a menu's buttons make, over the film's own and as loud. */
export class Sounds {
  readonly #video: HTMLVideoElement
  #context: AudioContext | null = null

  constructor(video: HTMLVideoElement) {
    this.#video = video
  }

  /** Plays it now: it answers a key. */
  play({ channels, sampleRate, samples }: SoundMessage): void {
    const bytes = Uint8Array.from(atob(samples), (character) => character.charCodeAt(0))
    const view = new DataView(bytes.buffer)
    const length = Math.floor(bytes.length / 2 / channels)
    if (length === 0 || this.#video.muted) return
    this.#context ??= new AudioContext()
    const context = this.#context
    const buffer = context.createBuffer(channels, length, sampleRate)
    for (let channel = 0; channel < channels; channel++) {
      const plane = buffer.getChannelData(channel)
      for (let i = 0; i < length; i++) plane[i] = view.getInt16((i * channels + channel) * 2, true) / 32_768
    }
    const source = new AudioBufferSourceNode(context, { buffer })
    const gain = new GainNode(context, { gain: this.#video.volume })
    source.connect(gain).connect(context.destination)
    source.start()
    this.#video.dataset["sounds"] = String(Number(this.#video.dataset["sounds"] ?? 0) + 1)
  }

  close(): void {
    void this.#context?.close()
    this.#context = null
  }
}
