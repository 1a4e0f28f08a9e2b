// index.bdmv and MovieObject.bdmv: which program each title runs. Layout: libbluray index_parse.c, mobj_parse.c; commands: hdmv_insn.h.
import { bits, join, sized, structureFile, u8, u16, u32, zeros } from "./bytes.mjs"
import { videoFormatByte } from "./coding.mjs"

const BRANCH = 0
const JUMP = 1
const PLAY = 2
const MAY_RESUME = 0x8000

/** A branch command with one operand, a number in the command itself. */
function branch(subGroup, option, operand) {
  return join(bits([1, 3], [BRANCH, 2], [subGroup, 3], [1, 1], [0, 3], [option, 4]), zeros(2), u32(operand), u32(0))
}
/** To a title: 0 is the top menu. */
export const jumpTitle = (title) => branch(JUMP, 1, title)
export const playPlaylist = (number) => branch(PLAY, 0, number)

/** `programs`: a list of commands for each movie object. */
export function movieObjects(programs) {
  const objects = programs.map((commands) => join(u16(MAY_RESUME), u16(commands.length), ...commands))
  return structureFile("MOBJ", sized(u32, zeros(4), u16(programs.length), ...objects), [null])
}

const HDMV = 1
const MOVIE = 0
const INTERACTIVE = 1
const entry = (playback, object) => join(bits([HDMV, 2], [0, 30]), bits([playback, 2], [0, 14]), u16(object), zeros(4))

/** `firstPlay`, `topMenu`, `titles`: numbers of movie objects; `video`: the format the disc is mostly in. */
export function discIndex({ firstPlay, topMenu, titles, video }) {
  const application = sized(u32, u8(0), u8(videoFormatByte(video)), zeros(32))
  const list = sized(
    u32,
    entry(MOVIE, firstPlay),
    entry(INTERACTIVE, topMenu),
    u16(titles.length),
    ...titles.map((object) => entry(MOVIE, object)),
  )
  return structureFile("INDX", application, [list, null])
}
