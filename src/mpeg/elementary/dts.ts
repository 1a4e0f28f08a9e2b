import { BitReader, DiscError } from "../../base/index.ts"
import type { AudioStreamParameters } from "../stream-parameters.ts"
import { FrameSplitter, NEED_MORE, NO_FRAME } from "./frame-splitter.ts"

/** SFREQ, ETSI TS 102 114 table 5-5; 0 is invalid. */
const SAMPLE_RATES = [0, 8000, 16000, 32000, 0, 0, 11025, 22050, 44100, 0, 0, 12000, 24000, 48000, 96000, 192000]
/** Channels of AMODE, table 5-4. */
const CHANNELS = [1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 6, 7, 8, 8]
/** Bits of PCMR, table 5-17. */
const SOURCE_BITS = [16, 16, 20, 20, 0, 24, 24, 0]
/** nuMaxSampleRate, table 7-10. */
const EXTENSION_RATES = [8000, 16000, 32000, 64000, 128000, 22050, 44100, 88200, 176400, 352800, 12000, 24000, 48000, 96000, 192000, 384000]
/** nuRefClockCode, table 7-3. */
const REFERENCE_CLOCKS = [32000, 44100, 48000, 0]

const CORE_HEADER_SIZE = 12
/** Sync word, bHeaderSizeType and the sizes. */
const EXTENSION_HEADER_SIZE = 10
const MIN_CORE_FRAME = 96
const SAMPLES_PER_BLOCK = 32
/** An access unit has at most four extension substreams, nExtSSIndex. */
const MAX_EXTENSIONS = 4

/** DTS: one unit is a core frame with the extension substream (DTS-HD) behind it, or an extension substream alone (DTS Express). ETSI TS 102 114. */
export class DtsSplitter extends FrameSplitter {
  /** 0x7f begins a core, 0x64 an extension. */
  protected readonly syncByte = null

  protected measure(bytes: Uint8Array, at: number, end: number, last: boolean): number {
    const first = bytes[at]
    if (first !== 0x7f && first !== 0x64) return NO_FRAME
    if (at + 4 > end) return NEED_MORE
    const core = isCore(bytes, at)
    if (!core && !isExtension(bytes, at)) return NO_FRAME
    let size = core ? this.#coreSize(bytes, at, end) : extensionSize(bytes, at, end)
    if (size <= 0) return size
    // Its timing lies behind fields of any length: only the whole substream is sure to hold it.
    if (!core && at + size > end) return NEED_MORE
    if (!core && !this.#extensionTiming(bytes, at, at + size)) return NO_FRAME
    for (let i = 0; core && i < MAX_EXTENSIONS; i++) {
      const next = at + size
      if (next + 4 > end) return last ? size : NEED_MORE
      if (!isExtension(bytes, next)) break
      const extension = extensionSize(bytes, next, end)
      if (extension === NEED_MORE) return last ? size : NEED_MORE
      if (extension === NO_FRAME) break
      size += extension
    }
    return size
  }

  /** Core frame header, ETSI TS 102 114 5.3.1. */
  #coreSize(bytes: Uint8Array, at: number, end: number): number {
    if (at + CORE_HEADER_SIZE > end) return NEED_MORE
    const blocks = ((((bytes[at + 4] as number) & 1) << 6) | ((bytes[at + 5] as number) >> 2)) + 1
    const size = ((((bytes[at + 5] as number) & 3) << 12) | ((bytes[at + 6] as number) << 4) | ((bytes[at + 7] as number) >> 4)) + 1
    const rate = SAMPLE_RATES[((bytes[at + 8] as number) >> 2) & 15] as number
    if (size < MIN_CORE_FRAME || blocks < 6 || rate === 0) return NO_FRAME
    this.samples = blocks * SAMPLES_PER_BLOCK
    this.sampleRate = rate
    return size
  }

  #extensionTiming(bytes: Uint8Array, at: number, end: number): boolean {
    const header = readExtension(bytes.subarray(at, end))
    if (header === null || header.frameSamples === 0) return false
    this.samples = header.frameSamples
    this.sampleRate = header.clock
    return true
  }

  protected describe(bytes: Uint8Array, at: number, end: number): AudioStreamParameters | null {
    const core = isCore(bytes, at) ? this.#describeCore(bytes, at) : null
    const extensionAt = core === null ? at : at + this.#coreSize(bytes, at, end)
    const extension = extensionAt + EXTENSION_HEADER_SIZE <= end ? readExtension(bytes.subarray(extensionAt, end)) : null
    if (extension === null || extension.channels === 0) return core
    const { channels, sampleRate, bitsPerSample } = extension
    return { kind: "audio", codec: "dts", channels, sampleRate, bitsPerSample, samplesPerFrame: this.samples }
  }

  #describeCore(bytes: Uint8Array, at: number): AudioStreamParameters {
    const mode = (((bytes[at + 7] as number) & 15) << 2) | ((bytes[at + 8] as number) >> 6)
    const lfe = ((bytes[at + 10] as number) >> 1) & 3
    // PCMR lies behind the optional 16-bit header CRC.
    const withCrc = ((bytes[at + 4] as number) & 2) !== 0
    const pcmBit = 32 + 63 + (withCrc ? 16 : 0)
    let resolution = 0
    for (let i = 0; i < 3; i++) resolution = (resolution << 1) | (((bytes[at + ((pcmBit + i) >> 3)] ?? 0) >> (7 - ((pcmBit + i) & 7))) & 1)
    return {
      kind: "audio",
      codec: "dts",
      channels: (CHANNELS[mode] ?? 2) + (lfe === 1 || lfe === 2 ? 1 : 0),
      sampleRate: this.sampleRate,
      bitsPerSample: SOURCE_BITS[resolution] || null,
      samplesPerFrame: this.samples,
    }
  }
}

const isCore = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x7f && bytes[at + 1] === 0xfe && bytes[at + 2] === 0x80 && bytes[at + 3] === 0x01

const isExtension = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x64 && bytes[at + 1] === 0x58 && bytes[at + 2] === 0x20 && bytes[at + 3] === 0x25

/** nuExtSSFsize, ETSI TS 102 114 7.4.1. */
function extensionSize(bytes: Uint8Array, at: number, end: number): number {
  if (at + EXTENSION_HEADER_SIZE > end) return NEED_MORE
  const long = ((bytes[at + 5] as number) & 0x20) !== 0
  const word = (i: number): number => bytes[at + i] as number
  const size = long
    ? (((word(6) & 1) << 19) | (word(7) << 11) | (word(8) << 3) | (word(9) >> 5)) + 1
    : (((word(6) & 31) << 11) | (word(7) << 3) | (word(8) >> 5)) + 1
  return size < EXTENSION_HEADER_SIZE ? NO_FRAME : size
}

type Extension = {
  readonly clock: number
  readonly frameSamples: number
  readonly channels: number
  readonly sampleRate: number
  readonly bitsPerSample: number | null
}

/** Extension substream header and the first asset's descriptor, ETSI TS 102 114 7.4 and 7.5; null where its static fields are absent or cut short. */
function readExtension(bytes: Uint8Array): Extension | null {
  try {
    return parseExtension(new BitReader(bytes.subarray(4), "extension substream", 4))
  } catch (error) {
    if (error instanceof DiscError) return null
    throw error
  }
}

function parseExtension(bits: BitReader): Extension | null {
  bits.skip(8, "UserDefinedBits")
  const index = bits.bits(2, "nExtSSIndex")
  const long = bits.flag("bHeaderSizeType")
  bits.skip(long ? 32 : 24, "nuExtSSHeaderSize, nuExtSSFsize")
  if (!bits.flag("bStaticFieldsPresent")) return null
  const clock = REFERENCE_CLOCKS[bits.bits(2, "nuRefClockCode")] as number
  const frameSamples = (bits.bits(3, "nuExSSFrameDurationCode") + 1) * 512
  if (bits.flag("bTimeStampFlag")) bits.skip(36, "nuTimeStamp, nLSB")
  const presentations = bits.bits(3, "nuNumAudioPresnt") + 1
  const assets = bits.bits(3, "nuNumAssets") + 1
  const masks: number[] = []
  for (let i = 0; i < presentations; i++) masks.push(bits.bits(index + 1, "nuActiveExSSMask"))
  for (const mask of masks) for (let i = 0; i <= index; i++) if ((mask & (1 << i)) !== 0) bits.skip(8, "nuActiveAssetMask")
  if (bits.flag("bMixMetadataEnbl")) {
    bits.skip(2, "nuMixMetadataAdjLevel")
    const maskBits = (bits.bits(2, "nuBits4MixOutMask") + 1) * 4
    const configurations = bits.bits(2, "nuNumMixOutConfigs") + 1
    for (let i = 0; i < configurations; i++) bits.skip(maskBits, "nuMixOutChMask")
  }
  for (let i = 0; i < assets; i++) bits.skip(long ? 20 : 16, "nuAssetFsize")
  return { clock: clock === 0 ? 48000 : clock, frameSamples, ...readAsset(bits) }
}

function readAsset(bits: BitReader): Pick<Extension, "channels" | "sampleRate" | "bitsPerSample"> {
  bits.skip(9 + 3, "nuAssetDescriptFsize, nuAssetIndex")
  if (bits.flag("bAssetTypeDescrPresent")) bits.skip(4, "nuAssetTypeDescriptor")
  if (bits.flag("bLanguageDescrPresent")) bits.skip(24, "LanguageDescriptor")
  if (bits.flag("bInfoTextPresent")) bits.skip((bits.bits(10, "nuInfoTextByteSize") + 1) * 8, "InfoTextString")
  const bitsPerSample = bits.bits(5, "nuBitResolution") + 1
  const sampleRate = EXTENSION_RATES[bits.bits(4, "nuMaxSampleRate")] as number
  return { bitsPerSample, sampleRate, channels: bits.bits(8, "nuTotalNumChs") + 1 }
}
