import { DiscError } from "../base/index.ts"
import type { TitleInfo } from "../disc/index.ts"
import type { Disc, PlayOptions, Session } from "../plugin/index.ts"
import { type Converter, type ConverterOptions, openConverter, warmUp } from "../transcode/index.ts"
import type { HeldDisc, HostContext, ListedDisc } from "./host.ts"
import { StreamOutput } from "./stream-output.ts"

/** Read ahead of what the device takes: the converter's own bounds hold it back. */
const AHEAD_SECONDS = 4
/** What any television takes; the pictures of what is converted have no more. */
export const MAX_CONVERTED_LINES = 1080

/** What a device is to get. */
export type ConvertedStreamOptions = {
  readonly title: number
  /** Where to begin, in seconds from the title's start; default 0. */
  readonly time?: number
  readonly angle?: number
  /** The disc's numbers, from 1; default: as the disc has it. `subtitle: null`: none but forced ones. */
  readonly audio?: number
  readonly subtitle?: number | null
  /** Lines of the picture at most; default 1080. H.264 with more lines is converted, else copied. */
  readonly maxHeight?: number
  /** Default `aac` (stereo). `ac3`: AC-3 is copied, everything else becomes AC-3 with up to 5.1 channels. */
  readonly audioCodec?: "aac" | "ac3"
  /** Draws the chosen subtitle (and forced ones) into the picture: H.264 is converted too. Default false. */
  readonly burnIn?: boolean
}

/** A title from a moment on as an MPEG-2 transport stream: H.264 and AAC or AC-3. */
export type ConvertedStream = {
  /** Pulled with back-pressure. It ends where the title ends, and fails with a DiscError; cancelling it is `close()`. */
  readonly body: ReadableStream<Uint8Array>
  readonly contentType: "video/mp2t"
  /** Ends reading and converting within 100 ms; later calls do nothing. */
  close(): Promise<void>
}

/**
 * Begins to convert a title. It counts as a converter until it is read to its end, cancelled or closed.
 * @throws DiscError `limit` (too many converters run already), `not-found`, and what opening the disc throws. What goes wrong later fails the body.
 */
export async function openConvertedStream(
  listed: ListedDisc,
  claim: HostContext["claim"],
  options: ConvertedStreamOptions,
): Promise<ConvertedStream> {
  const uncount = claim("converter")
  let held: HeldDisc | null = null
  const release = () => {
    uncount()
    held?.release()
  }
  try {
    held = await listed.hold()
    const run = await ConversionRun.start(held.disc, options, release)
    return { body: run.body, contentType: "video/mp2t", close: () => run.close() }
  } catch (error) {
    release()
    throw error
  }
}

/** One title on its way through session, converter and writer. */
class ConversionRun {
  readonly body: ReadableStream<Uint8Array>
  readonly #session: Session
  readonly #converter: Converter
  readonly #release: () => void
  readonly #output = new StreamOutput(() => {})
  #closing: Promise<void> | null = null

  private constructor(session: Session, converter: Converter, release: () => void) {
    this.#session = session
    this.#converter = converter
    this.#release = release
    this.body = this.#output.open(() => void this.close())
    void this.#guarded(() => this.#pullSession())
    void this.#guarded(() => this.#pullConverter())
  }

  static async start(disc: Disc, options: ConvertedStreamOptions, release: () => void): Promise<ConversionRun> {
    const title = disc.info.titles.find(({ number }) => number === options.title)
    if (title === undefined) throw new DiscError("not-found", `the disc has no title ${options.title}`)
    const converter = await openConverter(converterOptions(options, title))
    try {
      return new ConversionRun(disc.play(playOptions(options)), converter, release)
    } catch (error) {
      await converter.close()
      throw error
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#output.close()
    await Promise.allSettled([this.#session.close(), this.#converter.close()])
    this.#release()
    // The next one begins with a process at hand.
    warmUp()
  }

  async #pullSession(): Promise<void> {
    for await (const item of this.#session) await this.#converter.push([item])
  }

  async #pullConverter(): Promise<void> {
    for await (const item of this.#converter.output) {
      if (item.type === "lowered" || item.type === "warning") continue
      if (item.type === "end") break
      await this.#output.write(item)
    }
    await this.close()
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (this.#closing !== null) return
      this.#output.fail(error)
      await this.close()
    }
  }
}

/** Copied video keeps its size: what has too many lines is converted. */
function converterOptions(
  { maxHeight = MAX_CONVERTED_LINES, audioCodec, burnIn }: ConvertedStreamOptions,
  title: TitleInfo,
): ConverterOptions {
  const lines = title.streams.find(({ kind }) => kind === "video")?.height ?? 0
  return {
    video: { codecs: ["h264"], maxHeight, convertsAll: lines > maxHeight, isMain: true },
    audio: audioCodec === "ac3" ? { codecs: ["aac", "ac3"], encodeAs: "ac3" } : { codecs: ["aac"] },
    burnIn: burnIn ?? false,
  }
}

function playOptions({ title, time, angle, audio, subtitle }: ConvertedStreamOptions): PlayOptions {
  return {
    title,
    ...(time === undefined ? {} : { time }),
    ...(angle === undefined ? {} : { angle }),
    ...(audio === undefined ? {} : { audio }),
    ...(subtitle === undefined ? {} : { subtitle }),
    aheadSeconds: AHEAD_SECONDS,
  }
}
