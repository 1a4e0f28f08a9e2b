import type { MovieObjects } from "../../../../src/disc/bluray/index.ts"
import { FieldWriter, flags, type Written } from "./write-fields.ts"

/** MovieObject.bdmv again, as it was read. */
export function writeMovieObjects({ versionNumber, objects }: MovieObjects): Written {
  const w = new FieldWriter()
  w.text(`MOBJ${versionNumber}`, "type_indicator").u32(0, "ExtensionData_start_address").zeros(28, "reserved")
  w.sized(4, "MovieObjects", () => {
    w.zeros(4, "reserved").u16(objects.length, "number_of_mobjs")
    w.each(objects, "MovieObject", (object) => {
      w.u16(flags(2, object.resumeIntentionFlag, object.menuCallMask, object.titleSearchMask), "TerminalInfo")
      w.u16(object.commands.length / 12, "number_of_navigation_commands").bytes(object.commands, "navigation_command")
    })
  })
  return w.finish()
}
