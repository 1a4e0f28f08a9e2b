import {
  ALIGNED_UNIT_SIZE,
  type BlurayDisc,
  type BlurayTitle,
  type ClipInformation,
  SOURCE_PACKET_SIZE,
  stcSequenceOf,
} from "../../disc/bluray/index.ts"
import { OpenClips } from "../open-clips.ts"

/** Packets with smaller PIDs are tables and clocks, which a demuxer needs before what follows. */
const PCR_PID = 0x1001
/** Playlists have no more play items that are opened at once. */
const MAX_OPEN_CLIPS = 4

/** A play item as a trace reads it, in source packets of its clip. */
export type ScriptClip = {
  readonly name: string
  readonly information: ClipInformation | null
  readonly stcId: number
  readonly startPacket: number
  readonly endPacket: number
  /** Packets of the playlist before it. */
  readonly titlePacket: number
}

/**
 * The play items of a playlist as libbluray reads them, so that units of both can be counted together: the first item, and one that joins the one
 * before seamlessly, from its clip's first packet, others from the entry point at their in time, all to the entry point behind their out time
 * (`_fill_clip` of its navigation.c).
 */
export async function scriptClips(bluray: BlurayDisc, { playList }: BlurayTitle, angle: number): Promise<readonly ScriptClip[]> {
  const clips: ScriptClip[] = []
  let titlePacket = 0
  for (const [index, item] of playList.playItems.entries()) {
    const ref = item.angles[angle - 1] ?? item.angles[0]
    const name = ref?.clipInformationFileName ?? ""
    const stcId = ref?.stcId ?? 0
    const information = await bluray.clipInformation(name).catch(() => null)
    const isFromStart = index === 0 || item.connectionCondition === 5 || item.connectionCondition === 6
    const startPacket = information === null || isFromStart ? 0 : packetAt(information, item.inTime45k, stcId)
    const endPacket = information === null ? 0 : packetBehind(information, item.outTime45k, stcId)
    clips.push({ name, information, stcId, startPacket, endPacket, titlePacket })
    titlePacket += endPacket - startPacket
  }
  return clips
}

/** The packet of the entry point at or before a time; the first that is read where the clip's information is missing. */
export const packetOf = ({ information, stcId, startPacket }: ScriptClip, time45k: number): number =>
  information === null ? startPacket : packetAt(information, time45k, stcId)

/** The packet of the entry point at or before a time; 0 where there is none. */
function packetAt(clip: ClipInformation, time45k: number, stcId: number): number {
  const map = clip.cpi.epMaps[0]
  const index = map?.lastAtOrBefore(time45k, ...searched(clip, stcId)) ?? -1
  return map?.at(index)?.spn ?? 0
}

/** The packet of the entry point behind a time; the clip's end where there is none. */
function packetBehind(clip: ClipInformation, time45k: number, stcId: number): number {
  const total = clip.clipInfo.numberOfSourcePackets
  const map = clip.cpi.epMaps[0]
  if (map === undefined || map.length === 0) return total
  const [from, to] = searched(clip, stcId)
  const index = map.lastAtOrBefore(time45k, from, to)
  if (index < 0) return 0
  return index + 1 >= to ? (stcSequenceOf(clip, stcId)?.endSpn ?? total) : (map.at(index + 1)?.spn ?? total)
}

function searched(clip: ClipInformation, stcId: number): [from: number, to: number] {
  const map = clip.cpi.epMaps[0]
  const stc = stcSequenceOf(clip, stcId)
  if (map === undefined || stc === null) return [0, map?.length ?? 0]
  return [map.countBeforeSpn(stc.sequence.spnStcStart), map.countBeforeSpn(stc.endSpn)]
}

/** The time of the entry point at or before a packet; null: none lies before it. */
export function timeOfPacket({ information }: ScriptClip, packet: number): number | null {
  const map = information?.cpi.epMaps[0]
  const index = (map?.countBeforeSpn(packet + 1) ?? 0) - 1
  return map?.at(index)?.pts45k ?? null
}

/** Reads a clip in units of 6144 bytes from any packet on, by the disc's aligned units. */
export class ClipReader {
  readonly #clips: OpenClips<string>
  #clip: ScriptClip | null = null
  #position = 0
  #block: Uint8Array | null = null
  #blockAt = -1
  #hasSought = false

  constructor(bluray: BlurayDisc) {
    this.#clips = new OpenClips((clip) => bluray.openClip(clip), MAX_OPEN_CLIPS)
  }

  /** The next packet of the clip. */
  get packet(): number {
    return Math.floor(this.#position / SOURCE_PACKET_SIZE)
  }

  /** `isJump`: not from the play item before; then tables and clocks right before the place are taken along. */
  start(clip: ScriptClip, packet: number, isJump: boolean): void {
    this.#clip = clip
    this.#position = packet * SOURCE_PACKET_SIZE
    this.#blockAt = -1
    this.#hasSought = isJump
  }

  /** One unit, or what is left of the clip; `onBlock` sees each aligned unit that is looked into. Empty at the end. */
  async read(onBlock: (block: Uint8Array) => void): Promise<Uint8Array> {
    const clip = this.#clip
    if (clip === null) return new Uint8Array()
    const unit = new Uint8Array(ALIGNED_UNIT_SIZE)
    const end = clip.endPacket * SOURCE_PACKET_SIZE
    let filled = 0
    while (filled < unit.length && this.#position < end) {
      const at = Math.floor(this.#position / ALIGNED_UNIT_SIZE) * ALIGNED_UNIT_SIZE
      if (this.#blockAt !== at) {
        const block = await this.#readBlock(clip.name, at)
        if (block === null) {
          // A clip that is shorter than its tables say.
          this.#position = at + ALIGNED_UNIT_SIZE
          break
        }
        this.#block = block
        this.#blockAt = at
        onBlock(block)
        this.#rewind(block)
      }
      const part = (this.#block ?? unit).subarray(
        this.#position - at,
        Math.min(ALIGNED_UNIT_SIZE, end - at, this.#position - at + unit.length - filled),
      )
      unit.set(part, filled)
      filled += part.length
      this.#position += part.length
    }
    return unit.subarray(0, filled)
  }

  #rewind(block: Uint8Array): void {
    if (!this.#hasSought) return
    this.#hasSought = false
    for (let at = this.#position - this.#blockAt; at >= SOURCE_PACKET_SIZE; at -= SOURCE_PACKET_SIZE) {
      const packet = at - SOURCE_PACKET_SIZE
      const pid = (((block[packet + 5] ?? 0) & 0x1f) << 8) | (block[packet + 6] ?? 0)
      if (pid > PCR_PID) return
      this.#position -= SOURCE_PACKET_SIZE
    }
  }

  async #readBlock(name: string, at: number): Promise<Uint8Array | null> {
    const source = await this.#clips.get(name)
    if (at + ALIGNED_UNIT_SIZE > source.size) return null
    return source.read(at, ALIGNED_UNIT_SIZE)
  }

  close(): Promise<void> {
    return this.#clips.close()
  }
}
