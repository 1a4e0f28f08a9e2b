import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

const samples = resolve(import.meta.dirname, "../../samples")

/** The discs of the repository. */
export const sampleDvd = join(samples, "dvd.iso")
export const sampleBluray = join(samples, "bluray.iso")

const SCRIPTS = { ntsc: "make-ntsc-dvd.mjs", mpeg2: "make-mpeg2-bluray.mjs", dvd: "make-dvd.mjs", bluray: "make-bluray.mjs" }

function scriptFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? scriptFiles(path) : /\.(mjs|menu|program)$/.test(path) ? [path] : []
    })
}

/**
 * The image a script of samples/ makes, made once for each state of the scripts and kept in the machine's temporary folder. `seconds`: the length of
 * each title, where the script takes one (default 60).
 */
export function madeDisc(name: keyof typeof SCRIPTS, seconds?: number): string {
  const hash = createHash("sha256")
  for (const path of [join(samples, SCRIPTS[name]), ...scriptFiles(join(samples, "authoring"))]) hash.update(readFileSync(path))
  const folder = join(tmpdir(), "opentray-samples")
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}-${seconds ?? "full"}-${hash.digest("hex").slice(0, 16)}.iso`)
  if (existsSync(path)) return path
  // Another test may make the same one at this moment: each writes its own, the last to finish stays.
  const making = join(folder, `${process.pid}-${name}.iso`)
  execFileSync(process.execPath, [join(samples, SCRIPTS[name]), making, ...(seconds === undefined ? [] : [String(seconds)])], {
    stdio: ["ignore", "ignore", "pipe"],
  })
  renameSync(making, path)
  return path
}
