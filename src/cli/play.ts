import { spawn } from "node:child_process"
import { Command } from "commander"
import { openDisc } from "../plugin/node.ts"
import { nameOf, startServer } from "../server/index.ts"
import { allHosts } from "./hosts.ts"
import { write, writeJson } from "./output.ts"
import { port } from "./port.ts"
import { untilStopped } from "./until-stopped.ts"

type Options = { readonly open: boolean; readonly film?: boolean; readonly json?: boolean; readonly port: string; readonly host: string }

export function playCommand(): Command {
  return new Command("play")
    .description("play a disc in the browser (the default)")
    .argument("<disc>", "image, folder, drive or address")
    .option("--no-open", "do not open the page by itself")
    .option("--film", "begin with the main title, not with the disc's opening and menus")
    .option("--port <number>", "listen on this port; 0: any free one", "0")
    .option("--host <address>", "listen on this address; others than 127.0.0.1 let other machines in", "127.0.0.1")
    .option("--json", "print label and address as one JSON value")
    .addHelpText(
      "after",
      `
Examples:
  opentray movie.iso                          the page opens by itself
  opentray movie.iso --film                   straight to the main title
  opentray /dev/sr0 --no-open --port 8080     a drive, at an address of your choice
  opentray movie.iso --host 0.0.0.0           for other machines of the house too`,
    )
    .action(async (spec: string, options: Options) => {
      const listenOn = port(options.port)
      const disc = await openDisc(spec)
      const server = await startServer({
        host: options.host,
        port: listenOn,
        discs: [{ disc, name: nameOf(spec) }],
        openDisc,
        hosts: allHosts(),
      })
      const url = options.film ? `${server.url}?start=film` : server.url
      const label = disc.info.label || nameOf(spec)
      await (options.json ? writeJson({ label, url }) : write(`${label} plays at ${url}\n`))
      if (options.open && process.stdout.isTTY) openPage(url)
      await untilStopped()
      await server.close()
    })
}

/** Best effort: the address is printed in any case. */
function openPage(url: string): void {
  const [command, ...args] =
    process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"]
  const child = spawn(command ?? "xdg-open", [...args, url], { stdio: "ignore", detached: true })
  child.on("error", () => {})
  child.unref()
}
