// Measures opentray against other programs, in one run on one machine: what counts are the ratios. `npm run build` first.
//   npm run bench -- [PART ...]    parts: open cat serve browse main-title demux menu-picture ig transcode first-frame menus (default: all)
import { existsSync } from "node:fs"
import { arch, cpus, platform } from "node:os"
import { join } from "node:path"

const PARTS = ["open", "cat", "serve", "browse", "main-title", "demux", "menu-picture", "ig", "transcode", "first-frame", "menus"]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !PARTS.includes(name))
if (unknown.length > 0) {
  console.error(`there is no part ${unknown.join(", ")}; there are ${PARTS.join(", ")}`)
  process.exit(2)
}
console.log(`${cpus().length} x ${cpus()[0]?.model.trim() ?? arch()}, ${platform()}, Node ${process.version}`)
let failed = false
for (const part of PARTS.filter((name) => wanted.length === 0 || wanted.includes(name))) {
  const path = join(import.meta.dirname, `bench-${part}.mjs`)
  if (!existsSync(path)) continue
  try {
    const { run } = await import(path)
    await run()
  } catch (error) {
    // One part that cannot run here does not take the others with it.
    console.log(`${part}: ${error instanceof Error ? error.message : error}`)
    failed = true
  }
}
process.exit(failed ? 1 : 0)
