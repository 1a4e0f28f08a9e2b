import { statSync } from "node:fs"
import { Warnings } from "../../../../src/base/index.ts"
import { type DvdDisc, readDvdDisc, titleSetOf, vobSectors } from "../../../../src/disc/dvd/index.ts"
import type { FileSystem } from "../../../../src/filesystem/file-system.ts"
import { openFileSystem } from "../../../../src/filesystem/index.ts"
import type { BlockAddress } from "../../../../src/navigation/dvd/index.ts"
import { openNode } from "../../../../src/source/node/index.ts"
import { filesOfFolder } from "../../../disc/dvd/support/files.ts"

/** A DVD in memory: its tables and all blocks of its VOBs. */
export type LoadedDvd = { readonly path: string; readonly dvd: DvdDisc; readonly block: (address: BlockAddress) => Uint8Array | null }

/** An image, or a folder that holds VIDEO_TS. */
export async function loadDvd(path: string): Promise<LoadedDvd> {
  const files = statSync(path).isDirectory() ? filesOfFolder(path) : await openFileSystem(await openNode(path), new Warnings())
  const { dvd } = await readDvdDisc(files, new Warnings())
  const vobs = await loadVobs(dvd, files)
  const block = ({ titleSet, vobs: kind, sector }: BlockAddress) => {
    const bytes = vobs.get(`${titleSet} ${kind}`)
    const found = bytes?.subarray(sector * 2048, (sector + 1) * 2048)
    return found?.length === 2048 ? found : null
  }
  return { path, dvd, block }
}

async function loadVobs(dvd: DvdDisc, files: FileSystem): Promise<Map<string, Uint8Array>> {
  const loaded = new Map<string, Uint8Array>()
  const load = async (name: string, list: readonly { path: string; size: number }[]) => {
    const sectors = list.reduce((sum, { size }) => sum + Math.floor(size / 2048), 0)
    loaded.set(name, sectors === 0 ? new Uint8Array(0) : await vobSectors(files, list)(0, sectors))
  }
  await load("0 menu", dvd.vmg.menuVob === null ? [] : [dvd.vmg.menuVob])
  for (let number = 1; number <= dvd.titleSets.length; number++) {
    const titleSet = titleSetOf(dvd, number)
    if (titleSet === null) continue
    await load(`${number} menu`, titleSet.menuVob === null ? [] : [titleSet.menuVob])
    await load(`${number} title`, titleSet.titleVobs)
  }
  return loaded
}
