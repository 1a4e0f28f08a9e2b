/** Structure files that no disc of the test data has, byte for byte from the layouts that tsMuxer's writer and MPC-BE's reader agree on. */

type Part = number | string | Uint8Array | readonly Part[]

/** Numbers are single bytes, strings ASCII. */
function join(...parts: Part[]): Uint8Array {
  const flat = (part: Part): number[] => {
    if (typeof part === "number") return [part]
    if (typeof part === "string") return [...Buffer.from(part, "latin1")]
    return part instanceof Uint8Array ? [...part] : part.flatMap(flat)
  }
  return Uint8Array.from(parts.flatMap(flat))
}

const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff)
const u32 = (value: number): Uint8Array => join(u16(value >>> 16), u16(value & 0xffff))
const zeros = (count: number): Uint8Array => new Uint8Array(count)
const withLength8 = (body: Uint8Array): Uint8Array => join(body.length, body)
const withLength16 = (body: Uint8Array): Uint8Array => join(u16(body.length), body)
const withLength32 = (body: Uint8Array): Uint8Array => join(u32(body.length), body)

const mainClip = (pid: number): Uint8Array => withLength8(join(1, u16(pid), zeros(6)))
const subClip = (subPath: number, pid: number): Uint8Array => withLength8(join(2, subPath, 0, u16(pid), zeros(4)))
const video = (coding: number, formatRate: number, ...more: number[]): Uint8Array =>
  withLength8(join(coding, formatRate, more, zeros(3 - more.length)))
const audio = (coding: number, formatRate: number, language: string): Uint8Array => withLength8(join(coding, formatRate, language))
const graphics = (coding: number, language: string): Uint8Array => withLength8(join(coding, language, 0))

/** Blocks of ExtensionData() with their ids. */
function extensionData(blocks: readonly { id1: number; id2: number; body: Uint8Array }[]): Uint8Array {
  let at = 12 + blocks.length * 12
  const entries = blocks.map(({ id1, id2, body }) => {
    const entry = join(u16(id1), u16(id2), u32(at), u32(body.length))
    at += body.length
    return entry
  })
  return withLength32(
    join(
      u32(12 + blocks.length * 12),
      zeros(3),
      blocks.length,
      entries,
      blocks.map(({ body }) => body),
    ),
  )
}

function playItem(flags: number, streams: Uint8Array, angles: Uint8Array = zeros(0)): Uint8Array {
  const times = join(u32(45_000), u32(45_000 * 61))
  return withLength16(join("00001", "M2TS", u16(flags), 0, times, zeros(8), 0, 0, u16(0), angles, withLength16(streams)))
}

/** SubPlayItem(); with `reserved` as tsMuxer writes several clips, without as libbluray reads them. */
export function subPlayItem(clips: readonly string[], reserved: boolean): Uint8Array {
  const [first = "00000", ...others] = clips
  const several =
    clips.length > 1
      ? join(
          clips.length,
          reserved ? [0] : [],
          others.map((clip) => join(clip, "M2TS", 3)),
        )
      : zeros(0)
  const times = join(u32(45_000), u32(90_000), u16(0), u32(45_000))
  return withLength16(join(first, "M2TS", u32((6 << 1) | (clips.length > 1 ? 1 : 0)), 0, times, several))
}

export function subPath(type: number, items: readonly Uint8Array[]): Uint8Array {
  return withLength32(join(0, type, u16(1), 0, items.length, items))
}

type PlayListParts = { item: Uint8Array; subPaths?: readonly Uint8Array[]; extension?: Uint8Array; version?: string; flags?: number }

function playList({ item, subPaths = [], extension, version = "0200", flags = 0 }: PlayListParts): Uint8Array {
  const appInfo = withLength32(join(0, 3, u16(7), Uint8Array.of(0x40, 0, 0, 0, 0, 0, 0, 0), u16(flags)))
  const list = withLength32(join(zeros(2), u16(1), u16(subPaths.length), item, subPaths))
  const marks = withLength32(join(u16(1), 0, 2, u16(0), u32(50_000), u16(0xffff), u32(9)))
  const listAt = 40 + appInfo.length
  const markAt = listAt + list.length
  const extensionAt = extension === undefined ? 0 : markAt + marks.length
  return join("MPLS", version, u32(listAt), u32(markAt), u32(extensionAt), zeros(20), appInfo, list, marks, extension ?? zeros(0))
}

/** Counts of an STN table: video, audio, pg, ig, secondary audio, secondary video, pip pg, Dolby Vision. */
const stn = (counts: readonly number[], ...streams: Uint8Array[]): Uint8Array => join(zeros(2), [...counts], zeros(4), streams)

/** One play item in 3D: dependent view on PID 0x1012 of sub path 0, subtitles of each depth kind, a stereoscopic menu. */
export function make3dPlayList(): Uint8Array {
  const pg = join(mainClip(0x1200), graphics(0x90, "eng"))
  const ig = join(mainClip(0x1400), graphics(0x91, "eng"))
  const streams = stn(
    [1, 1, 3, 1, 0, 0, 0, 0],
    mainClip(0x1011),
    video(0x1b, 0x61),
    mainClip(0x1100),
    audio(0x86, 0x61, "eng"),
    pg,
    pg,
    pg,
    ig,
  )
  const dependent = join(subClip(0, 0x1012), video(0x20, 0x61), u16(0xffc5))
  const stereo = join(7, 0x0c, subClip(0, 0x1220), subClip(0, 0x1240), 0, 8)
  const aligned = join(0xff, 0x03, mainClip(0x1201), 0, 9, mainClip(0x1202), 0, 0xff)
  const flat = join(2, 0)
  const menu = join(1, u16(0x8500), 1, subClip(0, 0x1420), subClip(0, 0x1440), 0, 4)
  const table = withLength16(join(u16(0x8000), dependent, stereo, aligned, flat, menu))
  const extension = extensionData([
    { id1: 2, id2: 1, body: table },
    { id1: 2, id2: 2, body: withLength32(join(u16(1), subPath(8, [subPlayItem(["00002"], true)]))) },
  ])
  return playList({ item: playItem(1, streams), extension, version: "0240", flags: 0x1000 })
}

/** Every kind of stream that an STN table has, every kind of entry, three angles, and sub paths with several clips. */
export function makeFullPlayList(): Uint8Array {
  const streams = stn(
    [1, 1, 1, 1, 1, 1, 1, 1],
    join(mainClip(0x1011), video(0x24, 0x81, 0x12, 0x40)),
    join(mainClip(0x1100), audio(0x83, 0xce, "eng")),
    join(mainClip(0x1200), graphics(0x90, "fra")),
    join(subClip(1, 0x1800), withLength8(join(0x92, 1, "deu"))),
    join(mainClip(0x1400), graphics(0x91, "\0\0\0")),
    join(subClip(2, 0x1a00), audio(0xa2, 0x31, "eng"), 1, 0, 0, 0),
    join(withLength8(join(3, 3, u16(0x1b00), zeros(5))), video(0xea, 0x34), 2, 0, 0, 1, 1, 0, 0, 0),
    join(withLength8(join(4, 4, u16(0x1015), zeros(5))), video(0x24, 0x61, 0x22, 0x00)),
  )
  const angles = join(3, 3, "00011", "M2TS", 1, "00012", "FMTS", 2)
  const subPaths = [subPath(4, [subPlayItem(["00020", "00021", "00022"], true)]), subPath(7, [subPlayItem(["00030", "00031"], false)])]
  const hdr10 = join(0x10, zeros(3), [1, 2, 3, 4, 5, 6, 7, 8, 1000, 50, 900, 400].map(u16))
  const extension = extensionData([{ id1: 3, id2: 5, body: withLength32(join(1, zeros(3), hdr10)) }])
  return playList({ item: playItem(0x15, streams, angles), subPaths, extension, version: "0300", flags: 0xe800 })
}

/** One stream of entry points: two coarse entries, three fine. */
function epMapOf(pid: number): Uint8Array {
  const coarse = join(u32((0 << 14) | 4), u32(0x20000), u32((2 << 14) | 6), u32(0x40000))
  const fine = join(u32(0x80000000 | (3 << 28) | (5 << 17) | 7), u32((2 << 28) | (6 << 17) | 0x1ffff), u32((1 << 17) | 1))
  const stream = join(u32(4 + coarse.length), coarse, fine)
  // 10 bits reserved, type 1, two coarse entries, three fine entries.
  const header = join(u16(pid), u16(1 << 2), u16(2 << 2), u16(3), u32(14))
  return withLength32(join(u16(1), 0, 1, header, stream))
}

function program(pid: number, coding: number): Uint8Array {
  const attributes = join(coding, 0x61, 0x30, zeros(2), zeros(12))
  return withLength32(join(0, 1, u32(0), u16(0x100), 1, 0, u16(pid), withLength8(attributes)))
}

/** A dependent view's clip: extents, its own streams and entry points; and ATC deltas. */
export function make3dClip(): Uint8Array {
  const delta = join(0, 1, u32(0x1234), "00007", "M2TS", 0)
  const clipInfo = withLength32(
    join(zeros(2), 1, 8, u32(1), u32(6_000_000), u32(500_000), zeros(128), withLength16(join(0x80, "HDMV", zeros(25))), delta),
  )
  const sequence = withLength32(join(0, 1, u32(0), 1, 0, u16(0x1001), u32(0), u32(45_000), u32(90_000)))
  const programs = program(0x1011, 0x1b)
  const cpi = epMapOf(0x1011)
  const extension = extensionData([
    { id1: 2, id2: 4, body: withLength32(join(u32(3), u32(0), u32(3000), u32(0xfffffff0))) },
    { id1: 2, id2: 5, body: program(0x1012, 0x20) },
    { id1: 2, id2: 6, body: epMapOf(0x1012) },
  ])
  const addresses: number[] = []
  let at = 40 + clipInfo.length
  for (const part of [sequence, programs, cpi]) {
    addresses.push(at)
    at += part.length
  }
  return join("HDMV", "0240", addresses.map(u32), u32(0), u32(at), zeros(12), clipInfo, sequence, programs, cpi, extension)
}
