import type { ByteReader } from "../../base/index.ts"
import { readStructureHeader } from "./structure-header.ts"

/** A BD-J object: which applications run in a title, and what they may do. */
export type Bdjo = {
  readonly versionNumber: string
  readonly terminalInfo: TerminalInfo
  readonly appCache: readonly AppCacheEntry[]
  readonly accessiblePlayLists: AccessiblePlayLists
  readonly applications: readonly Application[]
  /** Keys that the applications want for themselves. */
  readonly keyInterest: ReadonlySet<KeyInterest>
  /** Directories in the player's virtual package that may be read, separated by `;`. */
  readonly fileAccess: string
}

export type TerminalInfo = {
  /** `00000` for /BDMV/AUXDATA/00000.otf; null: the player's own. */
  readonly defaultFontFileName: string | null
  readonly initialHaviConfigurationId: number
  readonly menuCallMask: boolean
  readonly titleSearchMask: boolean
}

type AppCacheEntry = {
  readonly type: "jar" | "directory" | "unknown"
  /** `00000` for /BDMV/JAR/00000.jar or /BDMV/JAR/00000/. */
  readonly name: string
  /** `*.*`: always; `%%%`: when no other language fits. */
  readonly languageCode: string
}

type AccessiblePlayLists = {
  readonly accessToAll: boolean
  /** The first of them starts by itself. */
  readonly autostartFirst: boolean
  readonly playLists: readonly string[]
}

export type Application = {
  /** 1 starts by itself, 2 may be started. */
  readonly controlCode: number
  /** 1 BD-J. */
  readonly type: number
  readonly organizationId: number
  readonly applicationId: number
  readonly profiles: readonly ApplicationProfile[]
  readonly priority: number
  readonly binding: number
  readonly visibility: number
  readonly names: readonly { readonly languageCode: string; readonly name: string }[]
  readonly iconLocator: string
  readonly iconFlags: number
  /** `00000`, `00000/base`: inside /BDMV/JAR/00000.jar. */
  readonly baseDirectory: string
  readonly classpathExtension: string
  readonly initialClass: string
  readonly parameters: readonly string[]
}

type ApplicationProfile = { readonly profile: number; readonly major: number; readonly minor: number; readonly micro: number }

const KEYS = [
  "play",
  "stop",
  "fastForward",
  "rewind",
  "trackNext",
  "trackPrevious",
  "pause",
  "stillOff",
  "secondaryAudioEnableDisable",
  "secondaryVideoEnableDisable",
  "pgTextStEnableDisable",
] as const
export type KeyInterest = (typeof KEYS)[number]

const HEADER_SIZE = 48
const NO_FONT = "*****"

/** BDJO/*.bdjo. Layout: libbluray `bdjo_parse.c`, the Sun BD-J tools' XML. @throws DiscError `damaged` */
export function parseBdjo(file: ByteReader): Bdjo {
  const versionNumber = readStructureHeader(file.from(0, "type_indicator"), "BDJO")
  // The blocks follow each other; the address table before them says the same.
  const body = file.from(HEADER_SIZE, "TerminalInfo")
  const terminalInfo = readTerminalInfo(body.window(body.u32("TerminalInfo.length"), "TerminalInfo"))
  const appCache = readAppCache(body.window(body.u32("AppCacheInfo.length"), "AppCacheInfo"))
  const accessiblePlayLists = readAccessiblePlayLists(
    body.window(body.u32("TableOfAccessiblePlayLists.length"), "TableOfAccessiblePlayLists"),
  )
  const applications = readApplications(body.window(body.u32("ApplicationManagementTable.length"), "ApplicationManagementTable"))
  const keys = body.u32("KeyInterestTable")
  const fileAccess = utf8(body.bytes(body.u16("FileAccessInfo.length"), "FileAccessInfo"))
  const keyInterest = new Set(KEYS.filter((_, bit) => (keys >>> (31 - bit)) & 1))
  return { versionNumber, terminalInfo, appCache, accessiblePlayLists, applications, keyInterest, fileAccess }
}

function readTerminalInfo(info: ByteReader): TerminalInfo {
  const font = info.ascii(5, "default_font_file_name")
  const flags = info.u8("initial_HAVi_config_id")
  return {
    defaultFontFileName: font === NO_FONT ? null : font,
    initialHaviConfigurationId: flags >> 4,
    menuCallMask: (flags & 8) !== 0,
    titleSearchMask: (flags & 4) !== 0,
  }
}

function readAppCache(info: ByteReader): readonly AppCacheEntry[] {
  const count = info.u8("number_of_entries")
  info.skip(1, "reserved")
  return info.list(count, 12, "AppCacheInfo", (entry) => {
    const type = entry.u8("entry_type")
    return {
      type: type === 1 ? "jar" : type === 2 ? "directory" : "unknown",
      name: entry.ascii(5, "ref_to_name"),
      languageCode: entry.ascii(3, "language_code"),
    } as const
  })
}

function readAccessiblePlayLists(table: ByteReader): AccessiblePlayLists {
  const head = table.u32("number_of_acc_PlayLists")
  return {
    accessToAll: ((head >>> 20) & 1) === 1,
    autostartFirst: ((head >>> 19) & 1) === 1,
    playLists: table.list(head >>> 21, 6, "PlayList_file_name", (entry) => entry.ascii(5, "PlayList_file_name")),
  }
}

function readApplications(table: ByteReader): readonly Application[] {
  const count = table.u8("number_of_applications")
  table.skip(1, "reserved")
  return Array.from({ length: count }, () => readApplication(table))
}

function readApplication(table: ByteReader): Application {
  const controlCode = table.u8("application_control_code")
  const type = table.u8("application_type") >> 4
  const organizationId = table.u32("organization_id")
  const applicationId = table.u16("application_id")
  table.skip(10, "application_descriptor tag and length")
  const profiles = table.list(table.u16("number_of_application_profiles") >> 12, 6, "application_profile", (entry) => ({
    profile: entry.u16("application_profile"),
    major: entry.u8("version_major"),
    minor: entry.u8("version_minor"),
    micro: entry.u8("version_micro"),
  }))
  const priority = table.u8("application_priority")
  const flags = table.u8("application_binding")
  const names = readNames(table)
  const iconLocator = readAlignedText(table, "icon_locator")
  const iconFlags = table.u16("application_icon_flags")
  return {
    controlCode,
    type,
    organizationId,
    applicationId,
    profiles,
    priority,
    binding: flags >> 6,
    visibility: (flags >> 4) & 3,
    names,
    iconLocator,
    iconFlags,
    baseDirectory: readAlignedText(table, "base_directory"),
    classpathExtension: readAlignedText(table, "classpath_extension"),
    initialClass: readAlignedText(table, "initial_class"),
    parameters: readParameters(table),
  }
}

function readNames(table: ByteReader): Application["names"] {
  const length = table.u16("application_name.length")
  const body = table.window(length, "application_name")
  const names: { languageCode: string; name: string }[] = []
  while (body.remaining > 0) {
    const languageCode = body.ascii(3, "language_code")
    names.push({ languageCode, name: utf8(body.bytes(body.u8("application_name_length"), "application_name")) })
  }
  if (length % 2 === 1) table.skip(1, "word align")
  return names
}

function readParameters(table: ByteReader): readonly string[] {
  const length = table.u8("application_parameters.length")
  const body = table.window(length, "application_parameters")
  const parameters: string[] = []
  while (body.remaining > 0) parameters.push(utf8(body.bytes(body.u8("parameter_length"), "parameter")))
  if (length % 2 === 0) table.skip(1, "word align")
  return parameters
}

/** A length byte, the text, and a byte more where both together are odd. */
function readAlignedText(table: ByteReader, field: string): string {
  const length = table.u8(`${field}_length`)
  const text = utf8(table.bytes(length, field))
  if (length % 2 === 0) table.skip(1, "word align")
  return text
}

const decoder = new TextDecoder()
const utf8 = (bytes: Uint8Array): string => decoder.decode(bytes)
