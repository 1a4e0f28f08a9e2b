import type { ByteReader, Warnings } from "../../base/index.ts"

/** Four values by pixel code: background (0), pattern (1), emphasis 1 (2), emphasis 2 (3). */
export type PerCode = readonly [number, number, number, number]

/** A rectangle of the plane; edges are inclusive. */
export type DisplayArea = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }

/** From `startColumn` to the next one of its line, pixels have these colours and contrasts instead. */
export type PixelControl = { readonly startColumn: number; readonly colours: PerCode; readonly contrasts: PerCode }

/** What CHG_COLCON changes on lines `startLine` to `endLine` of the plane, both inclusive. */
export type LineControl = { readonly startLine: number; readonly endLine: number; readonly pixels: readonly PixelControl[] }

export type SubpictureCommand =
  | { readonly op: "fsta-dsp" | "sta-dsp" | "stp-dsp" }
  /** Entries of the program chain's palette. */
  | { readonly op: "set-color"; readonly colours: PerCode }
  /** 0 (transparent) to 15 (opaque). */
  | { readonly op: "set-contr"; readonly contrasts: PerCode }
  | { readonly op: "set-darea"; readonly area: DisplayArea }
  /** Where the pixel data of the first, third, ... and of the second, fourth, ... line of the area begin in the unit. */
  | { readonly op: "set-dspxa"; readonly topField: number; readonly bottomField: number }
  | { readonly op: "chg-colcon"; readonly lines: readonly LineControl[] }
  | { readonly op: "unknown"; readonly opcode: number }

/** SP_DCSQ: what happens `delayTicks` after the unit's presentation time. */
export type ControlSequence = { readonly delayTicks: number; readonly commands: readonly SubpictureCommand[] }

/** SP_DCSQ_STM counts in these 90 kHz ticks. */
const TICKS_PER_DELAY = 1024

/** SPDSZ and SP_DCSQTA. */
const HEADER_SIZE = 4
const CONTROL_SEQUENCE_HEADER_SIZE = 4

/** Ends the parameters of CHG_COLCON. */
const LINE_CONTROL_END = 0x0fffffff
const LINE_CONTROL_SIZE = 4
const PIXEL_CONTROL_SIZE = 6

/**
 * The control sequences of a sub-picture unit (SPU), in the unit's order. Layout: dvd.sourceforge.net "Sub-Pictures", FFmpeg `dvdsubdec.c`.
 * A sequence that breaks off or holds an unknown command ends there, with a warning.
 * @throws DiscError `damaged` (no control sequence to be found), `unsupported` (HD DVD)
 */
export function parseSubpictureUnit(unit: ByteReader, warnings: Warnings): readonly ControlSequence[] {
  const header = unit.from(0, "SPDSZ")
  const size = header.u16("SPDSZ")
  if (size === 0) throw header.error("unsupported", "SPDSZ", "0: a sub-picture of HD DVD")
  if (size > unit.length) {
    warnings.add("subpicture-truncated", `a sub-picture of ${size} bytes has only ${unit.length}; it is shown as far as it goes`, {
      path: unit.path,
    })
  }
  const first = header.u16("SP_DCSQTA")
  if (first < HEADER_SIZE) throw header.error("damaged", "SP_DCSQTA", `${first} points into the header`)

  const sequences: ControlSequence[] = []
  // Each sequence lies behind the one before, so the chain ends; the last one points to itself.
  for (let at = first, previous = 0; at > previous; ) {
    const sequence = unit.from(at, "SP_NXT_DCSQ_SA")
    if (sequences.length > 0 && sequence.remaining < CONTROL_SEQUENCE_HEADER_SIZE) {
      warnings.add("subpicture-truncated", "the sub-picture ends before its last control sequence", { path: unit.path, offset: at })
      break
    }
    const delayTicks = sequence.u16("SP_DCSQ_STM") * TICKS_PER_DELAY
    previous = at
    at = sequence.u16("SP_NXT_DCSQ_SA")
    sequences.push({ delayTicks, commands: readCommands(sequence, warnings) })
    if (at > unit.length) {
      warnings.add("subpicture-truncated", `the next control sequence is at ${at}, past the end`, { path: unit.path, offset: previous })
      break
    }
  }
  return sequences
}

function readCommands(sequence: ByteReader, warnings: Warnings): SubpictureCommand[] {
  const commands: SubpictureCommand[] = []
  const warn = (message: string) => warnings.add("subpicture-command", message, { path: sequence.path })
  while (sequence.remaining > 0) {
    const opcode = sequence.u8("command")
    if (opcode === 0xff) return commands
    const length = parameterLength(opcode, sequence)
    if (length > sequence.remaining) {
      warn(`command ${opcode} needs ${length} bytes, ${sequence.remaining} are left in the sub-picture`)
      return commands
    }
    const command = readCommand(opcode, sequence.window(length, "parameters"))
    commands.push(command)
    if (command.op === "unknown") {
      warn(`there is no command ${opcode}; the rest of its control sequence is left out`)
      return commands
    }
  }
  warn("a control sequence has no end")
  return commands
}

/** Bytes of parameters behind the command's own. */
function parameterLength(opcode: number, sequence: ByteReader): number {
  switch (opcode) {
    case 0x03:
    case 0x04:
      return 2
    case 0x05:
      return 6
    case 0x06:
      return 4
    case 0x07:
      // The parameter area's own size, which counts itself.
      return sequence.remaining < 2 ? 2 : Math.max(2, sequence.from(sequence.position, "CHG_COLCON size").u16("CHG_COLCON size"))
    default:
      return 0
  }
}

function readCommand(opcode: number, parameters: ByteReader): SubpictureCommand {
  switch (opcode) {
    case 0x00:
      return { op: "fsta-dsp" }
    case 0x01:
      return { op: "sta-dsp" }
    case 0x02:
      return { op: "stp-dsp" }
    case 0x03:
      return { op: "set-color", colours: perCode(parameters.u16("SET_COLOR")) }
    case 0x04:
      return { op: "set-contr", contrasts: perCode(parameters.u16("SET_CONTR")) }
    case 0x05: {
      const columns = parameters.u24("SET_DAREA columns")
      const lines = parameters.u24("SET_DAREA lines")
      return { op: "set-darea", area: { left: columns >> 12, right: columns & 0xfff, top: lines >> 12, bottom: lines & 0xfff } }
    }
    case 0x06:
      return { op: "set-dspxa", topField: parameters.u16("top field"), bottomField: parameters.u16("bottom field") }
    case 0x07:
      return { op: "chg-colcon", lines: readLineControls(parameters) }
    default:
      return { op: "unknown", opcode }
  }
}

/** LN_CTLI, each with its PX_CTLI, up to the end mark or as far as they are whole. */
function readLineControls(parameters: ByteReader): LineControl[] {
  const lines: LineControl[] = []
  parameters.skip(2, "CHG_COLCON size")
  while (parameters.remaining >= LINE_CONTROL_SIZE) {
    const start = parameters.u16("LN_CTLI start")
    const rest = parameters.u16("LN_CTLI end")
    if (start * 0x10000 + rest === LINE_CONTROL_END) break
    // Lines come in their order, each once.
    if ((start & 0xfff) <= (lines.at(-1)?.endLine ?? -1)) break
    const count = Math.min(rest >> 12, Math.floor(parameters.remaining / PIXEL_CONTROL_SIZE))
    const pixels = parameters.list(count, PIXEL_CONTROL_SIZE, "PX_CTLI", (item) => ({
      startColumn: item.u16("PX_CTLI column") & 0xfff,
      colours: perCode(item.u16("PX_CTLI colours")),
      contrasts: perCode(item.u16("PX_CTLI contrasts")),
    }))
    lines.push({ startLine: start & 0xfff, endLine: rest & 0xfff, pixels })
  }
  return lines
}

/** Four nibbles, emphasis 2 first. */
export function perCode(nibbles: number): PerCode {
  return [nibbles & 0xf, (nibbles >> 4) & 0xf, (nibbles >> 8) & 0xf, (nibbles >> 12) & 0xf]
}
