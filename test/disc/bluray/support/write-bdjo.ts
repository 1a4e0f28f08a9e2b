import type { Application, Bdjo } from "../../../../src/disc/bluray/index.ts"
import { FieldWriter, flags, type Written } from "./write-fields.ts"

/** A BD-J object file again, as it was read. */
export function writeBdjo(bdjo: Bdjo): Written {
  const w = new FieldWriter()
  w.text(`BDJO${bdjo.versionNumber}`, "type_indicator").zeros(24, "start addresses").zeros(16, "reserved")
  let address = 8
  const table = (field: string, write: () => void): void => {
    w.patch(address, 4, w.length)
    address += 4
    w.within(field, write)
  }
  table("TerminalInfo", () => {
    const { defaultFontFileName, initialHaviConfigurationId, menuCallMask, titleSearchMask } = bdjo.terminalInfo
    w.sized(4, "", () => {
      w.text(defaultFontFileName ?? "*****", "default_font_file_name")
      w.u8((initialHaviConfigurationId << 4) | (menuCallMask ? 8 : 0) | (titleSearchMask ? 4 : 0), "flags").zeros(4, "reserved")
    })
  })
  table("AppCacheInfo", () => {
    w.sized(4, "", () => {
      w.u8(bdjo.appCache.length, "number_of_entries").zeros(1, "reserved")
      w.each(bdjo.appCache, "entry", ({ type, name, languageCode }) => {
        w.u8({ unknown: 0, jar: 1, directory: 2 }[type], "entry_type").text(name, "ref_to_name").text(languageCode, "language_code")
        w.zeros(3, "reserved")
      })
    })
  })
  table("TableOfAccessiblePlayLists", () => {
    const { accessToAll, autostartFirst, playLists } = bdjo.accessiblePlayLists
    w.sized(4, "", () => {
      w.u32(playLists.length * 2 ** 21 + (accessToAll ? 2 ** 20 : 0) + (autostartFirst ? 2 ** 19 : 0), "number_of_acc_PlayLists")
      w.each(playLists, "PlayList", (name) => w.text(name, "PlayList_file_name").zeros(1, "reserved"))
    })
  })
  table("ApplicationManagementTable", () => {
    w.sized(4, "", () => {
      w.u8(bdjo.applications.length, "number_of_applications").zeros(1, "reserved")
      w.each(bdjo.applications, "application", (application) => writeApplication(w, application))
    })
  })
  table("KeyInterestTable", () => w.u32(keyInterest(bdjo), "keys"))
  table("FileAccessInfo", () => writeAligned(w, 2, "", () => w.text(bdjo.fileAccess, "directory_paths")))
  return w.finish()
}

function keyInterest({ keyInterest: keys }: Bdjo): number {
  const first = [keys.has("play"), keys.has("stop"), keys.has("fastForward"), keys.has("rewind")]
  const second = [keys.has("trackNext"), keys.has("trackPrevious"), keys.has("pause"), keys.has("stillOff")]
  const streams = [keys.has("secondaryAudioEnableDisable"), keys.has("secondaryVideoEnableDisable"), keys.has("pgTextStEnableDisable")]
  return flags(4, ...first, ...second, ...streams)
}

function writeApplication(w: FieldWriter, application: Application): void {
  w.u8(application.controlCode, "application_control_code").u8(application.type << 4, "application_type")
  w.u32(application.organizationId, "organization_id").u16(application.applicationId, "application_id")
  w.zeros(2, "tag, reserved")
  w.sized(4, "application_descriptor", () => {
    w.zeros(4, "reserved")
    w.u16(application.profiles.length << 12, "number_of_application_profiles")
    w.each(application.profiles, "profile", ({ profile, major, minor, micro }) => {
      w.u16(profile, "application_profile")
        .u8(major, "version_major")
        .u8(minor, "version_minor")
        .u8(micro, "version_micro")
        .zeros(1, "reserved")
    })
    w.u8(application.priority, "application_priority").u8((application.binding << 6) | (application.visibility << 4), "application_binding")
    writeAligned(w, 2, "application_name", () => {
      for (const { languageCode, name } of application.names) {
        w.text(languageCode, "language_code").sized(1, "name", () => w.bytes(Buffer.from(name), "application_name"))
      }
    })
    writeText(w, application.iconLocator, "icon_locator")
    w.u16(application.iconFlags, "application_icon_flags")
    writeText(w, application.baseDirectory, "base_directory")
    writeText(w, application.classpathExtension, "classpath_extension")
    writeText(w, application.initialClass, "initial_class")
    writeAligned(w, 1, "application_parameters", () => {
      for (const parameter of application.parameters) w.sized(1, "parameter", () => w.bytes(Buffer.from(parameter), "parameter"))
    })
  })
}

function writeText(w: FieldWriter, text: string, field: string): void {
  writeAligned(w, 1, field, () => w.bytes(Buffer.from(text), field))
}

/** Length and content, and a byte more where both together are odd. */
function writeAligned(w: FieldWriter, size: number, field: string, write: () => void): void {
  const start = w.length
  w.sized(size, field, write)
  w.zeros((w.length - start) % 2, "word align")
}
