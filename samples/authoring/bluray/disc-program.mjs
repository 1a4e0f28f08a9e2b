// index.bdmv and MovieObject.bdmv from a readable program (README.md in this folder). Layout: libbluray index_parse.c, mobj_parse.c.
import { assemble } from "./assembler.mjs"
import { bits, join, sized, structureFile, u8, u16, u32, zeros } from "./bytes.mjs"
import { videoFormatByte } from "./coding.mjs"
import { descriptionLines } from "./description.mjs"

/** Words behind an object's name and the bit each sets or, `no-resume`, leaves clear. */
const RESUME = 0x8000
const OBJECT_FLAGS = { "no-resume": 0, "no-menu-call": 0x4000, "no-title-search": 0x2000 }
const HDMV = 1
const MOVIE = 0
const INTERACTIVE = 1

/** `{ objects: [{ flags, lines }], names: Map(object name to number), firstPlay, topMenu, titles: [object number] }` */
function readProgram(text) {
  const objects = []
  const names = new Map()
  const index = { titles: [] }
  for (const { words, line } of descriptionLines(text)) {
    const [kind, ...rest] = words
    if (kind === "object") {
      const [name, ...flags] = rest
      names.set(name, objects.length)
      const resume = flags.includes("no-resume") ? 0 : RESUME
      objects.push({ flags: flags.reduce((sum, flag) => sum | OBJECT_FLAGS[flag], resume), lines: [] })
    } else if (kind === "first-play") index.firstPlay = rest[0]
    else if (kind === "top-menu") index.topMenu = rest[0]
    else if (kind === "title") index.titles[Number(rest[0]) - 1] = rest[1]
    else if (objects.length === 0) throw new Error(`"${line}" belongs to no object`)
    else objects.at(-1).lines.push(line)
  }
  const object = (name) => {
    if (!names.has(name)) throw new Error(`no object is called "${name}"`)
    return names.get(name)
  }
  return { objects, names, firstPlay: object(index.firstPlay), topMenu: object(index.topMenu), titles: index.titles.map(object) }
}

function movieObjects({ objects, names }) {
  const blocks = objects.map(({ flags, lines }) => {
    const commands = assemble(lines, names)
    return join(u16(flags), u16(commands.length), ...commands)
  })
  return structureFile("MOBJ", sized(u32, zeros(4), u16(blocks.length), ...blocks), [null])
}

const entry = (playback, object) => join(bits([HDMV, 2], [0, 30]), bits([playback, 2], [0, 14]), u16(object), zeros(4))

function discIndex({ firstPlay, topMenu, titles }, video) {
  const application = sized(u32, u8(0), u8(videoFormatByte(video)), zeros(32))
  const entries = [
    entry(MOVIE, firstPlay),
    entry(INTERACTIVE, topMenu),
    u16(titles.length),
    ...titles.map((object) => entry(MOVIE, object)),
  ]
  return structureFile("INDX", application, [sized(u32, ...entries), null])
}

/** `video`: the format the disc is mostly in. Gives the two files, and the numbers of the objects by name: what menus jump to. */
export function discProgram(text, video) {
  const program = readProgram(text)
  return { index: discIndex(program, video), objects: movieObjects(program), names: program.names }
}
