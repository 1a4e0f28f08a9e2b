// A Blu-ray whose title 6 is long: the sample's decoy playlist with its play items many times over. The image stays small.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { MemorySource, Warnings } from "../../dist/core.js"
import { openFileSystem, walk } from "../../dist/filesystem/index.js"
import { writeUdf } from "../../samples/authoring/udf/write-udf.mjs"

const PLAYLIST = "/BDMV/PLAYLIST/00800.mpls"

export async function makeLongTitle(output, times) {
  const image = new Uint8Array(readFileSync(join(import.meta.dirname, "../../samples/bluray.iso")))
  const sample = await openFileSystem(new MemorySource(image), new Warnings())
  const files = []
  for await (const { path, type } of walk(sample, "/")) {
    if (type === "directory") continue
    const source = await sample.open(path)
    const bytes = await source.read(0, source.size)
    files.push({ path, source: path === PLAYLIST ? repeatItems(bytes, times) : bytes })
  }
  writeUdf({ output, label: "LONG", files })
}

/** Layout: PlayList_start_address at 8, PlayListMark_start_address at 12; PlayList: length, reserved, number_of_PlayItems, number_of_SubPaths, items. */
function repeatItems(mpls, times) {
  const file = Buffer.from(mpls)
  const list = file.readUInt32BE(8)
  const marks = file.readUInt32BE(12)
  const items = file.subarray(list + 10, list + 4 + file.readUInt32BE(list))
  const added = items.length * (times - 1)
  const head = Buffer.from(file.subarray(0, list + 10))
  head.writeUInt32BE(marks + added, 12)
  head.writeUInt32BE(file.readUInt32BE(list) + added, list)
  head.writeUInt16BE(file.readUInt16BE(list + 6) * times, list + 6)
  return Buffer.concat([head, ...Array(times).fill(items), file.subarray(list + 4 + file.readUInt32BE(list))])
}
