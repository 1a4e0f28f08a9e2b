import type { ListedDisc } from "../host.ts"

/** Titles whose size is remembered: a large library's films, and some of everything else. */
const MAX_KNOWN = 20_000

/** Sizes of titles' files. A DVD's tables say them; a Blu-ray's do not to the byte, so they are learnt when a title is read. */
export class TitleSizes {
  readonly #known = new Map<string, number>()

  learn({ info }: ListedDisc, title: number, bytes: number): void {
    const key = `${info.fingerprint}/${title}`
    this.#known.delete(key)
    this.#known.set(key, bytes)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest)
  }

  /** In bytes; null where it is not known: a wrong one would end the film early. */
  readonly sizeOf = ({ info }: ListedDisc, title: number): number | null => {
    const known = this.#known.get(`${info.fingerprint}/${title}`)
    if (known !== undefined) return known
    // What is missing or odd on a disc may make its titles shorter than its tables say.
    if (info.kind !== "dvd-video" || info.warnings.length > 0) return null
    return info.titles.find(({ number }) => number === title)?.size ?? null
  }
}
