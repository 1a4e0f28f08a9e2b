// A player that knows nothing of discs: it finds a plug-in through its manifest, plays a title and counts packets per stream.
//   node samples/host/host.mjs DISC [--title N] [--manifest FILE]
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { parseArgs } from "node:util"

const { values, positionals } = parseArgs({ allowPositionals: true, options: { title: { type: "string" }, manifest: { type: "string" } } })
const [input] = positionals
if (input === undefined) {
  console.error("usage: node host.mjs DISC [--title N] [--manifest FILE]")
  process.exit(2)
}

const manifestPath = values.manifest ?? join(import.meta.dirname, "../../plugin-manifest/opentray.json")
const { entry } = JSON.parse(readFileSync(manifestPath, "utf8"))
const plugin = await import(pathToFileURL(createRequire(manifestPath).resolve(entry.module)).href)

const disc = await plugin[entry.function](input)
const from = values.title === undefined ? { from: "main-title" } : { title: Number(values.title) }
let streams = []
const counts = new Map()
try {
  // Pulling drives it: a player with a clock calls session.presented() as it shows.
  for await (const item of disc.play({ ...from, streams: "all" })) {
    if (item.type === "streams") streams = item.streams
    if (item.type === "packet") counts.set(item.stream, (counts.get(item.stream) ?? 0) + 1)
    if (item.type === "warning") console.error(item.warning.message)
  }
} finally {
  await disc.close()
}
for (const { index, kind, number, codec, language, id } of streams) {
  console.log([kind, number, codec, language ?? "-", id, `${counts.get(index) ?? 0} packets`].join(" "))
}
