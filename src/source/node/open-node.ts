import type { Stats } from "node:fs"
import { stat } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { DiscError, type Source } from "../../base/index.ts"
import { CachedSource } from "../cached-source.ts"
import type { Folder } from "../folder.ts"
import type { HttpOptions } from "../http-client.ts"
import { openHttp } from "../http-source.ts"
import { openDevice } from "./device.ts"
import { openFile } from "./file-source.ts"
import { openFolder } from "./folder.ts"
import { systemError } from "./system-error.ts"

export type OpenOptions = {
  readonly signal?: AbortSignal
  /** The most bytes that the block cache keeps. Default 16 MiB. */
  readonly cacheBytes?: number
  readonly http?: HttpOptions
}

/** A local read costs little but a call: larger blocks than over a network. */
const LOCAL_BLOCK_SIZE = 64 * 1024

/**
 * What a person gave on the command line: a file, a folder, a drive, an http(s) or file URL. Sources come with a cache.
 * @throws DiscError `not-found`, `not-permitted`, `read-failed`, `no-ranges`, `unsupported`
 */
export async function openNode(spec: string, options: OpenOptions = {}): Promise<Source | Folder> {
  const maxBytes = options.cacheBytes === undefined ? {} : { maxBytes: options.cacheBytes }
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(spec)?.[1]?.toLowerCase()
  if (scheme === "http" || scheme === "https") {
    const signal = options.signal === undefined ? {} : { signal: options.signal }
    return openHttp(spec, { ...options.http, ...signal }, maxBytes)
  }
  if (scheme !== undefined && scheme !== "file") {
    throw new DiscError("unsupported", `${scheme}: addresses are not read; give a path or an http(s) URL`)
  }
  const path = scheme === "file" ? pathOf(spec) : spec
  const kind = await kindOf(path)
  if (kind === "folder") return openFolder(path)
  const source = await (kind === "device" ? openDevice(path) : openFile(path))
  return new CachedSource(source, { blockSize: LOCAL_BLOCK_SIZE, ...maxBytes })
}

function pathOf(fileUrl: string): string {
  try {
    return fileURLToPath(fileUrl)
  } catch (cause) {
    throw new DiscError("bad-argument", "this file URL names no path of this computer", { path: fileUrl }, { cause })
  }
}

async function kindOf(path: string): Promise<"folder" | "device" | "file"> {
  // Windows names drives so (\\.\D:) and stat does not know them.
  if (path.startsWith("\\\\.\\")) return "device"
  let info: Stats
  try {
    info = await stat(path)
  } catch (cause) {
    throw systemError(cause, path)
  }
  if (info.isDirectory()) return "folder"
  return info.isBlockDevice() || info.isCharacterDevice() ? "device" : "file"
}
