import { mkdirSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { writeUdf } from "../udf/write-udf.mjs"

/** Folders in the order of what a player reads; some are there though nothing is in them. */
const FOLDERS = [
  ...["/BDMV/PLAYLIST", "/BDMV/CLIPINF", "/BDMV/STREAM", "/BDMV/AUXDATA", "/BDMV/META", "/BDMV/BDJO", "/BDMV/JAR"],
  ...["/BDMV/BACKUP/BDJO", "/BDMV/BACKUP/JAR", "/CERTIFICATE/BACKUP"],
]

/** Writes a disc's files to an image (`output` ends in .iso) or to a folder, and says what came of it. */
export function writeDisc({ output, label, files }) {
  const path = resolve(output)
  if (path.endsWith(".iso")) {
    writeUdf({ output: path, label, revision: 0x0250, metadataPartition: true, files, directories: FOLDERS })
    console.log(`${path}: ${statSync(path).size} bytes`)
    return
  }
  for (const file of files) {
    const to = join(path, file.path)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, file.source)
  }
  console.log(`${path}: ${files.length} files`)
}
