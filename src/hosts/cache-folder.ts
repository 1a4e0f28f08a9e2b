import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"

/** The user's folder for what can be made again: `XDG_CACHE_HOME` where it is set (an absolute path, as its specification says). */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = environment
  if (XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, "opentray")
  if (process.platform === "win32") return join(LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "opentray")
  return process.platform === "darwin" ? join(homedir(), "Library", "Caches", "opentray") : join(homedir(), ".cache", "opentray")
}
