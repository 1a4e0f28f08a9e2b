/** One segment of a .sup file: type, length and content, with its presentation time in 90 kHz ticks. */
export type SupSegment = { readonly pts: number; readonly segment: Uint8Array }

/** "PG", PTS, DTS, then the segment itself. */
const HEADER_SIZE = 10

export function readSup(file: Uint8Array): SupSegment[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const segments: SupSegment[] = []
  for (let at = 0; at + HEADER_SIZE + 3 <= file.length; ) {
    if (view.getUint16(at) !== 0x5047) throw new Error(`no segment at ${at}`)
    const length = 3 + view.getUint16(at + HEADER_SIZE + 1)
    const start = at + HEADER_SIZE
    segments.push({ pts: view.getUint32(at + 2), segment: file.slice(start, start + length) })
    at = start + length
  }
  return segments
}

export function writeSup(segments: readonly SupSegment[]): Buffer {
  return Buffer.concat(
    segments.map(({ pts, segment }) => {
      const header = Buffer.alloc(HEADER_SIZE)
      header.write("PG", "latin1")
      header.writeUInt32BE(pts, 2)
      return Buffer.concat([header, segment])
    }),
  )
}

const u16 = (value: number): number[] => [value >> 8, value & 0xff]

const segmentOf = (type: number, content: readonly number[]): Uint8Array => Uint8Array.from([type, ...u16(content.length), ...content])

export type Use = {
  id: number
  x: number
  y: number
  forced?: boolean
  crop?: readonly [x: number, y: number, width: number, height: number]
}

/** State: 0 normal, 1 acquisition point, 2 epoch start. */
export function compositionSegment(options: {
  width?: number
  height?: number
  number?: number
  state?: number
  paletteUpdate?: boolean
  palette?: number
  uses?: readonly Use[]
}): Uint8Array {
  const uses = options.uses ?? []
  return segmentOf(0x16, [
    ...u16(options.width ?? 1920),
    ...u16(options.height ?? 1080),
    0x10,
    ...u16(options.number ?? 0),
    (options.state ?? 2) << 6,
    options.paletteUpdate ? 0x80 : 0,
    options.palette ?? 0,
    uses.length,
    ...uses.flatMap(({ id, x, y, forced, crop }) => [
      ...u16(id),
      0,
      (crop ? 0x80 : 0) | (forced ? 0x40 : 0),
      ...u16(x),
      ...u16(y),
      ...(crop ?? []).flatMap(u16),
    ]),
  ])
}

/** Entries are [id, Y, Cr, Cb, T]. */
export function paletteSegment(id: number, entries: readonly (readonly number[])[]): Uint8Array {
  return segmentOf(0x14, [id, 0, ...entries.flat()])
}

/** An object, in fragments of at most `most` bytes of data. */
export function objectSegments(id: number, width: number, height: number, runs: Uint8Array, most = 65_000): Uint8Array[] {
  const length = runs.length + 4
  const data = [length >> 16, (length >> 8) & 0xff, length & 0xff, ...u16(width), ...u16(height), ...runs]
  const count = Math.ceil(data.length / most)
  return Array.from({ length: count }, (_, index) => {
    const flags = (index === 0 ? 0x80 : 0) | (index === count - 1 ? 0x40 : 0)
    return segmentOf(0x15, [...u16(id), 0, flags, ...data.slice(index * most, (index + 1) * most)])
  })
}

export const endSegment = (): Uint8Array => segmentOf(0x80, [])

/** Run-length code of palette indices. */
export function encodeRuns(indices: Uint8Array, width: number, height: number): Uint8Array {
  const bytes: number[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      const colour = indices[y * width + x] ?? 0
      let run = 1
      while (x + run < width && run < 0x3fff && indices[y * width + x + run] === colour) run++
      x += run
      if (colour !== 0 && run < 3) bytes.push(...Array<number>(run).fill(colour))
      else {
        const flag = colour === 0 ? 0 : 0x80
        bytes.push(0, ...(run < 64 ? [flag | run] : [flag | 0x40 | (run >> 8), run & 0xff]), ...(colour === 0 ? [] : [colour]))
      }
    }
    bytes.push(0, 0)
  }
  return Uint8Array.from(bytes)
}
