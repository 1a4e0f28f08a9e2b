import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDisc } from "../../../src/plugin/node.ts"
import { sampleDvd } from "../../support/samples.ts"

/** VMGI_MAT's provider identifier: 32 bytes that nothing depends on but the fingerprint. */
const PROVIDER = 0x40

/** A folder that goes with the test. */
export class Workplace {
  readonly path: string
  #files: ReadonlyMap<string, Buffer> | null = null

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), "opentray-library-"))
  }

  at(...parts: readonly string[]): string {
    return join(this.path, ...parts)
  }

  folder(...parts: readonly string[]): string {
    const path = this.at(...parts)
    mkdirSync(path, { recursive: true })
    return path
  }

  /** The sample DVD as a folder at `path`, with a fingerprint of its own. Its films are links to one file. */
  async dvd(path: string, number: number): Promise<void> {
    const files = await this.#sampleFiles()
    mkdirSync(join(path, "VIDEO_TS"), { recursive: true })
    for (const [name, bytes] of files) {
      const target = join(path, "VIDEO_TS", name)
      if (name !== "VIDEO_TS.IFO") linkSync(this.at(".dvd", name), target)
      else {
        const own = Buffer.from(bytes)
        own.write(String(number).padEnd(32, " "), PROVIDER, "latin1")
        writeFileSync(target, own)
      }
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }

  async #sampleFiles(): Promise<ReadonlyMap<string, Buffer>> {
    if (this.#files !== null) return this.#files
    const files = new Map<string, Buffer>()
    const disc = await openDisc(sampleDvd)
    this.folder(".dvd")
    for (const entry of await disc.files.list("/VIDEO_TS")) {
      if (entry.name.endsWith(".BUP")) continue
      const file = await disc.files.open(entry)
      const bytes = Buffer.from(await file.read(0, file.size))
      files.set(entry.name, bytes)
      writeFileSync(this.at(".dvd", entry.name), bytes)
    }
    await disc.close()
    this.#files = files
    return files
  }
}
