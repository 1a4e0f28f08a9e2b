import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { homedir } from "node:os"
import { dirname, join } from "node:path"

/** Titles whose place is kept; the one played longest ago goes first. */
const MAX_PLACES = 500
/** The file with so many places has 50 kB. */
const MAX_FILE_LENGTH = 1 << 20
/** A title that was only looked into begins anew. In seconds. */
const LEAST_SECONDS = 5
/** Credits: who has come so far has seen it. */
const LAST_SHARE = 0.95

/** Where each title was left, by disc: a small file in the user's state folder. */
export class ResumeStore {
  readonly #path: string

  /** Default: `$XDG_STATE_HOME/opentray/resume.json`, as the XDG Base Directory Specification says. */
  constructor(path = join(stateFolder(), "opentray", "resume.json")) {
    this.#path = path
  }

  /** In seconds; null where the title was not begun, or seen to its end. */
  async get(fingerprint: string, title: number): Promise<number | null> {
    return (await this.#read()).get(keyOf(fingerprint, title)) ?? null
  }

  /** Best effort: a folder that cannot be written to only means that the title begins anew the next time. */
  async put(fingerprint: string, title: number, at: { readonly time: number; readonly duration: number }): Promise<void> {
    const places = await this.#read()
    const key = keyOf(fingerprint, title)
    places.delete(key)
    if (at.time >= LEAST_SECONDS && at.time < at.duration * LAST_SHARE) places.set(key, Math.floor(at.time))
    const kept = [...places].slice(-MAX_PLACES)
    const draft = `${this.#path}.${process.pid}`
    try {
      await mkdir(dirname(this.#path), { recursive: true })
      await writeFile(draft, `${JSON.stringify(Object.fromEntries(kept), null, 1)}\n`)
      await rename(draft, this.#path)
    } catch {
      // Said above.
    }
  }

  async #read(): Promise<Map<string, number>> {
    try {
      const text = await readFile(this.#path, "utf8")
      const value: unknown = text.length > MAX_FILE_LENGTH ? null : JSON.parse(text)
      if (typeof value !== "object" || value === null) return new Map()
      return new Map(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === "number" && entry[1] >= 0))
    } catch {
      return new Map()
    }
  }
}

const keyOf = (fingerprint: string, title: number): string => `${fingerprint}/${title}`

/** The variable counts only where it is an absolute path, the specification says. */
function stateFolder(): string {
  const told = process.env.XDG_STATE_HOME ?? ""
  return told.startsWith("/") ? told : join(homedir(), ".local", "state")
}
