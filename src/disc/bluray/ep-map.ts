/** One place where decoding can begin. */
export type EntryPoint = {
  /** Presentation time of the picture, 45 kHz, to 256 ticks (the disc keeps no more bits of it). */
  readonly pts45k: number
  /** Source packet in the clip. */
  readonly spn: number
  readonly isAngleChangePoint: boolean
  /** How far the I picture reaches, as a class from 1 to 7 by aligned units; 0: not known. */
  readonly iEndPositionOffset: number
}

type EpMapFields = {
  readonly streamPid: number
  readonly epStreamType: number
  /** 8 bytes an entry: 18 bits number of its first fine entry, 14 bits high part of the PTS, 32 bits packet. */
  readonly coarse: Uint8Array
  /** 4 bytes an entry: angle change point, 3 bits end of the I picture, 11 bits low part of the PTS, 17 bits low part of the packet. */
  readonly fine: Uint8Array
}

type Table = { readonly pts45k: Uint32Array; readonly spn: Uint32Array }

/**
 * EP_map_for_one_stream_PID(): the entry points of one stream, in the order of their packets. Put together from the coarse and fine tables when first
 * asked for: most clips of a disc are never looked into. Layout: libbluray `_parse_ep_map_stream`, `clpi_lookup_spn`.
 */
export class EpMap {
  readonly streamPid: number
  readonly epStreamType: number
  readonly coarseCount: number
  /** How many entry points there are. */
  readonly length: number
  readonly #coarse: Uint8Array
  readonly #fine: Uint8Array
  #table: Table | null = null

  constructor(fields: EpMapFields) {
    this.streamPid = fields.streamPid
    this.epStreamType = fields.epStreamType
    this.#coarse = fields.coarse
    this.#fine = fields.fine
    this.coarseCount = fields.coarse.length >> 3
    this.length = this.coarseCount === 0 ? 0 : fields.fine.length >> 2
  }

  /** Entry `index`, from 0; null past the end. */
  at(index: number): EntryPoint | null {
    const { pts45k, spn } = this.#decoded()
    const pts = pts45k[index]
    const packet = spn[index]
    if (pts === undefined || packet === undefined) return null
    const flags = this.#fine[index * 4] ?? 0
    return { pts45k: pts, spn: packet, isAngleChangePoint: (flags & 0x80) !== 0, iEndPositionOffset: (flags >> 4) & 7 }
  }

  /** Number of entries whose packet lies before `spn`. */
  countBeforeSpn(spn: number): number {
    return countBelow(this.#decoded().spn, spn, 0, this.length)
  }

  /** The last entry of [from, to) whose time is `pts45k` or before; -1 where there is none. Times rise only within one STC sequence. */
  lastAtOrBefore(pts45k: number, from = 0, to = this.length): number {
    const count = countBelow(this.#decoded().pts45k, pts45k + 1, from, to)
    return count > from ? count - 1 : -1
  }

  #decoded(): Table {
    this.#table ??= decode(this.#coarse, this.#fine, this.length)
    return this.#table
  }
}

/** The first index of [from, to) whose value is not below `limit`. Values rise. */
function countBelow(values: Uint32Array, limit: number, from: number, to: number): number {
  let low = from
  let high = Math.min(to, values.length)
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] as number) < limit) low = middle + 1
    else high = middle
  }
  return low
}

function decode(coarse: Uint8Array, fine: Uint8Array, length: number): Table {
  const pts45k = new Uint32Array(length)
  const spn = new Uint32Array(length)
  const coarseView = new DataView(coarse.buffer, coarse.byteOffset, coarse.byteLength)
  const fineView = new DataView(fine.buffer, fine.byteOffset, fine.byteLength)
  let nextCoarse = 0
  let ptsHigh = 0
  let spnHigh = 0
  for (let index = 0; index < length; index++) {
    while (nextCoarse * 8 < coarse.length && coarseView.getUint32(nextCoarse * 8) >>> 14 <= index) {
      // Bit 19 of the PTS is in both tables: the fine one has it.
      ptsHigh = (coarseView.getUint32(nextCoarse * 8) & 0x3ffe) * 2 ** 18
      spnHigh = (coarseView.getUint32(nextCoarse * 8 + 4) & ~0x1ffff) >>> 0
      nextCoarse++
    }
    const bits = fineView.getUint32(index * 4)
    pts45k[index] = ptsHigh + ((bits >>> 17) & 0x7ff) * 2 ** 8
    spn[index] = spnHigh + (bits & 0x1ffff)
  }
  return { pts45k, spn }
}
