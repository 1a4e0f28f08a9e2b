import { Command } from "commander"
import { type FileEntry, walk } from "../filesystem/index.ts"
import { openFiles } from "./open-files.ts"
import { write, writeJson } from "./output.ts"

export function lsCommand(): Command {
  return new Command("ls")
    .description("list the files inside an image")
    .argument("<disc>", "image, folder, drive or address")
    .argument("[path]", "a directory inside it", "/")
    .option("--json", "one JSON value: path, type, size, extents [[first sector, bytes], ...]")
    .addHelpText(
      "after",
      `
Examples:
  opentray ls movie.iso                       all files and directories
  opentray ls movie.iso /BDMV/STREAM          those below a directory
  opentray ls https://nas.local/movie.iso --json`,
    )
    .action(async (spec: string, path: string, options: { json?: boolean }) => {
      const files = await openFiles(spec)
      try {
        const entries: FileEntry[] = []
        for await (const entry of walk(files, path)) entries.push(entry)
        if (options.json) await writeJson(entries.map(jsonEntry))
        else
          await write(
            entries.map((entry) => `${String(entry.size).padStart(13)}  ${entry.path}${entry.type === "directory" ? "/" : ""}\n`).join(""),
          )
      } finally {
        await files.close()
      }
    })
}

function jsonEntry({ path, type, size, extents }: FileEntry) {
  return type === "directory"
    ? { path, type }
    : { path, type, size, extents: extents.map(({ startSector, lengthBytes }) => [startSector, lengthBytes]) }
}
