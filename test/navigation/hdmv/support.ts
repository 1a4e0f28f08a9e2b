import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ByteReader, ticks } from "../../../src/base/index.ts"
import { parseIndexBdmv } from "../../../src/disc/bluray/index-bdmv.ts"
import { parseMovieObjects } from "../../../src/disc/bluray/movie-object.ts"
import type { ExecutedCommand, HdmvDisc, HdmvEnvironment } from "../../../src/navigation/hdmv/index.ts"
import { runOracle } from "../../support/oracles.ts"

export const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255]
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)]

/** A command's fields as the format has them. `immediate`: bit 1 for the first operand, bit 0 for the second. */
export type Fields = {
  readonly count: number
  readonly group: number
  readonly sub?: number
  readonly immediate?: number
  readonly branch?: number
  readonly compare?: number
  readonly set?: number
  readonly first?: number
  readonly second?: number
}

export function encode({
  count,
  group,
  sub = 0,
  immediate = 0,
  branch = 0,
  compare = 0,
  set = 0,
  first = 0,
  second = 0,
}: Fields): Uint8Array {
  return Uint8Array.from([(count << 5) | (group << 3) | sub, (immediate << 6) | branch, compare, set, ...u32(first), ...u32(second)])
}

/** Commands that tests write by name. Registers are numbers, immediates are marked. */
export const asm = {
  nop: encode({ count: 0, group: 0 }),
  goto: (line: number) => encode({ count: 1, group: 0, branch: 1, immediate: 2, first: line }),
  breakOff: encode({ count: 0, group: 0, branch: 2 }),
  jumpObject: (id: number) => encode({ count: 1, group: 0, sub: 1, immediate: 2, first: id }),
  jumpTitle: (title: number) => encode({ count: 1, group: 0, sub: 1, branch: 1, immediate: 2, first: title }),
  callObject: (id: number) => encode({ count: 1, group: 0, sub: 1, branch: 2, immediate: 2, first: id }),
  callTitle: (title: number) => encode({ count: 1, group: 0, sub: 1, branch: 3, immediate: 2, first: title }),
  resume: encode({ count: 0, group: 0, sub: 1, branch: 4 }),
  play: (playlist: number) => encode({ count: 1, group: 0, sub: 2, immediate: 2, first: playlist }),
  playItem: (playlist: number, item: number) =>
    encode({ count: 2, group: 0, sub: 2, branch: 1, immediate: 3, first: playlist, second: item }),
  playMark: (playlist: number, mark: number) =>
    encode({ count: 2, group: 0, sub: 2, branch: 2, immediate: 3, first: playlist, second: mark }),
  terminate: encode({ count: 0, group: 0, sub: 2, branch: 3 }),
  linkItem: (item: number) => encode({ count: 1, group: 0, sub: 2, branch: 4, immediate: 2, first: item }),
  linkMark: (mark: number) => encode({ count: 1, group: 0, sub: 2, branch: 5, immediate: 2, first: mark }),
  /** `value` into a general register. */
  move: (register: number, value: number) => encode({ count: 2, group: 2, set: 1, immediate: 1, first: register, second: value }),
  movePsr: (register: number, psr: number) => encode({ count: 2, group: 2, set: 1, first: register, second: 0x8000_0000 + psr }),
  add: (register: number, value: number) => encode({ count: 2, group: 2, set: 3, immediate: 1, first: register, second: value }),
  buttonPage: (button: number, page: number) =>
    encode({ count: 2, group: 2, sub: 1, set: 3, immediate: 3, first: 0x8000_0000 + button, second: 0x8000_0000 + page }),
}

export type MadeObject = { readonly flags?: number; readonly commands: readonly Uint8Array[] }

/** MovieObject.bdmv. Flags: 0x8000 resume intention, 0x4000 no menu call, 0x2000 no title search. */
export function movieObjectFile(objects: readonly MadeObject[]): Uint8Array {
  const body = objects.flatMap(({ flags = 0x8000, commands }) => [
    ...u16(flags),
    ...u16(commands.length),
    ...commands.flatMap((c) => [...c]),
  ])
  const content = [...u32(0), ...u16(objects.length), ...body]
  return Uint8Array.from([...Buffer.from("MOBJ0200"), ...Array<number>(32).fill(0), ...u32(content.length), ...content])
}

/** What a title holds: the number of a movie object, a BD-J object's name, or nothing. */
export type MadeTitle = number | string | null

/** index.bdmv; `titles`: first playback, top menu, title 1 and so on. */
export function indexFile(titles: readonly MadeTitle[]): Uint8Array {
  const entry = (title: MadeTitle): number[] => {
    if (title === null) return Array<number>(12).fill(0)
    if (typeof title === "string") return [...u32(0x8000_0000), ...u16(0), ...Buffer.from(title), 0]
    return [...u32(0x4000_0000), ...u16(0), ...u16(title), ...u32(0)]
  }
  const [first = null, top = null, ...rest] = titles
  const content = [...entry(first), ...entry(top), ...u16(rest.length), ...rest.flatMap(entry)]
  const head = [...Buffer.from("INDX0200"), ...u32(78), ...Array<number>(28).fill(0), ...u32(34), 0, 0x63, ...Array<number>(32).fill(0)]
  return Uint8Array.from([...head, ...u32(content.length), ...content])
}

/** A disc for the machine alone: its program and the playlists of another. */
export function madeDisc(titles: readonly MadeTitle[], objects: readonly MadeObject[], title: HdmvDisc["title"] = () => null): HdmvDisc {
  return {
    layout: { root: "/BDMV", shortNames: false },
    index: parseIndexBdmv(new ByteReader(indexFile(titles), "/BDMV/index.bdmv")),
    movieObjects: parseMovieObjects(new ByteReader(movieObjectFile(objects), "/BDMV/MovieObject.bdmv")),
    title,
  }
}

/** A folder that libbluray opens. */
export function writeProgram(root: string, titles: readonly MadeTitle[], objects: readonly MadeObject[]): void {
  mkdirSync(join(root, "BDMV/PLAYLIST"), { recursive: true })
  writeFileSync(join(root, "BDMV/index.bdmv"), indexFile(titles))
  writeFileSync(join(root, "BDMV/MovieObject.bdmv"), movieObjectFile(objects))
}

/** Clock at 0; random numbers as libbluray draws them when it is started at the oracle's time. */
export function oracleEnvironment(steps: Step[] = []): HdmvEnvironment {
  let chance = 1_000_000_000n
  const registers = new Map<number, number>()
  return {
    now: () => ticks(0),
    random: () => {
      chance = (chance * 6364136223846793005n + 1n) & 0xffff_ffff_ffff_ffffn
      return Number(chance >> 32n)
    },
    trace: (step) => steps.push(stepOf(step, registers)),
  }
}

/** A command as the log shows it: line, bytes, and the values that it changed. */
export type Step = { readonly line: number; readonly bytes: string; readonly changed: readonly number[] }

function stepOf({ line, command, writes }: ExecutedCommand, registers: Map<number, number>): Step {
  const changed = writes.filter(([register, value]) => (registers.get(register) ?? 0) !== value).map(([, value]) => value)
  for (const [register, value] of writes) registers.set(register, value)
  return { line, bytes: command.bytes, changed }
}

/** The commands that libbluray runs under a script, in order. */
export function oracleSteps(root: string, script: string): { steps: Step[]; lines: Record<string, unknown>[] } {
  const lines = runOracle("bdnav", ["-l", "0x1000", root, "-"], script)
  const steps: Step[] = []
  for (const { type, text } of lines) {
    if (type !== "log" || typeof text !== "string") continue
    const command = /: (\d{4,}): {2}([0-9a-f]{8}) ([0-9a-f]{8}),([0-9a-f]{8})/.exec(text)
    if (command !== null) {
      const [, line = "", opcode = "", first = "", second = ""] = command
      steps.push({ line: Number(line), bytes: diskOpcode(opcode) + first + second, changed: [] })
    }
    if (/\[ (dst|src)/.test(text)) {
      const last = steps.pop()
      const changed = [...text.matchAll(/<== 0x([0-9a-f]+)/g)].map(([, value]) => Number.parseInt(value ?? "", 16))
      if (last !== undefined) steps.push({ ...last, changed })
    }
  }
  return { steps, lines }
}

/** The log has the first byte's fields in the order of C's bit fields. */
function diskOpcode(logged: string): string {
  const value = Number.parseInt(logged.slice(0, 2), 16)
  const byte = (((value >> 3) & 7) << 5) | (((value >> 6) & 3) << 3) | (value & 7)
  return byte.toString(16).padStart(2, "0") + logged.slice(2)
}

/** A small generator, so that a failing case comes again. */
export function chanceOf(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
