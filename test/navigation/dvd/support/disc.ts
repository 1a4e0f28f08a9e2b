import { fstatSync, openSync, readSync, statSync } from "node:fs"
import { join } from "node:path"
import { Warnings } from "../../../../src/base/index.ts"
import { type DvdDisc, readDvdDisc, titleSetOf, type VobFile } from "../../../../src/disc/dvd/index.ts"
import { type FileSystem, openFileSystem } from "../../../../src/filesystem/index.ts"
import type { BlockAddress } from "../../../../src/navigation/dvd/index.ts"
import { openNode } from "../../../../src/source/node/index.ts"

/** A DVD whose blocks can be read at once: null where there is none. */
export type LoadedDvd = { readonly path: string; readonly dvd: DvdDisc; readonly block: (address: BlockAddress) => Uint8Array | null }

/** A run of a file of this machine that holds blocks. */
type Piece = { readonly file: number; readonly start: number; readonly blocks: number }

/** An image, or a folder that holds VIDEO_TS. Its files stay open until the process ends. */
export async function loadDvd(path: string): Promise<LoadedDvd> {
  const source = await openNode(path)
  const files = await openFileSystem(source, new Warnings())
  const { dvd } = await readDvdDisc(files, new Warnings())
  const pieces = await piecesOf(path, dvd, files)
  await source.close?.()
  const block = ({ titleSet, vobs, sector }: BlockAddress) => readBlock(pieces.get(`${titleSet} ${vobs}`) ?? [], sector)
  return { path, dvd, block }
}

function readBlock(pieces: readonly Piece[], sector: number): Uint8Array | null {
  let at = sector
  for (const { file, start, blocks } of pieces) {
    if (at < blocks) {
      const bytes = new Uint8Array(2048)
      return readSync(file, bytes, 0, 2048, start + at * 2048) === 2048 ? bytes : null
    }
    at -= blocks
  }
  return null
}

async function piecesOf(path: string, dvd: DvdDisc, files: FileSystem): Promise<Map<string, readonly Piece[]>> {
  const image = statSync(path).isDirectory() ? null : openSync(path, "r")
  const pieces = new Map<string, readonly Piece[]>()
  const add = async (name: string, vobs: readonly VobFile[]) => {
    const list: Piece[] = []
    for (const vob of vobs) list.push(await pieceOf(path, image, vob, files))
    pieces.set(name, list)
  }
  await add("0 menu", dvd.vmg.menuVob === null ? [] : [dvd.vmg.menuVob])
  for (let number = 1; number <= dvd.titleSets.length; number++) {
    const titleSet = titleSetOf(dvd, number)
    await add(`${number} menu`, titleSet?.menuVob == null ? [] : [titleSet.menuVob])
    await add(`${number} title`, titleSet?.titleVobs ?? [])
  }
  return pieces
}

async function pieceOf(path: string, image: number | null, vob: VobFile, files: FileSystem): Promise<Piece> {
  if (image === null) {
    const file = openSync(join(path, vob.path), "r")
    return { file, start: 0, blocks: Math.floor(fstatSync(file).size / 2048) }
  }
  const entry = await files.find(vob.path)
  const [extent] = entry?.extents ?? []
  if (extent?.startSector == null || entry?.extents.length !== 1) throw new Error(`${vob.path} is in more than one piece`)
  return { file: image, start: extent.startSector * 2048, blocks: Math.floor(extent.lengthBytes / 2048) }
}
