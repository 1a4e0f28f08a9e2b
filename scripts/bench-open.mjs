// Opening a disc and listing its titles, against libdvdread and libbluray: a loop inside one process each.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDisc } from "../dist/index.js"

const samples = join(import.meta.dirname, "../samples")
const WARM_UP = 30
const COUNT = 200
const ROUNDS = 5

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

async function ours(path, count) {
  let titles = 0
  const started = performance.now()
  for (let index = 0; index < count; index++) {
    const disc = await openDisc(path)
    titles = disc.info.titles.length
    await disc.close()
  }
  return { ms: (performance.now() - started) / count, titles }
}

/** Builds the little program that asks the library; null where the library or a compiler is not installed. */
function build(source, library, folder) {
  const flags = spawnSync("pkg-config", ["--cflags", "--libs", library], { encoding: "utf8" })
  if (flags.status !== 0) return null
  const program = join(folder, source)
  const built = spawnSync("cc", ["-O2", "-o", program, join(import.meta.dirname, `bench/${source}.c`), ...flags.stdout.trim().split(/\s+/)])
  return built.status === 0 ? program : null
}

function theirs(program, path) {
  const output = execFileSync(program, [path, String(COUNT)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 26 })
  // libdvdread talks on the same stream.
  const [ms, titles] = output.trim().split("\n").at(-1).split(" ")
  return { ms: Number(ms), titles: Number(titles) }
}

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "opentray-bench-"))
  try {
    for (const [name, source, library, label] of [
      ["dvd.iso", "open-dvd", "dvdread", "libdvdread"],
      ["bluray.iso", "open-bluray", "libbluray", "libbluray"],
    ]) {
      const path = join(samples, name)
      const program = build(source, library, folder)
      await ours(path, WARM_UP)
      const mine = []
      const other = []
      let titles = ""
      for (let round = 0; round < ROUNDS; round++) {
        const own = await ours(path, COUNT)
        mine.push(own.ms)
        titles = `${own.titles} titles`
        if (program === null) continue
        const reference = theirs(program, path)
        other.push(reference.ms)
        titles = `${own.titles} titles, ${label} lists ${reference.titles}`
      }
      const against =
        program === null
          ? `${label} is not installed here: no ratio`
          : `${label} ${median(other).toFixed(2)} ms: ratio ${(median(mine) / median(other)).toFixed(2)}`
      console.log(`open and list: ${name} ${median(mine).toFixed(2)} ms, ${against} (${titles})`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
