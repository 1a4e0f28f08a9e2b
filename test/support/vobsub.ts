import { existsSync, readFileSync } from "node:fs"

/** One sub-picture unit of a VobSub file. `pts` in 90 kHz ticks, from its PES packet. */
export type VobSubUnit = { readonly pts: number; readonly unit: Uint8Array }

export type VobSub = {
  readonly width: number
  readonly height: number
  /** R, G, B of 16 colours; null without an .idx file. */
  readonly colours: Uint8Array | null
  readonly units: readonly VobSubUnit[]
}

/** Reads a .sub file, a program stream of private stream 1 packets, and the .idx file beside it; without that, the plane is a large one. */
export function readVobSub(subPath: string): VobSub {
  const idxPath = subPath.replace(/\.sub$/, ".idx")
  const idx = existsSync(idxPath) ? readFileSync(idxPath, "latin1") : ""
  const size = /^size: *(\d+) *x *(\d+)/m.exec(idx)
  const palette = /^palette: *(.*)$/m.exec(idx)?.[1]?.split(",")
  return {
    width: Number(size?.[1] ?? 1920),
    height: Number(size?.[2] ?? 1080),
    colours: palette === undefined ? null : Uint8Array.from(palette.flatMap((colour) => [...Buffer.from(colour.trim(), "hex")])),
    units: unitsOf(readFileSync(subPath)),
  }
}

function unitsOf(stream: Buffer): VobSubUnit[] {
  const units: VobSubUnit[] = []
  let pts = 0
  let parts: Buffer[] = []
  for (let at = 0; at + 6 <= stream.length; ) {
    const code = stream.readUInt32BE(at)
    if (code === 0x1ba) {
      at += 14 + ((stream[at + 13] ?? 0) & 7)
      continue
    }
    const end = at + 6 + stream.readUInt16BE(at + 4)
    if (code === 0x1bd) {
      const header = at + 9
      const payload = header + (stream[at + 8] ?? 0)
      if (((stream[at + 7] ?? 0) & 0x80) !== 0) pts = readPts(stream, header)
      // The first byte is the sub-stream's number.
      parts.push(stream.subarray(payload + 1, end))
      const whole = Buffer.concat(parts)
      if (whole.length >= 2 && whole.length >= whole.readUInt16BE(0)) {
        units.push({ pts, unit: new Uint8Array(whole.subarray(0, whole.readUInt16BE(0))) })
        parts = []
      }
    }
    at = code >>> 8 === 1 ? end : at + 1
  }
  return units
}

function readPts(stream: Buffer, at: number): number {
  return ((stream[at]! >> 1) & 7) * 2 ** 30 + ((stream.readUInt16BE(at + 1) >> 1) << 15) + (stream.readUInt16BE(at + 3) >> 1)
}

/** Writes units as VobSub: a pack and its packets for each. `colours`: R, G, B of 16 colours. */
export function writeVobSub(
  units: readonly VobSubUnit[],
  colours: Uint8Array,
  width: number,
  height: number,
): { sub: Buffer; idx: string } {
  const packs: Buffer[] = []
  const lines: string[] = []
  let position = 0
  for (const { pts, unit } of units) {
    const milliseconds = Math.round(pts / 90)
    const clock = new Date(milliseconds).toISOString().slice(11, 23).replace(".", ":")
    lines.push(`timestamp: ${clock}, filepos: ${position.toString(16).padStart(9, "0")}`)
    for (let at = 0; at < unit.length; at += 2000) {
      const pack = packOf(unit.subarray(at, at + 2000), at === 0 ? pts : null)
      packs.push(pack)
      position += pack.length
    }
  }
  const palette = Array.from({ length: 16 }, (_, index) => Buffer.from(colours.subarray(index * 3, index * 3 + 3)).toString("hex"))
  const idx = `# VobSub index file, v7 (do not modify this line!)\nsize: ${width}x${height}\npalette: ${palette.join(", ")}\nlangidx: 0\nid: en, index: 0\n${lines.join("\n")}\n`
  return { sub: Buffer.concat(packs), idx }
}

function packOf(payload: Uint8Array, pts: number | null): Buffer {
  const stamp =
    pts === null
      ? []
      : [0x21 | (Math.floor(pts / 2 ** 30) << 1), (pts >> 22) & 0xff, ((pts >> 14) & 0xfe) | 1, (pts >> 7) & 0xff, ((pts << 1) & 0xfe) | 1]
  const length = 3 + stamp.length + 1 + payload.length
  const head = [0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 0, 0x0f, 0xcb, 0xf8, 0, 0, 1, 0xbd, length >> 8, length & 0xff]
  return Buffer.from([...head, 0x81, pts === null ? 0 : 0x80, stamp.length, ...stamp, 0x20, ...payload])
}
