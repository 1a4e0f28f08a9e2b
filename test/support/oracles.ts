import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { dataDir } from "./data.ts"

/** The sources of five small programs that say what libbluray, libdvdread, libdvdnav and libudfread make of a disc. */
const sources = resolve(dataDir, "../oracles")
const built = join(tmpdir(), "opentray-oracles")

export type OracleName = "udfls" | "dvdtrace" | "dvdnavtrace" | "bdtrace" | "bdnav"

/** True when a program is installed. */
export function hasProgram(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0
}

/** Builds the oracles once per machine; null when their sources or the libraries they need are not here. */
export function oraclePath(name: OracleName): string | null {
  const path = join(built, "bin", name)
  if (existsSync(path)) return path
  if (!existsSync(sources)) return null
  mkdirSync(built, { recursive: true })
  cpSync(sources, built, { recursive: true })
  try {
    execFileSync("make", ["-C", built], { stdio: "ignore" })
  } catch {
    return null
  }
  return existsSync(path) ? path : null
}

/** Runs an oracle and gives its lines as values. */
export function runOracle(name: OracleName, args: readonly string[], input?: string): Record<string, unknown>[] {
  const path = oraclePath(name)
  if (path === null) throw new Error(`the oracle ${name} is not built`)
  const result = spawnSync(path, args, { input, encoding: "utf8", maxBuffer: 1 << 30 })
  return result.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
