import type { Source } from "../../base/index.ts"
import type { VobFile } from "../../disc/dvd/index.ts"
import type { FileSystem } from "../../filesystem/index.ts"
import { ConcatSource } from "../../source/index.ts"

/** Stream ids from here on are MPEG streams of their own; below, sub-streams of private stream 1. */
const FIRST_MPEG_STREAM_ID = 0xc0
const PRIVATE_STREAM_1 = 0xbd00
const FIRST_SUBPICTURE = PRIVATE_STREAM_1 | 0x20
/** The low bits of a sub-picture's id are its number in the packs. */
const SUBPICTURE_NUMBER = 0x1f

/** `AccessUnit.streamId` of an id as `info` has it (0xe0, 0x80). */
export const unitStreamId = (id: number): number => (id < FIRST_MPEG_STREAM_ID ? PRIVATE_STREAM_1 | id : id)

/** `AccessUnit.streamId` of a sub-picture stream by its number in the packs, 0 to 31. */
export const subpictureStreamId = (number: number): number => FIRST_SUBPICTURE + number

/** The number in the packs of a sub-picture stream by its id as `info` has it. */
export const subpictureNumber = (id: number): number => id & SUBPICTURE_NUMBER

/** VOB files as one run of bytes, in which the sectors of cells and VOBUs count. */
export async function openVobs(files: FileSystem, vobs: readonly VobFile[], name: string): Promise<Source> {
  const sources = await Promise.all(vobs.map(({ path }) => files.open(path)))
  return new ConcatSource(sources, name)
}
