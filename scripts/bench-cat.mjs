// `opentray cat --title` of a long title, against `cat` of the same bytes as a file and `ffmpeg -c copy` of them: whole processes, by turns.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeLongTitle } from "./bench/long-title.mjs"

const main = join(import.meta.dirname, "../dist/cli/main.js")
const samples = join(import.meta.dirname, "../samples")
/** 42 play items of 21 MB, so often: 420 MB. */
const TIMES = 20
const ROUNDS = 3

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const hasProgram = (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0

function seconds(command, args) {
  const started = performance.now()
  execFileSync(command, args, { stdio: ["ignore", "ignore", "ignore"], maxBuffer: 0 })
  return (performance.now() - started) / 1000
}

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "opentray-bench-"))
  try {
    const image = join(folder, "long.iso")
    const title = join(folder, "title.m2ts")
    await makeLongTitle(image, TIMES)
    execFileSync("sh", ["-c", `"${process.execPath}" "${main}" cat "${image}" --title 6 > "${title}"`])
    const commands = {
      "opentray cat --title": ["sh", ["-c", `"${process.execPath}" "${main}" cat "${image}" --title 6 > /dev/null`]],
      cat: ["sh", ["-c", `cat "${title}" | cat > /dev/null`]],
    }
    if (hasProgram("ffmpeg"))
      commands["ffmpeg -c copy"] = ["ffmpeg", ["-v", "error", "-y", "-i", title, "-map", "0", "-c", "copy", "-f", "mpegts", "/dev/null"]]
    const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, [command, args]] of Object.entries(commands)) times[name].push(seconds(command, args))
    }
    const bytes = statSync(title).size
    const own = median(times["opentray cat --title"])
    for (const [name, list] of Object.entries(times)) {
      const ratio = name.startsWith("opentray") ? "" : `: opentray takes ${(own / median(list)).toFixed(2)} times as long`
      console.log(
        `title as a file (${Math.round(bytes / 1e6)} MB): ${name} ${median(list).toFixed(2)} s, ${Math.round(bytes / 1e6 / median(list))} MB/s${ratio}`,
      )
    }
    const dvd = join(samples, "dvd.iso")
    const small = median([0, 1, 2].map(() => seconds(process.execPath, [main, "cat", dvd, "--title", "1"])))
    console.log(
      `title as a file: the sample DVD's title 1 (${Math.round(statSync(dvd).size / 1e6)} MB image) ${small.toFixed(2)} s, most of it the start of the program`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
