import { hostname, networkInterfaces } from "node:os"
import { Command } from "commander"
import { DiscError } from "../base/index.ts"
import { deviceRules } from "../hosts/dlna/index.ts"
import { openDisc } from "../plugin/node.ts"
import { Library, startServer } from "../server/index.ts"
import { allHosts } from "./hosts.ts"
import { write, writeJson } from "./output.ts"
import { port } from "./port.ts"
import { untilStopped } from "./until-stopped.ts"
import { version } from "./version.ts"

/** Bookmarks and televisions remember addresses: the same one each time. */
const DEFAULT_PORT = "8460"
/** More of the reasons than this nobody reads on a terminal; the page has them all. */
const MAX_TOLD = 100

type Options = { readonly port: string; readonly lan?: boolean; readonly name?: string; readonly tvRules?: string; readonly json?: boolean }

export function serveCommand(): Command {
  return new Command("serve")
    .description("serve discs and folders of discs to browsers, players and televisions")
    .argument("<disc...>", "folders of images, images, disc folders, drives or addresses")
    .option("--port <number>", "listen on this port; 0: any free one", DEFAULT_PORT)
    .option("--lan", "let the other machines of the house in; without it, only this computer can connect")
    .option("--name <name>", "what televisions call this server (default: opentray and this computer's name)")
    .option("--tv-rules <folder>", "rule files for televisions that want other forms (docs/tv-rules.md)")
    .option("--json", "print name, addresses and number of discs as one JSON value")
    .addHelpText(
      "after",
      `
Examples:
  opentray serve ~/Films                      a library in the browser of this computer
  opentray serve ~/Films --lan                the same for every machine and television of the house
  opentray serve movie.iso /media/dvd --lan   two discs
  opentray serve ~/Films --lan --name Den --port 8080

Folders are watched: discs that are copied there appear, those deleted go.`,
    )
    .action(async (specs: string[], options: Options) => {
      const name = serverName(options.name)
      const rules = await deviceRules(options.tvRules ?? null)
      const library = await Library.open(specs, { openDisc, version: version() })
      const tell = teller(library)
      const server = await startServer({
        host: options.lan ? "0.0.0.0" : "127.0.0.1",
        port: port(options.port),
        discs: [],
        library,
        openDisc,
        hosts: allHosts({ name, rules }),
      }).catch(async (error) => {
        await library.close()
        throw error
      })
      const urls = [`http://localhost:${server.port}/`, ...(options.lan ? lanAddresses().map((at) => `http://${at}:${server.port}/`) : [])]
      const discs = library.list.length + library.status.reading
      if (options.json) await writeJson({ name, port: server.port, urls, discs })
      else await write(`${name} serves ${discs === 1 ? "1 disc" : `${discs} discs`} at\n${urls.map((url) => `  ${url}\n`).join("")}`)
      tell()
      const unwatch = library.watch(tell)
      await untilStopped()
      unwatch()
      await server.close()
    })
}

function serverName(given: string | undefined): string {
  const name = given?.trim() ?? `opentray on ${hostname()}`
  if (name === "" || name.length > 64 || /\p{Cc}/u.test(name)) throw new DiscError("bad-argument", "--name takes 1 to 64 characters")
  return name
}

/** This computer's addresses in its networks; IPv4, as televisions want them. */
function lanAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address),
  )
}

/** Says on stderr, once each, what of the library cannot be opened. */
function teller(library: Library): () => void {
  const told = new Set<string>()
  return () => {
    for (const { folder, name, message } of library.status.problems) {
      const line = `opentray: ${[...folder, name].join("/")}: ${message}\n`
      if (told.has(line) || told.size > MAX_TOLD) continue
      told.add(line)
      process.stderr.write(told.size > MAX_TOLD ? "opentray: more cannot be opened; the page says which\n" : line)
    }
  }
}
