#!/usr/bin/env node
import { Command, CommanderError } from "commander"
import { DiscError } from "../base/index.ts"
import { catCommand } from "./cat.ts"
import { infoCommand } from "./info.ts"
import { lsCommand } from "./ls.ts"
import { playCommand } from "./play.ts"
import { programsCommand } from "./programs.ts"
import { serveCommand } from "./serve.ts"
import { traceCommand } from "./trace.ts"
import { tvCommand } from "./tv.ts"
import { version } from "./version.ts"

const EXAMPLES = `
Examples:
  opentray movie.iso                       play a disc image in the browser
  opentray /media/dvd                      play a drive's disc or a folder
  opentray https://nas.local/movie.iso     play an image over the network
  opentray serve ~/Films --lan             a folder of discs, for every screen of the house
  opentray info movie.iso                  what is on the disc
  opentray ls movie.iso /BDMV/STREAM       files inside the image
  opentray cat movie.iso --title 1 > film.m2ts
                                           a title as one file

A disc is an image (.iso, .img), a folder that holds VIDEO_TS or BDMV, a drive or an http(s) address.
No disc at hand? Any camera's AVCHD card, a DVD from a shelf, or an image you made of one will do.`

const program = new Command("opentray")
  .description("Plays optical discs (DVD-Video, Blu-ray) from images, folders, drives and addresses.")
  .version(version())
  .showHelpAfterError("(opentray --help shows how)")
  .addHelpText("after", EXAMPLES)
  .exitOverride()
  .addCommand(playCommand(), { isDefault: true })
  .addCommand(serveCommand())
  .addCommand(infoCommand())
  .addCommand(lsCommand())
  .addCommand(catCommand())
  .addCommand(tvCommand())
  .addCommand(traceCommand())
  .addCommand(programsCommand())

// Commands do not take this over from the program by themselves.
for (const command of program.commands) command.exitOverride().showHelpAfterError("(opentray --help shows how)")

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) is no failure.
  if (error.code === "EPIPE") process.exit(0)
  throw error
})

try {
  if (process.argv.length <= 2) {
    program.outputHelp()
    process.exitCode = 2
  } else await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** Exit codes: 1 failed, 2 usage. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof DiscError) {
    process.stderr.write(`opentray: ${error.message}\n`)
    return error.code === "bad-argument" ? 2 : 1
  }
  process.stderr.write(
    `opentray: something is wrong in opentray itself; please report this.\n${error instanceof Error ? error.stack : error}\n`,
  )
  return 1
}
