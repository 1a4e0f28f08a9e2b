import { existsSync } from "node:fs"
import { join, resolve } from "node:path"

/** Structure files of real discs and odd images; see the README there. Not part of the project: tests skip where it is absent. */
export const dataDir = resolve(process.env.OPENTRAY_DATA ?? join(import.meta.dirname, "../../../shared/data"))
export const hasData = existsSync(dataDir)

/** A path inside the test data. */
export const dataPath = (...parts: string[]): string => join(dataDir, ...parts)
