/** An ADTS frame taken apart (ISO/IEC 13818-7 6.2). */
type AdtsFrame = {
  /** The raw data block without the header. */
  readonly data: Uint8Array
  readonly sampleRate: number
  readonly channels: number
  /** AudioSpecificConfig for it. */
  readonly config: Uint8Array
}

const SAMPLE_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350]
const HEADER_SIZE = 7
/** A PES packet of sound is at most 64 KiB, and holds a few frames; with more it is noise that looks like headers. */
const MAX_FRAMES = 64
export const AAC_FRAME_SAMPLES = 1024

/** The frames in an access unit; null where the bytes are no whole ADTS frames. */
export function adtsFrames(unit: Uint8Array): readonly AdtsFrame[] | null {
  const frames: AdtsFrame[] = []
  for (let at = 0; at < unit.length; ) {
    const frame = frames.length < MAX_FRAMES ? adtsFrame(unit.subarray(at)) : null
    if (frame === null) return null
    frames.push(frame.frame)
    at += frame.size
  }
  return frames
}

function adtsFrame(bytes: Uint8Array): { readonly frame: AdtsFrame; readonly size: number } | null {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6 = 0] = bytes
  if (bytes.length < HEADER_SIZE || b0 !== 0xff || (b1 & 0xf6) !== 0xf0) return null
  const headerSize = HEADER_SIZE + ((b1 & 1) === 0 ? 2 : 0)
  const objectType = (b2 >> 6) + 1
  const rateIndex = (b2 >> 2) & 0xf
  const channels = ((b2 & 1) << 2) | (b3 >> 6)
  const size = ((b3 & 3) << 11) | (b4 << 3) | (b5 >> 5)
  const sampleRate = SAMPLE_RATES[rateIndex]
  const hasOneBlock = (b6 & 3) === 0
  if (sampleRate === undefined || channels === 0 || !hasOneBlock || size <= headerSize || size > bytes.length) return null
  const config = Uint8Array.of((objectType << 3) | (rateIndex >> 1), ((rateIndex & 1) << 7) | (channels << 3))
  return { frame: { data: bytes.subarray(headerSize, size), sampleRate, channels: channels === 7 ? 8 : channels, config }, size }
}
