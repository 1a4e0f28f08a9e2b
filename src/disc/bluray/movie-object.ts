import type { ByteReader } from "../../base/index.ts"
import { readStructureHeader } from "./structure-header.ts"

export type MovieObject = {
  /** The playlist may go on after a menu call. */
  readonly resumeIntentionFlag: boolean
  readonly menuCallMask: boolean
  readonly titleSearchMask: boolean
  /** Navigation commands of 12 bytes each, as the disc has them; `commands.length / 12` of them. */
  readonly commands: Uint8Array
}

export type MovieObjects = { readonly versionNumber: string; readonly objects: readonly MovieObject[] }

export const NAVIGATION_COMMAND_SIZE = 12
const MOVIE_OBJECTS_ADDRESS = 40

/** MovieObject.bdmv. Layout: libbluray `mobj_parse.c`. @throws DiscError `damaged` */
export function parseMovieObjects(file: ByteReader): MovieObjects {
  const versionNumber = readStructureHeader(file.from(0, "type_indicator"), "MOBJ")
  const area = file.from(MOVIE_OBJECTS_ADDRESS, "MovieObjects")
  const body = area.window(area.u32("MovieObjects.length"), "MovieObjects")
  body.skip(4, "reserved")
  const count = body.u16("number_of_mobjs")
  const objects: MovieObject[] = []
  // Each object takes at least four bytes of the window, so the count cannot run away.
  for (let id = 0; id < count; id++) objects.push(readObject(body))
  return { versionNumber, objects }
}

function readObject(body: ByteReader): MovieObject {
  const flags = body.u16("TerminalInfo")
  const count = body.u16("number_of_navigation_commands")
  return {
    resumeIntentionFlag: (flags & 0x8000) !== 0,
    menuCallMask: (flags & 0x4000) !== 0,
    titleSearchMask: (flags & 0x2000) !== 0,
    commands: body.bytes(count * NAVIGATION_COMMAND_SIZE, "navigation_command").slice(),
  }
}
