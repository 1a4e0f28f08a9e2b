// A player that knows nothing of discs: it finds a plug-in through its manifest, plays a title and counts packets per stream.
//   node samples/host/host.mjs DISC [--title N] [--manifest FILE] [--json]
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { parseArgs } from "node:util"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { title: { type: "string" }, manifest: { type: "string" }, json: { type: "boolean" } },
})
const [input] = positionals
if (input === undefined) {
  console.error("usage: node host.mjs DISC [--title N] [--manifest FILE] [--json]")
  process.exit(2)
}

const manifestPath = values.manifest ?? join(import.meta.dirname, "../../plugin-manifest/opentray.json")
const { entry } = JSON.parse(readFileSync(manifestPath, "utf8"))
const plugin = await import(pathToFileURL(createRequire(manifestPath).resolve(entry.module)).href)

const counts = new Map()
let streams = []
function take({ stream, data, decodeOnly }) {
  const count = counts.get(stream) ?? { packets: 0, displaySets: 0, outside: { packets: 0, displaySets: 0 } }
  counts.set(stream, count)
  // What is there for the decoder only lies outside the title's in and out times.
  const into = decodeOnly ? count.outside : count
  into.packets++
  // A packet of Presentation Graphics is a segment; the one of type 0x80 ends a display set.
  if (data[0] === 0x80) into.displaySets++
}

const disc = await plugin[entry.function](input)
try {
  const from = values.title === undefined ? { from: "main-title" } : { title: Number(values.title) }
  // Pulling alone drives it; a player with a clock calls session.presented() as it shows.
  for await (const item of disc.play({ ...from, streams: "all" })) {
    if (item.type === "streams") streams = item.streams
    if (item.type === "packet") take(item)
    if (item.type === "warning") console.error(item.warning.message)
  }
} finally {
  await disc.close()
}

const text = (codec, { packets, displaySets }) => `${packets} packets${codec.includes("pgs") ? `, ${displaySets} display sets` : ""}`
for (const { index, kind, number, codec, language, id } of streams) {
  const { outside, ...inside } = counts.get(index) ?? { packets: 0, displaySets: 0, outside: { packets: 0, displaySets: 0 } }
  if (values.json) console.log(JSON.stringify({ kind, number, codec, language, id, ...inside, outside }))
  else
    console.log(
      `${kind} ${number} ${codec} ${language ?? "-"} ${id}: ${text(codec, inside)}${outside.packets > 0 ? `; outside the in and out times ${text(codec, outside)}` : ""}`,
    )
}
