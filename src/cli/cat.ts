import { Command } from "commander"
import { DiscError, type Source } from "../base/index.ts"
import { openDisc } from "../plugin/node.ts"
import { openFiles } from "./open-files.ts"
import { write } from "./output.ts"
import { progress } from "./progress.ts"

/** Read and written at a time. */
const CHUNK_BYTES = 1024 * 1024

type Options = { readonly title?: string; readonly angle?: string; readonly range?: string }

export function catCommand(): Command {
  return new Command("cat")
    .description("write a file of the image, or a title as one file, to stdout")
    .argument("<disc>", "image, folder, drive or address")
    .argument("[path]", "a file inside it")
    .option("--title <number>", "the title as one file: MPEG program stream (DVD) or 192-byte transport stream (Blu-ray)")
    .option("--angle <number>", "with --title: the angle", "1")
    .option("--range <first-last>", "only these bytes, counted from 0, both included")
    .addHelpText(
      "after",
      `
Examples:
  opentray cat movie.iso --title 1 > film.m2ts          a title as one file
  opentray cat movie.iso --title 3 --angle 2 | mpv -    another angle, straight into a player
  opentray cat movie.iso /VIDEO_TS/VIDEO_TS.IFO > a.ifo one file of the image
  opentray cat movie.iso --title 1 --range 0-1048575    its first MiB`,
    )
    .action(async (spec: string, path: string | undefined, options: Options) => {
      if ((path === undefined) === (options.title === undefined)) {
        throw new DiscError("bad-argument", "cat takes either a path inside the disc or --title NUMBER")
      }
      if (path !== undefined) return catFile(spec, path, options)
      return catTitle(spec, options)
    })
}

async function catFile(spec: string, path: string, options: Options): Promise<void> {
  const files = await openFiles(spec)
  try {
    await copy(await files.open(path), options)
  } finally {
    await files.close()
  }
}

async function catTitle(spec: string, options: Options): Promise<void> {
  const disc = await openDisc(spec)
  try {
    await copy(await disc.openTitle(ordinal(options.title, "--title"), { angle: ordinal(options.angle, "--angle") }), options)
  } finally {
    await disc.close()
  }
}

function ordinal(text: string | undefined, option: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new DiscError("bad-argument", `${option} takes a number from 1, not "${text}"`)
  return value
}

async function copy(source: Source, options: Options): Promise<void> {
  const { first, end } = rangeOf(options.range, source.size)
  const bar = progress(end - first)
  // The next read runs while the last is written.
  let next = source.read(first, Math.min(CHUNK_BYTES, end - first))
  for (let at = first; at < end; ) {
    const bytes = await next
    if (bytes.length === 0) throw new DiscError("read-failed", "the file ends early", { path: source.name, offset: at })
    at += bytes.length
    next = at < end ? source.read(at, Math.min(CHUNK_BYTES, end - at)) : Promise.resolve(bytes)
    next.catch(() => {})
    await write(bytes)
    bar.update(at - first)
  }
  bar.stop()
}

function rangeOf(range: string | undefined, size: number): { first: number; end: number } {
  if (range === undefined) return { first: 0, end: size }
  const match = /^(\d+)-(\d*)$/.exec(range)
  if (match === null) throw new DiscError("bad-argument", `--range takes FIRST-LAST, not "${range}"`)
  const first = Math.min(Number(match[1]), size)
  const end = match[2] === "" ? size : Math.min(Number(match[2]) + 1, size)
  return { first, end: Math.max(first, end) }
}
