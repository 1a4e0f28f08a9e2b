import { DiscError, type Source, ticksFromSeconds, type Warning, Warnings } from "../base/index.ts"
import type { Thumbnail } from "../disc/bluray/index.ts"
import { type DiscInfo, type ParsedDisc, readDisc, type TitleInfo } from "../disc/index.ts"
import { type FileSystem, openFileSystem } from "../filesystem/index.ts"
import { printPrograms as printDvdPrograms } from "../navigation/dvd/index.ts"
import { printPrograms as printHdmvPrograms } from "../navigation/hdmv/index.ts"
import { BlobSource, CachedSource, type Folder } from "../source/index.ts"
import { isBlurayScrambled, openBlurayMedia } from "./bluray-media.ts"
import type { Disc, OpenTitleOptions, StepOptions, TitleReader, TitleSource, TitleSteps } from "./disc.ts"
import { dvdScriptRun } from "./dvd/script-run.ts"
import { DvdSession } from "./dvd/session.ts"
import { dvdPreferences, dvdStart } from "./dvd/start.ts"
import { isDvdScrambled, openDvdMedia, openVobsOf } from "./dvd-media.ts"
import { hdmvScriptRun } from "./hdmv/script-run.ts"
import { HdmvSession } from "./hdmv/session.ts"
import { hdmvPreferences, hdmvStart } from "./hdmv/start.ts"
import { openTitleFile } from "./open-title.ts"
import type { ScriptOptions, ScriptRun } from "./script.ts"
import type { PlayOptions, Session } from "./session.ts"
import type { TitleMedia } from "./title-media.ts"
import { MediaTitleReader } from "./title-reader.ts"
import { TitleSession } from "./title-session.ts"
import { titleSteps } from "./title-steps.ts"
import { WarningTeller } from "./warning-teller.ts"

const DEFAULT_AHEAD_SECONDS = 1

/** How a disc is opened. */
export type OpenOptions = {
  readonly signal?: AbortSignal
  /** Where oddities are put; `disc.warnings` gives them too. */
  readonly warnings?: Warnings
}

/**
 * Opens a disc and reads its structure files, no video.
 * @throws DiscError `not-a-disc`, `damaged`, `read-failed`
 */
export async function openDisc(input: Source | Folder | Blob, options: OpenOptions = {}): Promise<Disc> {
  const warnings = options.warnings ?? new Warnings()
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  const opened = typeof Blob !== "undefined" && input instanceof Blob ? new CachedSource(new BlobSource(input)) : (input as Source | Folder)
  const files = await openFileSystem(opened, warnings)
  try {
    return new OpenedDisc(files, await readDisc(files, warnings, signal), warnings)
  } catch (error) {
    await files.close()
    throw error
  }
}

class OpenedDisc implements Disc {
  readonly info: DiscInfo
  readonly files: FileSystem
  readonly #parsed: ParsedDisc
  readonly #warnings: Warnings
  readonly #sessions = new Set<Session>()

  constructor(files: FileSystem, parsed: ParsedDisc, warnings: Warnings) {
    this.info = parsed.info
    this.files = files
    this.#parsed = parsed
    this.#warnings = warnings
  }

  get warnings(): readonly Warning[] {
    return this.#warnings.list
  }

  async scan(): Promise<DiscInfo> {
    const titles: TitleInfo[] = []
    for (const title of this.info.titles) titles.push({ ...title, scrambled: await this.#isScrambled(title.number) })
    return { ...this.info, titles }
  }

  play(options: PlayOptions = { from: "main-title" }): Session {
    const session = this.#playsProgram(options) ? this.#programSession(options) : this.#titleSession(options)
    this.#sessions.add(session)
    return session
  }

  async steps({ title, angle, ...start }: StepOptions): Promise<TitleSteps> {
    return titleSteps(await this.#media(title, angle ?? 1), start)
  }

  async readTitle(number: number, options: { readonly angle?: number } = {}): Promise<TitleReader> {
    return new MediaTitleReader(await this.#media(number, options.angle ?? 1))
  }

  script(options: ScriptOptions = {}): ScriptRun {
    if (this.#parsed.kind !== "dvd-video") return hdmvScriptRun(this.#parsed.bluray, this.#warnings, options)
    return dvdScriptRun(this.files, this.#parsed.dvd, this.#warnings, options)
  }

  openTitle(number: number, options: OpenTitleOptions = {}): Promise<TitleSource> {
    this.#title(number)
    return openTitleFile(this.#parsed, this.files, number, { ...options, warnings: this.#warnings })
  }

  async cover(): Promise<Uint8Array | null> {
    if (this.#parsed.kind === "dvd-video") return null
    const { bluray } = this.#parsed
    const area = ({ width, height }: Thumbnail) => (width ?? 0) * (height ?? 0)
    const [largest] = bluray.discLibraries.flatMap(({ thumbnails }) => thumbnails).sort((a, b) => area(b) - area(a))
    return largest === undefined ? null : bluray.thumbnail(largest.path).catch(() => null)
  }

  programs(): Iterable<string> {
    return this.#parsed.kind === "dvd-video" ? printDvdPrograms(this.#parsed.dvd) : printHdmvPrograms(this.#parsed.bluray)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()))
    this.#sessions.clear()
    await this.files.close()
  }

  #title(number: number): TitleInfo {
    const title = this.info.titles.find((candidate) => candidate.number === number)
    if (title !== undefined) return title
    throw new DiscError("not-found", `the disc has no title ${number}; it has ${this.info.titles.map((known) => known.number).join(", ")}`)
  }

  async #media(number: number, angle: number): Promise<TitleMedia> {
    const title = this.#title(number)
    const { files, info } = this
    return this.#parsed.kind === "dvd-video"
      ? openDvdMedia(files, this.#parsed.dvd, info, title, angle, this.#warnings)
      : openBlurayMedia(this.#parsed.bluray, info, title, angle, this.#warnings)
  }

  async #isScrambled(number: number): Promise<boolean | null> {
    if (this.#parsed.kind !== "dvd-video") return isBlurayScrambled(this.#parsed.bluray, number)
    const vobs = openVobsOf(this.files)
    try {
      return await isDvdScrambled(vobs, this.#parsed.dvd, number)
    } finally {
      await vobs.close()
    }
  }

  #playsProgram(options: PlayOptions): boolean {
    if ("bookmark" in options) return !("title" in options.bookmark)
    return "menu" in options || ("from" in options && options.from === "first-play") || ("program" in options && options.program === true)
  }

  #titleSession(options: PlayOptions): Session {
    const start = this.#startOf(options)
    const teller = new WarningTeller(this.#warnings)
    const media = this.#media(start.title, start.angle)
    const session: Session = new TitleSession(media, {
      time: ticksFromSeconds(start.time),
      chapter: start.chapter,
      audio: options.audio ?? start.audio,
      audioLanguage: options.preferences?.audioLanguage ?? null,
      subtitle: options.subtitle === undefined ? start.subtitle : options.subtitle,
      subtitleLanguage: options.preferences?.subtitleLanguage ?? null,
      aheadSeconds: options.aheadSeconds ?? DEFAULT_AHEAD_SECONDS,
      everything: options.streams === "all",
      teller,
      onClose: () => this.#sessions.delete(session),
    })
    return session
  }

  #programSession(options: PlayOptions): Session {
    const shared = {
      warnings: this.#warnings,
      aheadSeconds: options.aheadSeconds ?? DEFAULT_AHEAD_SECONDS,
      everything: options.streams === "all",
      audio: options.audio ?? null,
      subtitle: options.subtitle,
      random: Math.random,
      onClose: () => this.#sessions.delete(session),
    }
    const { files, info } = this
    const parsed = this.#parsed
    const session: Session =
      parsed.kind === "dvd-video"
        ? new DvdSession(dvdStart(options, info), {
            ...shared,
            files,
            dvd: parsed.dvd,
            fingerprint: info.fingerprint,
            preferences: dvdPreferences(options.preferences ?? {}, parsed.dvd),
          })
        : new HdmvSession(hdmvStart(options, info, parsed.bluray), {
            ...shared,
            info,
            bluray: parsed.bluray,
            preferences: hdmvPreferences(options.preferences ?? {}),
          })
    return session
  }

  #startOf(options: PlayOptions) {
    const nothing = { chapter: null, audio: null, subtitle: undefined }
    if ("bookmark" in options && "title" in options.bookmark) {
      const { bookmark } = options
      if (bookmark.fingerprint !== this.info.fingerprint) throw new DiscError("bad-argument", "this bookmark is of another disc")
      return { ...bookmark, chapter: null }
    }
    if ("title" in options) {
      const { title, time = 0, angle = 1, chapter = null } = options
      return { ...nothing, title, time, angle, chapter }
    }
    if (this.info.mainTitle === null) throw new DiscError("not-found", "the disc has no title that could be played")
    return { ...nothing, title: this.info.mainTitle, time: 0, angle: 1 }
  }
}
