import type { ByteReader } from "../../base/index.ts"
import { readStructureHeader } from "./structure-header.ts"

/** A sound that buttons of a menu make: big-endian linear PCM somewhere in sound.bdmv. */
export type SoundObject = {
  readonly channels: number
  readonly sampleRate: number
  readonly bitsPerSample: number
  /** From the file's start. */
  readonly offset: number
  readonly lengthBytes: number
}

const SOUND_INDEX_ADDRESS = 40
const ENTRY_SIZE = 10
const CHANNELS = new Map([
  [1, 1],
  [3, 2],
])

/**
 * AUXDATA/sound.bdmv. Layout: libbluray `sound_parse.c`. A sound whose samples lie outside the file is cut to what is there.
 * @throws DiscError `damaged`
 */
export function parseSoundData(file: ByteReader): readonly SoundObject[] {
  const start = file.from(0, "type_indicator")
  readStructureHeader(start, "BCLK")
  const dataStartAddress = start.u32("SoundData_start_address")
  const area = file.from(SOUND_INDEX_ADDRESS, "SoundIndex")
  const index = area.window(area.u32("SoundIndex.length"), "SoundIndex")
  index.skip(1, "reserved")
  return index.list(index.u8("number_of_sound_entries"), ENTRY_SIZE, "sound_entries", (entry) => {
    const attributes = entry.u16("attributes")
    const channels = CHANNELS.get(attributes >> 12)
    if (channels === undefined)
      throw entry.error("damaged", "channel_configuration", `${attributes >> 12}; known are 1 (mono) and 3 (stereo)`)
    // One sampling frequency (48 kHz) and one size (16 bits) are defined.
    const offset = dataStartAddress + entry.u32("sound_data_start_address")
    const lengthBytes = Math.min(entry.u32("sound_data_length"), Math.max(0, file.length - offset))
    return { channels, sampleRate: 48_000, bitsPerSample: 16, offset, lengthBytes }
  })
}
