import { AV_NOPTS_VALUE } from "node-av/constants"
import type { Frame } from "node-av/lib"
import type { AudioInput, WorkerOutput } from "../protocol.ts"
import { AudioEncoder, blockSamples, blockTicks, type EncodedSound } from "./audio-encoder.ts"
import { Decoder } from "./decoder.ts"
import { channelsFor, Downmix, type OutputChannels } from "./downmix.ts"
import { SAMPLE_RATE, type SoundBlock, SoundGrid } from "./sound-grid.ts"

/** Coded sound of any codec in, AAC-LC stereo or AC-3 (stereo or 5.1) at 48 kHz out, without holes. */
export class AudioTrack {
  readonly #output: (item: WorkerOutput) => void
  readonly #downmix = new Downmix()
  #codec: EncodedSound = "aac"
  #channels: OutputChannels = 2
  #grid = this.#newGrid()
  #decoder: Decoder | null = null
  #encoder: AudioEncoder | null = null
  /** Sound before this is decoded and dropped. */
  #from = Number.NEGATIVE_INFINITY
  /** Where the next decoded frame falls if it has no time of its own. */
  #expected: number | null = null
  #parametersSent = false
  #ticks = 0

  constructor(output: (item: WorkerOutput) => void) {
    this.#output = output
  }

  /** Ticks of sound that were decoded since the last call. */
  takeTicks(): number {
    const ticks = this.#ticks
    this.#ticks = 0
    return ticks
  }

  configure(input: AudioInput | null, codec: EncodedSound): void {
    if (codec !== this.#codec) {
      this.#closeEncoder(true)
      this.#codec = codec
      this.#channels = 2
      this.#grid = this.#newGrid()
    }
    if (this.#decoder !== null && this.#decoder.codec !== input?.codec) {
      this.#decoder.drain((frame) => this.#decoded(frame))
      this.#decoder.close()
      this.#decoder = null
    }
    if (input !== null) this.#decoder ??= new Decoder(input.codec, 1)
  }

  /** Sound from `from` on (null: from wherever it begins); what is inside is void. */
  begin(from: number | null): void {
    this.#decoder?.flush()
    this.#downmix.flush()
    this.#closeEncoder(false)
    this.#grid.restart(from)
    this.#from = from ?? Number.NEGATIVE_INFINITY
    this.#expected = null
    this.#parametersSent = false
  }

  /** Feed time goes on without a hole, so the encoder does too. */
  join(): void {
    this.#decoder?.drain((frame) => this.#decoded(frame))
    this.#expected = null
  }

  packet(data: Uint8Array, pts: number | null, decodeOnly: boolean): void {
    // What is behind the stretch's end overlaps what follows; what is before its beginning warms the decoder up.
    if (decodeOnly && pts !== null && pts >= this.#from) return
    const problem = this.#decoder?.decode(data, pts, pts, (frame) => this.#decoded(frame)) ?? null
    if (problem !== null) this.#output({ type: "bad-packet", track: "audio", at: pts, reason: problem })
  }

  fill(from: number, until: number): void {
    this.#grid.fill(from, until)
  }

  /** Everything that is inside comes out; later sound opens the encoder anew. */
  end(): void {
    this.#decoder?.drain((frame) => this.#decoded(frame))
    this.#grid.complete()
    this.#closeEncoder(true)
  }

  close(): void {
    this.#decoder?.close()
    this.#downmix.close()
    this.#closeEncoder(false)
  }

  #newGrid(): SoundGrid {
    return new SoundGrid(blockSamples(this.#codec), this.#channels, (block, pts) => this.#encode(block, pts))
  }

  #closeEncoder(isWanted: boolean): void {
    this.#encoder?.close(isWanted)
    this.#encoder = null
  }

  /** AC-3 has the channels of what it is made of; other parameters go before the first frame of others. */
  #setChannels(channels: OutputChannels): void {
    if (channels === this.#channels) return
    this.#grid.complete()
    this.#closeEncoder(true)
    this.#channels = channels
    this.#grid.setChannels(channels)
    this.#parametersSent = false
  }

  #decoded(frame: Frame): void {
    const stamp = frame.pts === AV_NOPTS_VALUE ? null : Number(frame.pts)
    const pts = stamp ?? this.#expected
    if (pts === null || frame.nbSamples <= 0 || frame.sampleRate <= 0) return
    const duration = (frame.nbSamples * 90_000) / frame.sampleRate
    this.#expected = pts + duration
    this.#ticks += duration
    if (this.#codec === "ac3") this.#setChannels(channelsFor(frame))
    const converted = this.#downmix.convert(frame, this.#channels)
    if (converted === null) {
      const reason = `${frame.channelLayout.nbChannels} channels at ${frame.sampleRate} Hz cannot be mixed to ${this.#channels}`
      this.#output({ type: "bad-packet", track: "audio", at: pts, reason })
      return
    }
    this.#put(converted.block, pts - converted.delayTicks)
  }

  #put(block: SoundBlock, pts: number): void {
    const early = Math.ceil(((this.#from - pts) * SAMPLE_RATE) / 90_000)
    if (early >= (block[0]?.length ?? 0)) return
    if (early <= 0) this.#grid.put(block, pts)
    else {
      const kept = block.map((samples) => samples.subarray(early))
      this.#grid.put(kept, pts + (early * 90_000) / SAMPLE_RATE)
    }
  }

  #encode(block: SoundBlock, pts: number): void {
    this.#encoder ??= new AudioEncoder(this.#codec, this.#channels, (data, at) => this.#encoded(data, at))
    this.#encoder.encode(block, pts)
  }

  #encoded(data: Uint8Array, pts: number): void {
    if (!this.#parametersSent) {
      const extradata = (this.#codec === "aac" ? this.#encoder?.extradata : null) ?? new Uint8Array()
      const [codec, channels] = [this.#codec, this.#channels]
      this.#output({ type: "audio-parameters", codec, extradata, sampleRate: SAMPLE_RATE, channels })
      this.#parametersSent = true
    }
    this.#output({ type: "packet", track: "audio", data, pts: Math.round(pts), duration: blockTicks(this.#codec), key: true })
  }
}
