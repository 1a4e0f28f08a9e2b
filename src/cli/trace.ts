import { readFileSync } from "node:fs"
import { Command } from "commander"
import { crc32, DiscError, hex32, ticks } from "../base/index.ts"
import type { Disc, Item, ScriptOptions, StepOptions, TitleSteps } from "../plugin/index.ts"
import { openDisc } from "../plugin/node.ts"
import { write } from "./output.ts"

export function traceCommand(): Command {
  return new Command("trace")
    .description("run a session without a player and print each item as one JSON line")
    .argument("<disc>", "image, folder, drive or address")
    .requiredOption("--script <file>", "commands, one a line; - for standard input")
    .option("--seed <number>", "where the random numbers of the disc's program begin", "1")
    .option("--obey-prohibitions", "refuse keys that the disc forbids, as a player does")
    .option("--no-packets", "leave out packets and overlays, which is quicker")
    .option("--titles", "of a Blu-ray: its titles, without its program")
    .option("--json", "JSON, one object a line: what is printed in any case")
    .addHelpText(
      "after",
      `
A DVD's program runs from first play on: up, down, left, right, select N, activate, mouse X Y, click X Y,
menu escape|title|root|subpicture|audio|angle|part, title N, part N, part T N, time TICKS (90 kHz), sector N, next, prev,
top, go-up, angle N, audio N, subtitle N (0: off), still-skip, lang menu|audio|subpicture XX, region MASK, seed N,
run N (blocks of 2048 bytes), until EVENT [N] (nav, cell, still, highlight, hop, vts, stop, ...), state, stop.
What was read last is on the screen, and the clock is the number of blocks, 1.6 ms each.

A Blu-ray's program runs from first play on: up, down, left, right, enter, popup, digit N, mouse X Y, click X Y,
menu root|popup, title N (0: the top menu), playlist N, part N, time TICKS, angle N, audio N, subtitle N, still-skip,
set REGISTER VALUE, lang audio|pg|menu XXX, run N (aligned units of 6144 bytes, 1 ms each on its clock),
until EVENT [N] (STILL_TIME, PLAYLIST, PLAYITEM, MENU, END_OF_TITLE, ...), state, stop. # begins a comment.

With --titles: title N, part N, part T N, time TICKS, next, prev, angle N, audio N, subtitle N, run N, state, stop.

Examples:
  opentray trace movie.iso --script walk.txt
  printf 'until still\\nactivate\\nrun 500\\nstate\\n' | opentray trace movie.iso --script -`,
    )
    .action(async (spec: string, options: Options) => {
      const seed = Number(options.seed)
      if (!Number.isSafeInteger(seed) || seed < 0) throw new DiscError("bad-argument", `--seed takes a whole number, not "${options.seed}"`)
      const { obeyProhibitions = false, packets, titles = false } = options
      const script = readScript(options.script)
      const disc = await openDisc(spec)
      try {
        if (disc.info.kind === "dvd-video" || !titles) await runProgram(disc, script, { seed, obeyProhibitions, packets })
        else await new Tracer(disc).run(script)
      } finally {
        await disc.close()
      }
    })
}

type Options = {
  readonly script: string
  readonly seed: string
  readonly obeyProhibitions?: boolean
  readonly packets: boolean
  readonly titles?: boolean
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

/** Runs a script on a disc's program. CRCs go over the blocks as the disc has them. */
async function runProgram(disc: Disc, script: readonly ScriptLine[], options: ScriptOptions): Promise<void> {
  const run = disc.script(options)
  try {
    for (const { line, words } of script) {
      if (words[0] === "stop") return
      const command = words.join(" ")
      await print({ type: "command", command })
      try {
        for await (const printed of run.command(command)) await print(withoutPayload(printed as Item))
      } catch (error) {
        if (error instanceof DiscError && error.code === "bad-argument") throw usage(line, error.message)
        throw error
      }
    }
  } finally {
    await run.close()
  }
}

const print = (value: object): Promise<void> => write(`${JSON.stringify(value)}\n`)

/** Runs a script on the titles of a Blu-ray. CRCs go over the units as the disc has them. */
class Tracer {
  readonly #disc: Disc
  #start: StepOptions
  #steps: TitleSteps | null = null
  #units = 0
  #crc = 0
  #chapter = 1

  constructor(disc: Disc) {
    this.#disc = disc
    this.#start = { title: disc.info.mainTitle ?? 1 }
  }

  async run(script: readonly ScriptLine[]): Promise<void> {
    for (const { line, words } of script) {
      const [command = "", ...rest] = words
      if (command === "stop") return
      await print({ type: "command", command: words.join(" ") })
      await this.#command(command, rest.map(Number), line)
    }
  }

  #command(command: string, numbers: readonly number[], line: number): Promise<void> {
    const [first = Number.NaN, second = Number.NaN] = numbers
    if (numbers.some((value) => !Number.isInteger(value) || value < 0)) throw usage(line, `"${command}" takes whole numbers`)
    switch (command) {
      case "run":
        return this.#runUnits(first)
      case "state":
        return print({ type: "state", ...this.#state() })
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
      await print({ type: "result", ok: true })
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      await print({ type: "result", ok: false, code: error.code, message: error.message })
    }
  }

  async #runUnits(count: number): Promise<void> {
    if (this.#steps === null) await this.#from(this.#start)
    const steps = this.#steps
    if (steps === null) return
    for (let read = 0; read < count; ) {
      const step = await steps.step()
      if (step === null) break
      if (step.block !== null) {
        read++
        this.#units++
        this.#crc = crc32(step.block, this.#crc)
      }
      for (const item of step.items) await this.#item(item)
    }
  }

  #item(item: Item): Promise<void> {
    if (item.type === "position") this.#chapter = item.chapter ?? this.#chapter
    return print(withoutPayload(item))
  }

  #state() {
    const { title, angle = 1, audio = 1, subtitle = null } = this.#start
    const playlist = Number.parseInt(this.#disc.info.titles.find(({ number }) => number === title)?.bluray?.playlist ?? "", 10)
    return { units: this.#units, crc32: hex32(this.#crc), title, playlist, chapter: this.#chapter, angle, audio, subtitle }
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
