import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { displaySet, type MadeMenu } from "../graphics/support/ig-author.ts"
import { writeMenuDisc } from "../graphics/support/menu-disc.ts"
import { type MadeObject, movieObjectFile } from "../navigation/hdmv/support.ts"

/** What a copy of the rig's disc has of its own. Its playlists: 0 the menu's clip of 2 s, 1 a film of 9 s with chapters each 3 s, 2 that film and 4 s more. */
export type MadeDisc = {
  readonly objects?: readonly MadeObject[]
  /** The menu in playlist 0's clip, with pictures 0 to 29 of 40 by 24. */
  readonly menu?: MadeMenu
  readonly playlists?: Readonly<Record<number, PlaylistChanges>>
}

type PlaylistChanges = {
  /** Of each play item: seconds, "key", or null for none. */
  readonly still?: readonly (number | "key" | null)[]
  /** 8 bytes. */
  readonly mask?: readonly number[]
  readonly itemMask?: readonly number[]
  /** PlayList_playback_type (1 in order, 2 random, 3 shuffled) and how many play items are played. */
  readonly order?: { readonly type: number; readonly count: number }
}

/** Writes it as a folder that opentray and libbluray open. */
export function writeDisc(rig: string, root: string, { objects, menu, playlists = {} }: MadeDisc): string {
  if (menu === undefined) cpSync(rig, root, { recursive: true })
  else
    writeMenuDisc(
      rig,
      root,
      displaySet(
        menu,
        Array.from({ length: 30 }, (_, id) => id),
      ),
    )
  if (objects !== undefined) writeFileSync(join(root, "BDMV/MovieObject.bdmv"), movieObjectFile(objects))
  for (const [number, changes] of Object.entries(playlists)) {
    const path = join(root, "BDMV/PLAYLIST", `${number.padStart(5, "0")}.mpls`)
    writeFileSync(path, changed(readFileSync(path), changes))
  }
  return root
}

/** Offsets as libbluray's `mpls_parse.c` reads them. */
const APP_INFO = { playbackType: 45, playbackCount: 46, mask: 48 }
const PLAY_ITEM = { mask: 22, stillMode: 31 }

function changed(file: Buffer, { still = [], mask, itemMask, order }: PlaylistChanges): Buffer {
  if (mask !== undefined) file.set(mask, APP_INFO.mask)
  if (order !== undefined) {
    file.writeUInt8(order.type, APP_INFO.playbackType)
    file.writeUInt16BE(order.count, APP_INFO.playbackCount)
  }
  let item = file.readUInt32BE(8) + 10
  const count = file.readUInt16BE(file.readUInt32BE(8) + 6)
  for (let index = 0; index < count; index++) {
    if (itemMask !== undefined) file.set(itemMask, item + PLAY_ITEM.mask)
    const held = still[index]
    if (held !== undefined) {
      file.writeUInt8(held === null ? 0 : held === "key" ? 2 : 1, item + PLAY_ITEM.stillMode)
      file.writeUInt16BE(typeof held === "number" ? held : 0, item + PLAY_ITEM.stillMode + 1)
    }
    item += 2 + file.readUInt16BE(item)
  }
  return file
}
