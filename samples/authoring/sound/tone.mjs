// The sound of every sample: one soft chord a track, struck like a bell each second, on the same moment the picture's dot flashes.

export const SAMPLE_RATE = 48_000
/** The fundamental is at least 12 dB above all else: the strongest line of a spectrum names the track. */
const PARTIALS = [
  [1, 1],
  [1.5, 0.14],
  [2, 0.2],
  [3, 0.06],
]
const PEAK = 0.2
/** Between bells the chord goes on at this part of the bell's strength. */
const SUSTAIN = 0.3
const FADE_PER_SECOND = 4
const ATTACK_SECONDS = 0.004
/** Every fifth second is struck harder. */
const ACCENT = 1.6
const ACCENT_EVERY = 5

/**
 * Two equal channels of 32-bit little-endian floats. `advance`: samples by which the sound comes early, to make up for an
 * encoder that delays it.
 */
export function bells({ frequency, seconds, advance = 0 }) {
  const count = Math.round(seconds * SAMPLE_RATE)
  const samples = new Float32Array(count * 2)
  for (let i = 0; i < count; i++) {
    const time = (i + advance) / SAMPLE_RATE
    const second = Math.floor(time)
    const since = time - second
    const strength = second % ACCENT_EVERY === 0 ? ACCENT : 1
    const struck = Math.min(1, since / ATTACK_SECONDS) * Math.exp(-FADE_PER_SECOND * since) * (1 - SUSTAIN) * strength
    let value = 0
    for (const [ratio, level] of PARTIALS) value += level * Math.sin(2 * Math.PI * frequency * ratio * time)
    value *= PEAK * (SUSTAIN + struck) * 0.8
    samples[i * 2] = value
    samples[i * 2 + 1] = value
  }
  return Buffer.from(samples.buffer)
}
