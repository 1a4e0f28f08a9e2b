import { Command } from "commander"
import type { DiscInfo, StreamInfo, TitleInfo } from "../disc/index.ts"
import { openDisc } from "../plugin/node.ts"
import { bytes, clock, write, writeJson } from "./output.ts"

export function infoCommand(): Command {
  return new Command("info")
    .description("say what is on a disc: titles, chapters, streams, menus")
    .argument("<disc>", "image, folder, drive or address")
    .option("--json", "one JSON value, for programs")
    .option("--scan", "look into each title's packets for scrambled content (default, but for addresses)")
    .option("--no-scan", "read the structure files only")
    .option("--stats", "also what reading cost: reads, bytes, round trips, cache hits")
    .addHelpText(
      "after",
      `
Examples:
  opentray info movie.iso                     for people
  opentray info movie.iso --json              for programs
  opentray info https://nas.local/movie.iso --scan --stats`,
    )
    .action(async (spec: string, options: { json?: boolean; scan?: boolean; stats?: boolean }) => {
      const disc = await openDisc(spec)
      try {
        // Over the network each place looked at is a request; a person who wants to know asks.
        const scan = options.scan ?? !/^https?:/i.test(spec)
        const info = scan ? await disc.scan() : disc.info
        const stats = options.stats ? disc.stats : undefined
        if (options.json) await writeJson(stats === undefined ? info : { ...info, stats })
        else {
          await write(describe(info))
          if (!scan && options.scan === undefined) await write("\nnot looked for: scrambled content, which --scan finds\n")
          if (stats)
            await write(`\nreads ${stats.reads}, bytes ${stats.bytes}, round trips ${stats.roundTrips}, cache hits ${stats.cacheHits}\n`)
        }
      } finally {
        await disc.close()
      }
    })
}

function describe(info: DiscInfo): string {
  const name = info.names["eng"] ?? Object.values(info.names)[0]
  const lines = [`${name ?? info.label} (${info.kind}${name === undefined ? "" : `, ${info.label}`})`]
  for (const mark of info.protection) lines.push(`protection: ${mark.detail}`)
  for (const title of info.titles) lines.push("", ...describeTitle(title, title.number === info.mainTitle))
  if (info.menus.length > 0) {
    const menus = info.menus.map(({ name: menu, titleSet, language }) =>
      [menu, titleSet === null ? "" : ` of title set ${titleSet}`, language === null ? "" : ` (${language})`].join(""),
    )
    lines.push("", `menus: ${menus.join(", ")}`)
  }
  for (const warning of info.warnings) lines.push(`warning: ${warning.message}`)
  return `${lines.join("\n")}\n`
}

function describeTitle(title: TitleInfo, isMain: boolean): string[] {
  const facts = [clock(title.duration), title.chapters.length === 1 ? "1 chapter" : `${title.chapters.length} chapters`, bytes(title.size)]
  if (title.angles > 1) facts.push(`${title.angles} angles`)
  if (title.bluray !== undefined) facts.push(title.bluray.playlist)
  if (title.sameAs !== null) facts.push(`same as title ${title.sameAs}`)
  if (title.partOf !== null) facts.push(`part of title ${title.partOf}`)
  if (title.scrambled === true) facts.push("scrambled")
  return [
    `title ${title.number}${isMain ? " (main)" : ""}: ${facts.join(", ")}`,
    ...title.streams.map((stream) => `  ${describeStream(stream)}`),
  ]
}

function describeStream(stream: StreamInfo): string {
  const facts: string[] = [stream.codec]
  if (stream.width !== undefined) facts.push(`${stream.width}x${stream.height}${stream.interlaced ? "i" : ""}`)
  if (stream.frameRate !== undefined) facts.push(`${stream.frameRate} fps`)
  if (stream.aspect !== undefined) facts.push(stream.aspect)
  if (stream.language !== null) facts.push(stream.language)
  if (stream.channels !== undefined) facts.push(`${stream.channels} channels`)
  if (stream.label !== null) facts.push(stream.label)
  return `${stream.kind} ${stream.number}: ${[...facts, ...(stream.flags ?? [])].join(", ")}`
}
