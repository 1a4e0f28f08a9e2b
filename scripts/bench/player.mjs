import { spawn } from "node:child_process"
import { join } from "node:path"

/** The built command line. */
export const main = join(import.meta.dirname, "../../dist/cli/main.js")

/** Starts the player on a disc; gives the page's address and what stops it. */
export function startPlayer(disc, ...options) {
  const child = spawn(process.execPath, [main, disc, "--no-open", ...options], { stdio: ["ignore", "pipe", "inherit"] })
  return new Promise((done, failed) => {
    let output = ""
    child.stdout.on("data", (chunk) => {
      output += chunk
      const url = /https?:\/\/\S+/.exec(output)?.[0]
      if (url !== undefined) done({ url, stop: () => child.kill("SIGTERM") })
    })
    child.on("exit", () => failed(new Error(`opentray ended: ${output}`)))
  })
}
