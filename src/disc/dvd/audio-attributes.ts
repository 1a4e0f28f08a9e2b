import { BitReader, type ByteReader } from "../../base/index.ts"
import { readLanguageCode } from "./language-code.ts"

export type AudioFormat = "ac3" | "mpeg1" | "mpeg2ext" | "lpcm" | "sdds" | "dts"

/** Eight bytes. Layout: libdvdread `audio_attr_t`. */
export type AudioAttributes = {
  /** null: a number that is not assigned. */
  readonly audioFormat: AudioFormat | null
  readonly multichannelExtension: boolean
  /** ISO 639-1, lower case; null where the field states none. */
  readonly language: string | null
  readonly applicationMode: "none" | "karaoke" | "surround" | "reserved"
  /** Bits a sample, LPCM only; else null. */
  readonly quantization: 16 | 20 | 24 | null
  /** MPEG audio only: dynamic range control is in the stream; else null. */
  readonly dynamicRangeControl: boolean | null
  /** In Hz. */
  readonly sampleFrequency: 48_000 | 96_000
  readonly channels: number
  readonly codeExtension: AudioCodeExtension
  readonly karaoke: KaraokeInformation | null
  /** Surround mode: fit for a Dolby Surround decoder; else null. */
  readonly dolbySurround: boolean | null
  /** The fields as the disc has them, for what the others leave out. */
  readonly raw: { readonly format: number; readonly languageType: number; readonly quantization: number; readonly codeExtension: number }
}

/** What a track is for. `other` keeps its number in `raw.codeExtension`. */
export type AudioCodeExtension = "none" | "normal" | "visually-impaired" | "director-1" | "director-2" | "other"

export type KaraokeInformation = {
  /** Index of the specification's channel table: 2 is L+R, 3 L+M+R, 4 L+R+V1, 5 L+M+R+V1, 6 L+R+V1+V2, 7 L+M+R+V1+V2. */
  readonly channelAssignment: number
  readonly version: number
  readonly masterOfCeremoniesIntro: boolean
  readonly duet: boolean
}

const FORMATS: readonly (AudioFormat | null)[] = ["ac3", null, "mpeg1", "mpeg2ext", "lpcm", "sdds", "dts", null]
const MODES = ["none", "karaoke", "surround", "reserved"] as const
const BITS_PER_SAMPLE = [16, 20, 24, null] as const
const CODE_EXTENSIONS: readonly AudioCodeExtension[] = ["none", "normal", "visually-impaired", "director-1", "director-2"]

export function readAudioAttributes(reader: ByteReader, field: string): AudioAttributes {
  const bits = new BitReader(reader.bytes(2, field), reader.path)
  const format = bits.bits(3, field)
  const multichannelExtension = bits.flag(field)
  const languageType = bits.bits(2, field)
  const applicationMode = MODES[bits.bits(2, field)] ?? "none"
  const quantization = bits.bits(2, field)
  const sampleFrequency = bits.bits(2, field)
  bits.skip(1, field)
  const channels = bits.bits(3, field) + 1
  const language = readLanguageCode(reader, field)
  reader.skip(1, field)
  const codeExtension = reader.u8(field)
  reader.skip(1, field)
  const application = reader.u8(field)

  const audioFormat = FORMATS[format] ?? null
  const isMpeg = audioFormat === "mpeg1" || audioFormat === "mpeg2ext"
  return {
    audioFormat,
    multichannelExtension,
    language,
    applicationMode,
    quantization: audioFormat === "lpcm" ? (BITS_PER_SAMPLE[quantization] ?? null) : null,
    dynamicRangeControl: isMpeg ? quantization === 1 : null,
    // Discs with 1 here hold 48 kHz sound all the same, but for LPCM.
    sampleFrequency: sampleFrequency === 1 && audioFormat === "lpcm" ? 96_000 : 48_000,
    channels,
    codeExtension: CODE_EXTENSIONS[codeExtension] ?? "other",
    karaoke: applicationMode === "karaoke" ? karaokeInformation(application) : null,
    dolbySurround: applicationMode === "surround" ? (application & 0x08) !== 0 : null,
    raw: { format, languageType, quantization, codeExtension },
  }
}

function karaokeInformation(application: number): KaraokeInformation {
  return {
    channelAssignment: (application >> 4) & 7,
    version: (application >> 2) & 3,
    masterOfCeremoniesIntro: (application & 0x02) === 0,
    duet: (application & 0x01) !== 0,
  }
}
