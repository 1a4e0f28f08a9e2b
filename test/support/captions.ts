import { execFileSync } from "node:child_process"

/** A word of line 21 without parity. */
export type Word = readonly [first: number, second: number]

/** Data channel 1; channel 2 adds 8 to the first byte. Twice each, as sent. */
const control = (first: number, second: number): Word[] => [
  [first, second],
  [first, second],
]
export const RCL = control(0x14, 0x20)
export const BS = control(0x14, 0x21)
export const DER = control(0x14, 0x24)
export const FON = control(0x14, 0x28)
export const RDC = control(0x14, 0x29)
export const TR = control(0x14, 0x2a)
export const RTD = control(0x14, 0x2b)
export const EDM = control(0x14, 0x2c)
export const CR = control(0x14, 0x2d)
export const ENM = control(0x14, 0x2e)
export const EOC = control(0x14, 0x2f)
export const rollUp = (rows: 2 | 3 | 4): Word[] => control(0x14, 0x23 + rows)
export const tab = (columns: 1 | 2 | 3): Word[] => control(0x17, 0x20 + columns)
export const midRow = (look: number): Word[] => control(0x11, 0x20 + look)
export const special = (code: number): Word[] => control(0x11, code)
export const extended = (set: 0x12 | 0x13, code: number): Word[] => control(set, code)
export const NULLS = (count: number): Word[] => Array.from({ length: count }, () => [0, 0])

/** First byte and bit 5 of the second, as the table of preamble address codes in 47 CFR 15.119 has them for rows 1 to 15. */
const PREAMBLES: readonly Word[] = [
  [0x11, 0x40],
  [0x11, 0x60],
  [0x12, 0x40],
  [0x12, 0x60],
  [0x15, 0x40],
  [0x15, 0x60],
  [0x16, 0x40],
  [0x16, 0x60],
  [0x17, 0x40],
  [0x17, 0x60],
  [0x10, 0x40],
  [0x13, 0x40],
  [0x13, 0x60],
  [0x14, 0x40],
  [0x14, 0x60],
]
/** `look`: 0x00 white ... 0x0c magenta, 0x0e italics, 0x10 + indent / 2; odd: underlined. */
export function pac(row: number, look: number): Word[] {
  const [first, second] = PREAMBLES[row - 1]!
  return control(first, second + look)
}

export function text(characters: string): Word[] {
  const bytes = [...Buffer.from(characters, "latin1")]
  if (bytes.length % 2 === 1) bytes.push(0)
  return Array.from({ length: bytes.length / 2 }, (_, index) => [bytes[index * 2]!, bytes[index * 2 + 1]!])
}

export const channel2 = (words: readonly Word[]): Word[] =>
  words.map(([first, second]) => [first >= 0x10 && first < 0x20 ? first + 8 : first, second])

/** The byte with bit 7 so that its ones are odd in number. */
export function parity(byte: number): number {
  let ones = 0
  for (let bit = 0; bit < 7; bit++) ones += (byte >> bit) & 1
  return ones % 2 === 1 ? byte : byte | 0x80
}

/** One coded picture: where its headers and slices lie in the stream, and when it is shown. */
type Coded = {
  readonly start: number
  readonly group: number
  readonly temporalReference: number
  readonly slices: number
  readonly coding: number
}

export type Author = {
  /** Pictures in coding order: bytes, the number in showing order, and whether a group begins. */
  readonly units: readonly { readonly data: Buffer; readonly shown: number; readonly key: boolean }[]
  readonly stream: Buffer
}

function startCodes(stream: Buffer): { at: number; code: number }[] {
  const found: { at: number; code: number }[] = []
  for (let at = stream.indexOf("\0\0\x01", 0, "latin1"); at >= 0; at = stream.indexOf("\0\0\x01", at + 3, "latin1"))
    found.push({ at, code: stream[at + 3]! })
  return found
}

/** Takes an MPEG-2 elementary stream of frames apart. `group`: where the group header ends that the picture stands behind, else -1. */
function pictures(stream: Buffer): Coded[] {
  const list: Coded[] = []
  let start = -1
  let group = -1
  let picture = -1
  let coding = -1
  for (const { at, code } of startCodes(stream)) {
    if (start < 0) start = at
    if (code === 0xb8) group = at + 8
    else if (code === 0) picture = at
    else if (code === 0xb5 && stream[at + 4]! >> 4 === 8) coding = at
    else if (code === 1) {
      const temporalReference = (stream[picture + 4]! << 2) | (stream[picture + 5]! >> 6)
      list.push({ start, group, temporalReference, slices: at, coding })
      start = -1
      group = -1
    } else if (code > 1 && code <= 0xaf) start = -1
  }
  return list
}

/** What is put in: `gop` gets the group's pictures in showing order, `picture` one; both give user_data without its start code. */
export type Insert = {
  readonly gop?: (shown: readonly number[]) => Buffer
  readonly picture?: (shown: number) => Buffer
  /** top_field_first and repeat_first_field by showing order; null: left as they are. */
  readonly flags?: (shown: number) => readonly [top: number, repeat: number]
}

/** Puts user data into an elementary stream. */
export function insertUserData(stream: Buffer, insert: Insert): Author {
  const coded = pictures(stream)
  const groups: Coded[][] = []
  for (const each of coded) {
    if (each.group >= 0 || groups.length === 0) groups.push([])
    groups.at(-1)!.push(each)
  }
  const units: { data: Buffer; shown: number; key: boolean }[] = []
  let base = 0
  for (const group of groups) {
    for (const each of group) {
      const end = coded[coded.indexOf(each) + 1]?.start ?? stream.length
      const shown = base + each.temporalReference
      const parts: Buffer[] = []
      let from = each.start
      const put = (to: number, data: Buffer | undefined) => {
        parts.push(Buffer.from(stream.subarray(from, to)))
        if (data !== undefined) parts.push(Buffer.from([0, 0, 1, 0xb2]), data)
        from = to
      }
      if (each.group >= 0 && insert.gop !== undefined) put(each.group, insert.gop(group.map((_, index) => base + index)))
      put(each.coding, undefined)
      const flags = insert.flags?.(shown)
      const extension = Buffer.from(stream.subarray(each.coding, each.slices))
      if (flags !== undefined) extension[7] = (extension[7]! & ~0x82) | (flags[0] << 7) | (flags[1] << 1)
      parts.push(extension)
      from = each.slices
      put(each.slices, insert.picture?.(shown))
      put(end, undefined)
      units.push({ data: Buffer.concat(parts), shown, key: each.group >= 0 })
    }
    base += group.length
  }
  return { units, stream: Buffer.concat(units.map(({ data }) => data)) }
}

/** The DVD's user data of one group: field 1 and field 2 of each frame. `oddFirst` false begins with field 2; `extra`: one word more. */
export function dvdUserData(words: readonly (readonly [field1: Word, field2: Word])[], oddFirst = true): Buffer {
  const bytes = [0x43, 0x43, 0x01, 0xf8, (oddFirst ? 0x80 : 0) | ((words.length & 0x1f) << 1)]
  for (const [field1, field2] of words) {
    const odd = [0xff, parity(field1[0]), parity(field1[1])]
    const even = [0xfe, parity(field2[0]), parity(field2[1])]
    bytes.push(...(oddFirst ? [...odd, ...even] : [...even, ...odd]))
  }
  return Buffer.from(bytes)
}

/** cc_data of one picture, with padding of CEA-708 as broadcasters have it. */
export function a53UserData(words: readonly { readonly field: 1 | 2; readonly word: Word }[]): Buffer {
  const triples = words.flatMap(({ field, word }) => [field === 1 ? 0xfc : 0xfd, parity(word[0]), parity(word[1])])
  return Buffer.from([...Buffer.from("GA94"), 3, 0x40 | (words.length + 1), 0xff, ...triples, 0xfa, 0, 0, 0xff])
}

/** A cue of FFmpeg's: text with `\\N` between rows, and its tags. Times in seconds. */
export type ShownEvent = { readonly at: number; readonly until: number; readonly text: string }

/** FFmpeg's `cc_dec` on a file: cues when they are over or, `growing`, what is on the screen every fifth of a second. */
export function ffmpegCaptions(path: string, field: "first" | "second" = "first", growing = false): ShownEvent[] {
  const ass = execFileSync(
    "ffmpeg",
    [
      ...["-nostdin", "-v", "error", "-copyts", "-real_time", growing ? "1" : "0", "-data_field", field],
      ...["-f", "lavfi", "-i", `movie=${path}[out0+subcc]`, "-map", "0:s", "-f", "ass", "-"],
    ],
    { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] },
  )
  const seconds = (clock: string) => clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0)
  return [...ass.matchAll(/^Dialogue: \d+,([\d:.]+),([\d:.]+),[^,]*,[^,]*,\d+,\d+,\d+,[^,]*,(.*?)\r?$/gm)].map((match) => ({
    at: seconds(match[1] ?? ""),
    until: seconds(match[2] ?? ""),
    text: match[3] ?? "",
  }))
}
