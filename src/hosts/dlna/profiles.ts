import type { StreamInfo } from "../../disc/index.ts"

/**
 * The media format profile of a DVD's program stream (DLNA Guidelines part 2, `MPEG_PS_*`), null where none fits: MPEG-1 video, and sound that the profile
 * does not have. The frame rate says which of the two systems it is.
 */
export function programProfile(video: StreamInfo | null, audio: StreamInfo | null): string | null {
  if (video?.codec !== "mpeg2video") return null
  if (audio !== null && !PROGRAM_SOUND.has(audio.codec)) return null
  return video.frameRate === "25" ? "MPEG_PS_PAL" : "MPEG_PS_NTSC"
}

const PROGRAM_SOUND: ReadonlySet<string> = new Set(["ac3", "mp2", "pcm_dvd"])

/** How a transport stream's packets come: 188 bytes each, or 192 with a time stamp before each. */
export type PacketForm = "plain" | "timestamped"

/**
 * The profile of a transport stream that is served as the disc has it; null where none fits (HEVC, VC-1, DTS, TrueHD and most of UHD).
 * H.264 up to High profile goes by its frame rate (`AVC_TS_HD_24_AC3_ISO`, ...): 24, 25 and 30 pictures or 50 and 60 fields a second.
 */
export function transportProfile(video: StreamInfo | null, audio: Pick<StreamInfo, "codec"> | null, form: PacketForm): string | null {
  const ending = form === "plain" ? "_ISO" : "_T"
  if (video === null || audio === null) return null
  if (video.codec === "mpeg2video") {
    if (audio.codec !== "ac3" && audio.codec !== "mp2") return null
    const area = video.frameRate === "25" || video.frameRate === "50" ? "EU" : "NA"
    // High definition has one profile, whatever the area.
    return `MPEG_TS_${isHigh(video) ? "HD_NA" : `SD_${area}`}${ending}`
  }
  if (video.codec !== "h264") return null
  const system = SYSTEMS[video.frameRate ?? ""]
  if (system === undefined) return null
  if (audio.codec === "ac3") return `AVC_TS_HD_${system}_AC3${ending}`
  if (audio.codec === "eac3") return `AVC_TS_HD_${system}_EAC3${ending}`
  // Linear PCM is defined with time stamps only.
  if (audio.codec === "pcm_bluray" && form === "timestamped") return `AVC_TS_HD_${system}_LPCM_T`
  return null
}

const SYSTEMS: Readonly<Record<string, string>> = {
  "24000/1001": "24",
  "24": "24",
  "25": "50",
  "50": "50",
  "30000/1001": "60",
  "60000/1001": "60",
}

/** The profile of converted pictures of this size in a transport stream of 188-byte packets: H.264 Main, up to level 3 (SD) or 4 (HD). */
export function convertedProfile({ width, height }: { readonly width: number; readonly height: number }, sound: "ac3" | "aac"): string {
  const isStandard = width <= SD_WIDTH && height <= SD_LINES
  return `AVC_TS_MP_${isStandard ? "SD" : "HD"}_${sound === "ac3" ? "AC3" : "AAC_MULT5"}_ISO`
}

const SD_WIDTH = 720
const SD_LINES = 576
const isHigh = (video: StreamInfo): boolean => (video.height ?? 0) > SD_LINES

/** What the fourth field of a protocolInfo says (DLNA Guidelines part 1-1, 7.4.1.3). */
export type ProtocolFacts = {
  readonly mimeType: string
  readonly profile: string | null
  readonly seeking: "bytes" | "time" | "none"
  readonly isConverted: boolean
  readonly isPicture?: boolean
}

/** Bits of DLNA.ORG_FLAGS: how it may be transferred, that a client may stop reading for a while, and that version 1.5 is meant. */
const STREAMING = 0x0100_0000
const INTERACTIVE = 0x0080_0000
const BACKGROUND = 0x0040_0000
const STALLING = 0x0020_0000
const VERSION_1_5 = 0x0010_0000
/** Hexadecimal digits after the eight that mean something. */
const RESERVED_DIGITS = 24

/** DLNA.ORG_OP: the first digit is seeking by time, the second by bytes. */
const OPERATIONS = { bytes: "01", time: "10", none: "00" } as const

/** The fourth field of a protocolInfo; what `contentFeatures.dlna.org` says of a resource. */
export function contentFeatures({ profile, seeking, isConverted, isPicture = false }: ProtocolFacts): string {
  const flags = (isPicture ? INTERACTIVE : STREAMING) | BACKGROUND | STALLING | VERSION_1_5
  const hex = flags.toString(16).toUpperCase().padStart(8, "0") + "0".repeat(RESERVED_DIGITS)
  const first = profile === null ? "" : `DLNA.ORG_PN=${profile};`
  return `${first}DLNA.ORG_OP=${OPERATIONS[seeking]};DLNA.ORG_CI=${isConverted ? 1 : 0};DLNA.ORG_FLAGS=${hex}`
}

/** `http-get:*:video/mpeg:DLNA.ORG_PN=...` */
export const protocolInfo = (facts: ProtocolFacts): string => `http-get:*:${facts.mimeType}:${contentFeatures(facts)}`
