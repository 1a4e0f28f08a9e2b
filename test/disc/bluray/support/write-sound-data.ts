import type { SoundObject } from "../../../../src/disc/bluray/index.ts"
import { FieldWriter, type Written } from "./write-fields.ts"

/** sound.bdmv again: the table as it was read, and the samples, which the parsed form points to in `file`. */
export function writeSoundData(sounds: readonly SoundObject[], file: Uint8Array): Written {
  const w = new FieldWriter()
  w.text("BCLK", "type_indicator").text("0200", "version_number").u32(0, "SoundData_start_address").zeros(28, "reserved")
  const start = 40 + 4 + 2 + sounds.length * 10
  w.sized(4, "SoundIndex", () => {
    w.zeros(1, "reserved").u8(sounds.length, "number_of_sound_entries")
    w.each(sounds, "sound", ({ channels, sampleRate, bitsPerSample, offset, lengthBytes }) => {
      const rate = sampleRate === 48_000 ? 1 : 0
      w.u16(((channels === 1 ? 1 : 3) << 12) | (rate << 8) | ((bitsPerSample === 16 ? 1 : 0) << 6), "attributes")
      w.u32(offset - start, "sound_data_start_address").u32(lengthBytes, "sound_data_length")
    })
  })
  w.patch(8, 4, w.length)
  for (const { offset, lengthBytes } of sounds) {
    if (offset !== w.length) throw new Error(`a sound at ${offset}, expected at ${w.length}`)
    w.bytes(file.subarray(offset, offset + lengthBytes), "samples")
  }
  return w.finish()
}
