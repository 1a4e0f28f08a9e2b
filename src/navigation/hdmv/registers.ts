/** Player status and setting registers by number. */
export const PSR = {
  igStream: 0,
  audioStream: 1,
  pgStream: 2,
  angle: 3,
  title: 4,
  chapter: 5,
  playlist: 6,
  playItem: 7,
  time: 8,
  navigationTimer: 9,
  selectedButton: 10,
  page: 11,
  style: 12,
  userAge: 13,
  secondaryStreams: 14,
  audioCapability: 15,
  audioLanguage: 16,
  subtitleLanguage: 17,
  menuLanguage: 18,
  country: 19,
  region: 20,
  outputModePreference: 21,
  stereoscopicStatus: 22,
  displayCapability: 23,
  capability3d: 24,
  uhdCapability: 25,
  uhdDisplayCapability: 26,
  hdrPreference: 27,
  sdrConversionPreference: 28,
  videoCapability: 29,
  textCapability: 30,
  profile: 31,
  bdPlusReceive: 102,
  bdPlusSend: 103,
  bdPlusShared: 104,
} as const

/** Short names for people. */
export const PSR_NAMES: Readonly<Record<number, string>> = {
  ...Object.fromEntries(Object.entries(PSR).map(([name, register]) => [register, name])),
  36: "backup of title",
  37: "backup of chapter",
  38: "backup of playlist",
  39: "backup of playItem",
  40: "backup of time",
  42: "backup of selectedButton",
  43: "backup of page",
  44: "backup of style",
}

export const PSR_COUNT = 128
export const GPR_COUNT = 4096

/** In PSR 4. */
export const TITLE_TOP_MENU = 0
/** In PSR 4. */
export const TITLE_FIRST_PLAYBACK = 0xffff
/** In PSR 5: no chapter. */
export const NO_CHAPTER = 0xffff
/** In PSR 2: the subtitle is shown. Bits 11 to 0 are its number. */
export const PG_SHOWN = 0x8000_0000
/** In PSR 2: the subtitle of the picture in picture is shown. Bits 27 to 16 are its number. */
export const PIP_PG_SHOWN = 0x4000_0000
/** In PSR 14: the secondary video is shown. Bits 15 to 8 are its number, 27 to 24 its size. */
export const SECONDARY_VIDEO_SHOWN = 0x8000_0000
/** In PSR 14: the secondary audio is heard. Bits 7 to 0 are its number. */
export const SECONDARY_AUDIO_HEARD = 0x4000_0000
/** Bits of PSR 31 of a 3D player (profile 5). */
const PROFILE_5 = 0x13_0240
const PROFILE_2 = 0x03_0200
const PROFILE_6 = 0x00_0310

/** What a player's owner has chosen before the disc starts, and what the player can do. */
export type HdmvPreferences = {
  /** ISO 639-2, three letters. */
  readonly menuLanguage: string
  readonly audioLanguage: string
  readonly subtitleLanguage: string
  /** ISO 3166, two letters. */
  readonly country: string
  /** In years; null: everything may be seen. */
  readonly userAge: number | null
  readonly region: "A" | "B" | "C"
  /** `uhd`: profile 6, for discs of version 0300 and later. 3D is shown as its base view, so never profile 5. */
  readonly profile: "2d" | "uhd"
  /** The viewer has subtitles on. */
  readonly subtitlesShown: boolean
}

export const DEFAULT_PREFERENCES: HdmvPreferences = {
  menuLanguage: "eng",
  audioLanguage: "eng",
  subtitleLanguage: "eng",
  country: "US",
  userAge: null,
  region: "A",
  profile: "2d",
  subtitlesShown: true,
}

const REGIONS = { A: 1, B: 2, C: 4 } as const
/** PSR 15: LPCM 48 to 192 kHz, Dolby Digital Plus, DTS-HD, Dolby Digital and TrueHD, all with surround. */
const ALL_AUDIO = 0xaaaa
/** PSR 29: secondary video in HD, 25 and 50 Hz. */
const ALL_VIDEO = 3
/** PSR 30. */
const ALL_TEXT = 0x1_ffff

/** The registers as a player is switched on. Values: libbluray `bd_psr_init` (`register.c`), which names clause 5.8.2 of the specification. */
export function initialPsr(preferences: HdmvPreferences): number[] {
  const psr = Array<number>(PSR_COUNT).fill(0)
  const uhd = preferences.profile === "uhd"
  const values: readonly (readonly [number, number])[] = [
    [PSR.igStream, 1],
    [PSR.audioStream, 0xff],
    [PSR.pgStream, 0x0fff_0fff + (preferences.subtitlesShown ? PG_SHOWN : 0)],
    [PSR.angle, 1],
    [PSR.title, TITLE_FIRST_PLAYBACK],
    [PSR.chapter, NO_CHAPTER],
    [PSR.selectedButton, 0xffff],
    [PSR.style, 0xff],
    [PSR.userAge, preferences.userAge ?? 0xff],
    [PSR.secondaryStreams, 0xffff],
    [PSR.audioCapability, ALL_AUDIO],
    [PSR.audioLanguage, letters(preferences.audioLanguage.toLowerCase(), 3)],
    [PSR.subtitleLanguage, letters(preferences.subtitleLanguage.toLowerCase(), 3)],
    [PSR.menuLanguage, letters(preferences.menuLanguage.toLowerCase(), 3)],
    [PSR.country, letters(preferences.country.toUpperCase(), 2)],
    [PSR.region, REGIONS[preferences.region]],
    [PSR.uhdCapability, uhd ? 0xffff_ffff : 0],
    [PSR.uhdDisplayCapability, uhd ? 0xffff_ffff : 0],
    [PSR.hdrPreference, uhd ? 0xffff_ffff : 0],
    [PSR.videoCapability, ALL_VIDEO],
    [PSR.textCapability, ALL_TEXT],
    [PSR.profile, uhd ? PROFILE_6 : PROFILE_2],
  ]
  for (const [register, value] of values) psr[register] = value
  psr.fill(0xffff_ffff, FIRST_TEXT_STYLE_CAPABILITY, LAST_TEXT_STYLE_CAPABILITY + 1)
  for (const [register, value] of BACKUP_DEFAULTS) psr[register] = value
  return psr
}

const FIRST_TEXT_STYLE_CAPABILITY = 48
const LAST_TEXT_STYLE_CAPABILITY = 61

/** What PSR 36 to 44 hold while nothing is suspended. */
const BACKUP_DEFAULTS: readonly (readonly [number, number])[] = [
  [36, 0xffff],
  [37, NO_CHAPTER],
  [38, 0],
  [39, 0],
  [40, 0],
  [42, 0xffff],
  [43, 0],
  [44, 0xff],
]
/** A backed-up register is its own number more by this. */
const BACKUP_OFFSET = 32

/** Registers that a program may read only because the player's owner sets them. PSR 9 and the backups are the machine's own. */
export function isSetting(register: number): boolean {
  return (
    register === PSR.userAge ||
    (register >= PSR.audioCapability && register <= PSR.outputModePreference) ||
    (register >= PSR.displayCapability && register <= PSR.profile) ||
    (register >= FIRST_TEXT_STYLE_CAPABILITY && register <= LAST_TEXT_STYLE_CAPABILITY)
  )
}

/** The place that plays and the selected button, into the backup registers. */
export function backUp(psr: Uint32Array): void {
  for (const [register] of BACKUP_DEFAULTS) psr[register] = psr[register - BACKUP_OFFSET] ?? 0
}

/** Back from the backup registers, which are empty then. */
export function restore(psr: Uint32Array): void {
  for (const [register] of BACKUP_DEFAULTS) psr[register - BACKUP_OFFSET] = psr[register] ?? 0
  dropBackup(psr)
}

export function dropBackup(psr: Uint32Array): void {
  for (const [register, value] of BACKUP_DEFAULTS) psr[register] = value
}

export const isStereoscopicPlayer = (psr: Uint32Array): boolean => ((psr[PSR.profile] ?? 0) & PROFILE_5) === PROFILE_5

/** Letters as a register holds them: the first one highest. */
export function letters(code: string, count: number): number {
  let value = 0
  for (let index = 0; index < count; index++) value = value * 256 + ((code.charCodeAt(index) || 0) & 0xff)
  return value
}
