import { Command } from "commander"
import { openDisc } from "../plugin/node.ts"
import { write, writeJson } from "./output.ts"

export function programsCommand(): Command {
  return new Command("programs")
    .description("print the disc's own program as readable assembly")
    .argument("<disc>", "image, folder, drive or address")
    .option("--json", "one JSON value: the lines")
    .addHelpText(
      "after",
      `
Examples:
  opentray programs movie.iso | less          a DVD's commands, program chain by program chain
  opentray programs movie.iso --json`,
    )
    .action(async (spec: string, options: { json?: boolean }) => {
      const disc = await openDisc(spec)
      try {
        const lines = [...disc.programs()]
        await (options.json ? writeJson(lines) : write(lines.map((line) => `${line}\n`).join("")))
      } finally {
        await disc.close()
      }
    })
}
