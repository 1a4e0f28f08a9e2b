import { readFileSync } from "node:fs"
import { Command } from "commander"
import { crc32, DiscError, hex32, ticks } from "../base/index.ts"
import type { Disc, Item, StepOptions, TitleSteps } from "../plugin/index.ts"
import { openDisc } from "../plugin/node.ts"
import { write } from "./output.ts"

export function traceCommand(): Command {
  return new Command("trace")
    .description("run a session without a player and print each item as one JSON line")
    .argument("<disc>", "image, folder, drive or address")
    .requiredOption("--script <file>", "commands, one a line; - for standard input")
    .option("--json", "JSON, one object a line: what is printed in any case")
    .addHelpText(
      "after",
      `
Commands: title N, part N, part T N, time TICKS (90 kHz), next, prev, angle N, audio N, subtitle N (0: off),
run N (blocks of 2048 bytes on DVD, aligned units of 6144 bytes on Blu-ray), state, stop. # begins a comment.

Examples:
  opentray trace movie.iso --script walk.txt
  printf 'title 1\\nrun 500\\nstate\\n' | opentray trace movie.iso --script -`,
    )
    .action(async (spec: string, options: { script: string }) => {
      const script = readScript(options.script)
      const disc = await openDisc(spec)
      try {
        await new Tracer(disc).run(script)
      } finally {
        await disc.close()
      }
    })
}

type ScriptLine = { readonly line: number; readonly words: readonly string[] }

function readScript(path: string): ScriptLine[] {
  let text: string
  try {
    text = readFileSync(path === "-" ? 0 : path, "utf8")
  } catch (cause) {
    throw new DiscError("not-found", "the script cannot be read", { path }, { cause })
  }
  return text.split("\n").flatMap((line, index) => {
    const words = line
      .replace(/#.*/, "")
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "")
    return words.length === 0 ? [] : [{ line: index + 1, words }]
  })
}

/** Runs a script on one disc. CRCs go over the blocks as the disc has them. */
class Tracer {
  readonly #disc: Disc
  readonly #isDvd: boolean
  #start: StepOptions
  #steps: TitleSteps | null = null
  #blocks = 0
  #crc = 0
  #chapter = 1

  constructor(disc: Disc) {
    this.#disc = disc
    this.#isDvd = disc.info.kind === "dvd-video"
    this.#start = { title: disc.info.mainTitle ?? 1 }
  }

  async run(script: readonly ScriptLine[]): Promise<void> {
    for (const { line, words } of script) {
      const [command = "", ...rest] = words
      if (command === "stop") return
      await this.#print({ type: "command", command: words.join(" ") })
      await this.#command(command, rest.map(Number), line)
    }
  }

  #command(command: string, numbers: readonly number[], line: number): Promise<void> {
    const [first = Number.NaN, second = Number.NaN] = numbers
    if (numbers.some((value) => !Number.isInteger(value) || value < 0)) throw usage(line, `"${command}" takes whole numbers`)
    switch (command) {
      case "run":
        return this.#runBlocks(first)
      case "state":
        return this.#print({ type: "state", ...this.#state() })
      case "title":
        return this.#from({ ...this.#streams(), title: first })
      case "part":
        return numbers.length === 2
          ? this.#from({ ...this.#streams(), title: first, chapter: second })
          : this.#from({ ...this.#streams(), title: this.#start.title, chapter: first })
      case "time":
        return this.#from({ ...this.#streams(), title: this.#start.title, time: ticks(first) })
      case "next":
        return this.#from({ ...this.#streams(), title: this.#start.title, chapter: this.#chapter + 1 })
      case "prev":
        return this.#from({ ...this.#streams(), title: this.#start.title, chapter: Math.max(1, this.#chapter - 1) })
      case "angle":
        return this.#from({ ...this.#start, angle: first })
      case "audio":
        return this.#from({ ...this.#start, audio: first })
      case "subtitle":
        return this.#from({ ...this.#start, subtitle: first === 0 ? null : first })
      default:
        throw usage(line, `"${command}" is no command of a title's trace`)
    }
  }

  /** What a jump keeps. */
  #streams(): Omit<StepOptions, "title"> {
    const { angle, audio, subtitle } = this.#start
    return {
      ...(angle === undefined ? {} : { angle }),
      ...(audio === undefined ? {} : { audio }),
      ...(subtitle === undefined ? {} : { subtitle }),
    }
  }

  async #from(start: StepOptions): Promise<void> {
    try {
      this.#steps = await this.#disc.steps(start)
      this.#start = start
      this.#chapter = start.chapter ?? 1
      await this.#print({ type: "result", ok: true })
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      await this.#print({ type: "result", ok: false, code: error.code, message: error.message })
    }
  }

  async #runBlocks(count: number): Promise<void> {
    if (this.#steps === null) await this.#from(this.#start)
    const steps = this.#steps
    if (steps === null) return
    for (let read = 0; read < count; ) {
      const step = await steps.step()
      if (step === null) break
      if (step.block !== null) {
        read++
        this.#blocks++
        this.#crc = crc32(step.block, this.#crc)
      }
      for (const item of step.items) await this.#item(item)
    }
  }

  #item(item: Item): Promise<void> {
    if (item.type === "position") this.#chapter = item.chapter ?? this.#chapter
    return this.#print(withoutPayload(item))
  }

  #state() {
    const { title, angle = 1, audio = 1, subtitle = null } = this.#start
    const counted = { crc32: hex32(this.#crc) }
    if (this.#isDvd) {
      return { blocks: this.#blocks, ...counted, domain: "title", title, part: this.#chapter, angle, audio, subpicture: subtitle }
    }
    const playlist = Number.parseInt(this.#disc.info.titles.find(({ number }) => number === title)?.bluray?.playlist ?? "", 10)
    return { units: this.#blocks, ...counted, title, playlist, chapter: this.#chapter, angle, audio, subtitle }
  }

  #print(value: object): Promise<void> {
    return write(`${JSON.stringify(value)}\n`)
  }
}

function usage(line: number, message: string): DiscError {
  return new DiscError("bad-argument", `script line ${line}: ${message}`)
}

/** Bytes become their number and CRC. */
function withoutPayload(item: Item): object {
  if (item.type === "packet") {
    const { data, ...rest } = item
    return { ...rest, size: data.length, crc32: hex32(crc32(data)) }
  }
  if (item.type === "overlay") {
    const { picture, ...rest } = item
    const bitmaps = picture.bitmaps.map(({ x, y, width, height, indices, palette }) => {
      return { x, y, width, height, indexCrc32: hex32(crc32(indices)), paletteCrc32: hex32(crc32(palette)) }
    })
    return { ...rest, planeWidth: picture.planeWidth, planeHeight: picture.planeHeight, bitmaps }
  }
  return item
}
