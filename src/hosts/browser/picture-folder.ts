import { randomUUID } from "node:crypto"
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DiscError } from "../../base/index.ts"

/** About 10 KB each. */
const MAX_FILES = 20_000
/** Files that go at a time when there are too many: those not written for longest. */
const CLEAR = 2_000

/** Pictures from one run to the next: making one costs a decoder, and a library has thousands. What cannot be read or written is done without. */
export class PictureFolder {
  readonly #path: string
  #count: number | null = null

  constructor(path: string) {
    this.#path = path
  }

  /** `key`: hexadecimal digits and hyphens. */
  async get(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const file = this.#file(key)
    const bytes = await readFile(file).catch(() => null)
    return bytes === null || bytes.length === 0 ? null : new Uint8Array(bytes)
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const making = join(this.#path, `${randomUUID()}.tmp`)
    try {
      await mkdir(this.#path, { recursive: true, mode: 0o700 })
      await writeFile(making, bytes, { mode: 0o600 })
      await rename(making, this.#file(key))
      this.#count = (this.#count ?? (await readdir(this.#path)).length) + 1
      if (this.#count > MAX_FILES) await this.#clear()
    } catch {
      await rm(making, { force: true }).catch(() => {})
    }
  }

  async #clear(): Promise<void> {
    const names = await readdir(this.#path)
    const ages: { readonly name: string; readonly at: number }[] = []
    for (const name of names) ages.push({ name, at: (await stat(join(this.#path, name)).catch(() => null))?.mtimeMs ?? 0 })
    ages.sort((a, b) => a.at - b.at)
    for (const { name } of ages.slice(0, CLEAR)) await rm(join(this.#path, name), { force: true })
    this.#count = null
  }

  #file(key: string): string {
    if (!/^[\da-f-]+$/.test(key)) throw new DiscError("bad-argument", `"${key}" names no picture`)
    return join(this.#path, `${key}.jpg`)
  }
}
