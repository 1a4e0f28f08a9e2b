import { DiscError, SECTOR_SIZE, type Warnings } from "../../base/index.ts"
import { clipName, type DvdDisc, titleSetOf, type VobFile } from "../../disc/dvd/index.ts"
import type { FileSystem } from "../../filesystem/index.ts"
import type { BlockAddress } from "../../navigation/dvd/index.ts"
import { OpenClips } from "../open-clips.ts"
import { openVobs } from "./vobs.ts"

/** The first read after a jump: a menu's picture is often no longer, and what is not wanted costs little. */
const FIRST_RUN = 64
const LONGEST_RUN = 256
/** After an unreadable run, pieces of an ECC block of a DVD (32 KiB) are tried. */
const SALVAGE_RUN = 16
/** A longer stretch of unreadable blocks is no scratch (64 MiB): the read error goes to the caller. */
const MAX_UNREADABLE_BLOCKS = 32_768

type Run = { readonly clip: string; readonly first: number; readonly count: number; readonly bytes: Uint8Array | null }

/** The blocks of all VOBs of a disc, read in runs and handed out one by one. */
export class BlockReader {
  readonly #dvd: DvdDisc
  readonly #clips: OpenClips<string>
  readonly #warnings: Warnings
  #run: Run | null = null
  #length = FIRST_RUN
  #unreadable = 0

  constructor(files: FileSystem, dvd: DvdDisc, warnings: Warnings) {
    this.#dvd = dvd
    this.#warnings = warnings
    this.#clips = new OpenClips((clip) => {
      const vobs = this.#vobs(clip)
      return openVobs(files, vobs, vobs[0]?.path ?? clipName(0))
    })
  }

  /** The block, when it is at hand; null: it cannot be read; undefined: `fill` first. */
  take(address: BlockAddress): Uint8Array | null | undefined {
    const run = this.#run
    if (run === null || run.clip !== clipOf(address)) return undefined
    const at = address.sector - run.first
    if (at < 0 || at >= run.count) return undefined
    return run.bytes === null ? null : run.bytes.subarray(at * SECTOR_SIZE, (at + 1) * SECTOR_SIZE)
  }

  /**
   * Reads the block and what lies behind it.
   * @throws DiscError `read-failed` where the disc cannot be read for long, `aborted`, `source-changed`
   */
  async fill(address: BlockAddress, signal: AbortSignal): Promise<void> {
    const [clip, first] = [clipOf(address), address.sector]
    const goesOn = this.#run?.clip === clip && this.#run.first + this.#run.count === first
    this.#length = goesOn ? Math.min(this.#length * 2, LONGEST_RUN) : FIRST_RUN
    this.#run = (await this.#read(clip, first, this.#length, signal)) ?? (await this.#salvage(clip, first, signal))
  }

  close(): Promise<void> {
    return this.#clips.close()
  }

  async #salvage(clip: string, first: number, signal: AbortSignal): Promise<Run> {
    // Long runs would find the same scratch again and again.
    this.#length = SALVAGE_RUN / 2
    const run = await this.#read(clip, first, SALVAGE_RUN, signal)
    if (run !== null) return run
    this.#unreadable += SALVAGE_RUN
    const place = { path: clip, offset: first * SECTOR_SIZE }
    if (this.#unreadable > MAX_UNREADABLE_BLOCKS) throw new DiscError("read-failed", "nothing of the disc can be read any more", place)
    this.#warnings.add("unreadable-sectors", "cannot be read; playback goes on behind it", place)
    return { clip, first, count: SALVAGE_RUN, bytes: null }
  }

  async #read(clip: string, first: number, count: number, signal: AbortSignal): Promise<Run | null> {
    try {
      const source = await this.#clips.get(clip)
      const bytes = await source.read(first * SECTOR_SIZE, count * SECTOR_SIZE, { signal })
      const whole = Math.floor(bytes.length / SECTOR_SIZE)
      if (whole === 0) return { clip, first, count: 1, bytes: null }
      this.#unreadable = 0
      return { clip, first, count: whole, bytes }
    } catch (error) {
      if (error instanceof DiscError && (error.code === "read-failed" || error.code === "not-found")) return null
      throw error
    }
  }

  #vobs(clip: string): readonly VobFile[] {
    const [, number = "", isMenu] = /^(\d+)(m?)$/.exec(clip) ?? []
    const titleSet = titleSetOf(this.#dvd, Number(number))
    if (isMenu !== "m") return titleSet?.titleVobs ?? []
    const vob = number === "0" ? this.#dvd.vmg.menuVob : titleSet?.menuVob
    return vob === null || vob === undefined ? [] : [vob]
  }
}

const clipOf = ({ titleSet, vobs }: BlockAddress): string => `${titleSet}${vobs === "menu" ? "m" : ""}`
