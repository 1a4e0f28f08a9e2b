import { Command } from "commander"
import { assert, DiscError } from "../base/index.ts"
import { createMediaHost } from "../hosts/dlna/media-host.ts"
import { ReadWatch } from "../hosts/dlna/read-watch.ts"
import { addressTowards, type FoundRenderer, RendererDirectory, Renderers } from "../hosts/dlna/renderer/index.ts"
import type { Host, HostContext } from "../hosts/host.ts"
import type { Disc } from "../plugin/index.ts"
import { openDisc } from "../plugin/node.ts"
import { nameOf, type RunningServer, startServer } from "../server/index.ts"
import { write, writeJson } from "./output.ts"
import { ResumeStore } from "./resume-store.ts"
import { TvRemote } from "./tv-remote.ts"

/** Renderers answer within two seconds, and some are late. */
const SEARCH_MS = 2_600
/** Looked at so often for the one that was named. */
const LOOK_MS = 100

type PlayOptions = {
  readonly title?: string
  readonly to?: string
  readonly audio?: string
  readonly subtitle?: string
  readonly fromStart?: boolean
  readonly json?: boolean
}

export function tvCommand(): Command {
  const tv = new Command("tv").description("televisions and receivers of the house (UPnP renderers): list them, play a title on one")
  for (const command of [listCommand(), playCommand()]) {
    tv.addCommand(command.exitOverride().showHelpAfterError("(opentray tv --help shows how)"))
  }
  return tv
}

function listCommand(): Command {
  return new Command("list")
    .description("find the renderers on the network")
    .option("--json", "print them as one JSON value")
    .action(async (options: { readonly json?: boolean }) => {
      const directory = new RendererDirectory()
      try {
        const found = await searched(directory, null)
        if (options.json)
          return await writeJson(found.map(({ id, address, description }) => ({ id, name: description.name, kind: "dlna", address })))
        if (found.length === 0) process.stderr.write("no renderer answered; is it switched on and in this network?\n")
        const width = Math.max(...found.map(({ description }) => description.name.length))
        for (const { address, description } of found) await write(`${description.name.padEnd(width)}  ${address}\n`)
      } finally {
        await directory.close()
      }
    })
}

function playCommand(): Command {
  return new Command("play")
    .description("play a title on a renderer")
    .argument("<disc>", "image, folder, drive or address")
    .option("--title <number>", "the title; default: the main one")
    .option("--to <name>", "the renderer, by a part of its name; default: the only one there is")
    .option("--audio <number>", "the sound track")
    .option("--subtitle <number>", "the subtitle, drawn into the picture")
    .option("--from-start", "begin anew, not where the title was left")
    .option("--json", "print a state a line, and take an act a line: what POST /api/renderers/:id takes")
    .addHelpText(
      "after",
      `
Keys: space pauses and goes on; left and right go 10 s, down and up a minute; + and - are the volume; s, q and Ctrl-C stop.

Examples:
  opentray tv list                             what there is to play on
  opentray tv play movie.iso --to kitchen      the main title, where it was left
  opentray tv play movie.iso --title 2 --audio 2 --from-start`,
    )
    .action(play)
}

async function play(spec: string, options: PlayOptions): Promise<void> {
  const choice = { ...numbered(options.audio, "audio"), ...numbered(options.subtitle, "subtitle") }
  const wanted = numbered(options.title, "title").title
  const disc = await openDisc(spec)
  const directory = new RendererDirectory()
  let server: RunningServer | null = null
  try {
    const { info } = disc
    const title = info.titles.find(({ number }) => number === (wanted ?? info.mainTitle))
    if (title === undefined)
      throw new DiscError("not-found", `the disc has no title ${wanted ?? "to play"}; opentray info shows which there are`)
    const renderer = chosen(await searched(directory, options.to ?? null), options.to ?? null)
    const store = new ResumeStore()
    const left = options.fromStart ? null : await store.get(info.fingerprint, title.number)
    const { server: running, renderers, id } = await serve(disc, nameOf(spec), renderer, directory)
    server = running
    const remote = new TvRemote({
      name: renderer.description.name,
      duration: title.duration,
      json: options.json ?? false,
      onPlace: (time) => store.put(info.fingerprint, title.number, { time, duration: title.duration }),
    })
    await remote.run((onStatus) => renderers.play(renderer.id, { disc: id, title: title.number, time: left ?? 0, ...choice }, onStatus))
  } finally {
    await server?.close()
    await directory.close()
    if (server === null) await disc.close()
  }
}

type Serving = { readonly server: RunningServer; readonly renderers: Renderers; readonly id: string }

/** Serves the disc's titles, and nothing else, on the one address by which the renderer reaches this machine. */
async function serve(disc: Disc, name: string, renderer: FoundRenderer, directory: RendererDirectory): Promise<Serving> {
  const reads = new ReadWatch()
  const made: Omit<Serving, "server">[] = []
  const host = (context: HostContext): Host => {
    const renderers = new Renderers(context, { directory, reads })
    const media = createMediaHost(context, reads)
    made.push({ renderers, id: context.discs()[0]?.id ?? "" })
    return {
      ...media,
      listening: async (at) => renderers.listening(at),
      close: async () => {
        await renderers.close()
        await media.close()
      },
    }
  }
  const server = await startServer({ host: await addressTowards(renderer.address), discs: [{ disc, name }], openDisc, hosts: [host] })
  const [serving] = made
  assert(serving !== undefined, "a server makes its hosts before it listens")
  return { server, ...serving }
}

/** Those that answered a search; at once when one has exactly the name. */
async function searched(directory: RendererDirectory, name: string | null): Promise<readonly FoundRenderer[]> {
  await directory.search()
  for (const until = Date.now() + SEARCH_MS; Date.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    const exact = name === null ? [] : directory.list().filter(({ description }) => description.name === name)
    if (exact.length > 0) return exact
  }
  return directory.list()
}

/** @throws DiscError `not-found`, `bad-argument` where it is not clear which is meant */
function chosen(found: readonly FoundRenderer[], name: string | null): FoundRenderer {
  const matching = found.filter(({ description }) => name === null || description.name.toLowerCase().includes(name.toLowerCase()))
  const [first] = matching
  const names = (list: readonly FoundRenderer[]) => list.map(({ description, address }) => `${description.name} (${address})`).join(", ")
  if (found.length === 0) throw new DiscError("not-found", "no renderer answered; is it switched on and in this network?")
  if (first === undefined) throw new DiscError("not-found", `no renderer has "${name}" in its name; there are: ${names(found)}`)
  if (matching.length > 1) throw new DiscError("bad-argument", `say with --to which of them: ${names(matching)}`)
  return first
}

function numbered<Name extends string>(text: string | undefined, name: Name): { readonly [key in Name]?: number } {
  if (text === undefined) return {}
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new DiscError("bad-argument", `--${name} takes a number from 1, not "${text}"`)
  return { [name]: value } as { readonly [key in Name]?: number }
}
