// The sounds of buttons (AUXDATA/sound.bdmv): 16-bit LPCM at 48 kHz. Layout: libbluray sound_parse.c, seen on real discs.
import { bits, join, sized, structureFile, u8, u32 } from "./bytes.mjs"

const CHANNELS = { 1: 1, 2: 3 }
const RATE_48_KHZ = 1
const SAMPLES_16_BIT = 1
const SAMPLE_RATE = 48_000
const PEAK = 0.35
const ATTACK_SECONDS = 0.003

/** A plucked tone that glides from one frequency to another; with two channels it moves from left to right. */
function pluck({ seconds, from, to, channels }) {
  const count = Math.round(seconds * SAMPLE_RATE)
  const bytes = Buffer.alloc(count * channels * 2)
  let phase = 0
  for (let i = 0; i < count; i++) {
    const part = i / count
    phase += (2 * Math.PI * (from + (to - from) * part)) / SAMPLE_RATE
    const loud = Math.min(1, i / SAMPLE_RATE / ATTACK_SECONDS) * (1 - part) ** 2
    const value = PEAK * loud * (Math.sin(phase) + 0.3 * Math.sin(2 * phase))
    for (let channel = 0; channel < channels; channel++) {
      const side = channels === 1 ? 1 : channel === 0 ? 1 - 0.6 * part : 0.4 + 0.6 * part
      bytes.writeInt16BE(Math.round(32_767 * value * side), (i * channels + channel) * 2)
    }
  }
  return bytes
}

/** `sounds`: `[{ seconds, from, to (Hz), channels (1 or 2) }]`; a button names them by their place in the list. */
export function soundEffects(sounds) {
  let offset = 0
  const data = sounds.map(pluck)
  const entries = sounds.map(({ channels }, i) => {
    const attributes = bits([CHANNELS[channels], 4], [RATE_48_KHZ, 4], [SAMPLES_16_BIT, 2], [0, 6])
    const own = join(attributes, u32(offset), u32(data[i].length))
    offset += data[i].length
    return own
  })
  // The first address of the header is that of the samples; the list stands where other files have their application's part.
  return structureFile("BCLK", sized(u32, u8(0), u8(sounds.length), ...entries), [join(data), null])
}
