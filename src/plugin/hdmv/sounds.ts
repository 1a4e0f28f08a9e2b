import { DiscError, type Ticks, type Warnings } from "../../base/index.ts"
import type { BlurayDisc } from "../../disc/bluray/index.ts"
import type { SoundItem } from "../items.ts"

/** A button's sound lasts a moment; sound.bdmv as a whole has 2 MiB at most (libbluray's discs stay far below). */
const MAX_SOUND_BYTES = 4 * 1024 * 1024

/** The sounds of sound.bdmv, each read when a button makes it first. */
export class MenuSounds {
  readonly #bluray: BlurayDisc
  readonly #warnings: Warnings
  readonly #items = new Map<number, Promise<Omit<SoundItem, "at"> | null>>()

  constructor(bluray: BlurayDisc, warnings: Warnings) {
    this.#bluray = bluray
    this.#warnings = warnings
  }

  /** null: there is no such sound, or it cannot be read. */
  async item(sound: number, at: Ticks): Promise<SoundItem | null> {
    const known = this.#items.get(sound) ?? this.#read(sound)
    this.#items.set(sound, known)
    const item = await known
    return item === null ? null : { ...item, at }
  }

  async #read(sound: number): Promise<Omit<SoundItem, "at"> | null> {
    try {
      const object = (await this.#bluray.sounds())[sound]
      if (object === undefined || object.lengthBytes > MAX_SOUND_BYTES) return null
      const samples = (await this.#bluray.readSound(object)).slice()
      // Big-endian on the disc.
      for (let at = 0; at + 1 < samples.length; at += 2) samples.subarray(at, at + 2).reverse()
      return { type: "sound", channels: object.channels, sampleRate: object.sampleRate, samples }
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      this.#warnings.add("menu-sound", `a button's sound cannot be read: ${error.message}`, error.place)
      return null
    }
  }
}
