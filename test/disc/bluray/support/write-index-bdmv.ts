import type { IndexBdmv, IndexObject, IndexTitle } from "../../../../src/disc/bluray/index.ts"
import { writeExtensionData } from "./write-extension-data.ts"
import { FieldWriter, flags, type Written } from "./write-fields.ts"

/** index.bdmv again, as it was read. */
export function writeIndexBdmv(index: IndexBdmv): Written {
  const w = new FieldWriter()
  w.text(`INDX${index.versionNumber}`, "type_indicator")
    .u32(0, "Indexes_start_address")
    .u32(0, "ExtensionData_start_address")
    .zeros(24, "reserved")
  const { appInfo } = index
  w.sized(4, "AppInfoBDMV", () => {
    w.u8(flags(1, false, appInfo.initialOutputModePreference === "3d", appInfo.ssContentExist) | appInfo.initialDynamicRangeType, "flags")
    w.u8((appInfo.videoFormat << 4) | appInfo.frameRate, "video_format").bytes(appInfo.userData, "content_provider_user_data")
  })
  w.patch(8, 4, w.length)
  w.sized(4, "Indexes", () => {
    w.within("FirstPlayback", () => writeObject(w, index.firstPlayback, 0))
    w.within("TopMenu", () => writeObject(w, index.topMenu, 0))
    w.u16(index.titles.length, "number_of_Titles")
    w.each(index.titles, "Title", (title) => writeObject(w, title, accessType(title)))
  })
  if (index.uhd !== null) {
    const { uhd } = index
    w.patch(12, 4, w.length)
    writeExtensionData(w, 3, 1, () => {
      w.sized(4, "UHD", () => {
        w.u8((uhd.discType << 4) | (uhd.exist4k ? 1 : 0), "disc_type").zeros(1, "reserved")
        w.u8((uhd.hdr10Plus ? 0x10 : 0) | (uhd.dolbyVision ? 4 : 0) | uhd.hdrFlags, "hdr_flags").zeros(5, "reserved")
      })
    })
  }
  return w.finish()
}

const accessType = (title: IndexTitle): number => (title.hidden ? 0x20 : 0) | (title.searchProhibited ? 0x10 : 0)

function writeObject(w: FieldWriter, object: IndexObject, access: number): void {
  w.u8({ none: 0, hdmv: 0x40, "bd-j": 0x80 }[object.objectType] | access, "object_type, access_type").zeros(3, "reserved")
  if (object.objectType === "none") {
    w.zeros(8, "object")
    return
  }
  // The upper bit says again that it is BD-J.
  w.u16((object.objectType === "bd-j" ? 0x8000 : 0) | (object.playbackType === "interactive" ? 0x4000 : 0), "playback_type")
  if (object.objectType === "hdmv") w.u16(object.movieObjectId ?? 0xffff, "ref_to_MovieObject_id").zeros(4, "reserved")
  else w.text(object.bdjoFileName, "ref_to_BDJO_file_name").zeros(1, "reserved")
}
