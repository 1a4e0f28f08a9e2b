import type { ByteReader } from "../../base/index.ts"

/** What each channel of a karaoke track holds: guide vocals, melodies, sound effects. 24 bytes; layout: libdvdread `multichannel_ext_t`. */
export type MultichannelExtension = {
  readonly channel0: { readonly guideMelody: boolean }
  readonly channel1: { readonly guideMelody: boolean }
  readonly channel2: {
    readonly guideVocal1: boolean
    readonly guideVocal2: boolean
    readonly guideMelody1: boolean
    readonly guideMelody2: boolean
  }
  readonly channel3: {
    readonly guideVocal1: boolean
    readonly guideVocal2: boolean
    readonly guideMelodyA: boolean
    readonly soundEffectA: boolean
  }
  readonly channel4: {
    readonly guideVocal1: boolean
    readonly guideVocal2: boolean
    readonly guideMelodyB: boolean
    readonly soundEffectB: boolean
  }
}

export function readMultichannelExtension(item: ByteReader): MultichannelExtension {
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0] = item.bytes(5, "multichannelExtension")
  const bit = (byte: number, mask: number) => (byte & mask) !== 0
  return {
    channel0: { guideMelody: bit(c0, 1) },
    channel1: { guideMelody: bit(c1, 1) },
    channel2: { guideVocal1: bit(c2, 8), guideVocal2: bit(c2, 4), guideMelody1: bit(c2, 2), guideMelody2: bit(c2, 1) },
    channel3: { guideVocal1: bit(c3, 8), guideVocal2: bit(c3, 4), guideMelodyA: bit(c3, 2), soundEffectA: bit(c3, 1) },
    channel4: { guideVocal1: bit(c4, 8), guideVocal2: bit(c4, 4), guideMelodyB: bit(c4, 2), soundEffectB: bit(c4, 1) },
  }
}
