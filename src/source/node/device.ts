import { type FileHandle, open, readFile, realpath } from "node:fs/promises"
import { basename } from "node:path"
import { DiscError, SECTOR_SIZE } from "../../base/index.ts"
import { HandleSource } from "./handle-source.ts"
import { systemError } from "./system-error.ts"

/** sysfs counts in these, whatever the device's own sectors are. */
const SYSFS_SECTOR_SIZE = 512

/** More than any disc or image has, 2^47 bytes: where the search for the end stops. */
const MAX_DEVICE_SECTORS = 2 ** 36

/**
 * Opens a drive or another block device. Its size is asked of the system, not of `stat`, which says 0; where the system does not tell, it is
 * found by reading. Reads are whole sectors: raw devices (macOS `/dev/rdisk2`) refuse others.
 * @throws DiscError `not-found`, `not-permitted`, `read-failed` (no disc in the drive, drive error)
 */
export async function openDevice(path: string): Promise<HandleSource> {
  let handle: FileHandle | null = null
  try {
    handle = await open(path, "r")
    const drive = handle
    const size = (await sizeFromSystem(path)) ?? (await sizeByReading(drive))
    if (size === 0) throw new DiscError("read-failed", "there is no disc in the drive, or an empty one", { path })
    const explain = async (): Promise<DiscError | null> => {
      const now = await sizeFromSystem(path)
      if (now === null || now === size) return null
      return new DiscError("source-changed", "the disc was taken out or changed while it was open; open it again", { path })
    }
    return new HandleSource(drive, { name: path, size, alignment: SECTOR_SIZE, explain })
  } catch (cause) {
    await handle?.close()
    throw systemError(cause, path)
  }
}

/** `null` where there is no sysfs. 0: no disc in the drive. */
async function sizeFromSystem(path: string): Promise<number | null> {
  try {
    const device = basename(await realpath(path))
    const sectors = Number.parseInt(await readFile(`/sys/class/block/${device}/size`, "latin1"), 10)
    return Number.isSafeInteger(sectors) && sectors >= 0 ? sectors * SYSFS_SECTOR_SIZE : null
  } catch {
    return null
  }
}

/** Doubles until a read fails or gives nothing, then halves the distance. A sector that cannot be read counts as past the end. In bytes. */
export async function sizeByReading(handle: Pick<FileHandle, "read">): Promise<number> {
  const buffer = new Uint8Array(SECTOR_SIZE)
  const bytesAt = async (sector: number): Promise<number> => {
    const result = await handle.read(buffer, 0, SECTOR_SIZE, sector * SECTOR_SIZE).catch(() => null)
    return result?.bytesRead ?? 0
  }
  if ((await bytesAt(0)) === 0) return 0
  let there = 0
  let past = 1
  while (past < MAX_DEVICE_SECTORS && (await bytesAt(past)) > 0) {
    there = past
    past *= 2
  }
  while (past - there > 1) {
    const middle = Math.floor((there + past) / 2)
    if ((await bytesAt(middle)) > 0) there = middle
    else past = middle
  }
  return there * SECTOR_SIZE + (await bytesAt(there))
}
