import { readdirSync, utimesSync } from "node:fs"
import { join } from "node:path"

/** One fixed moment for every file and folder, so that making again gives the same directory records. */
const MOMENT = new Date("2026-01-01T00:00:00Z")

/** Sets the times of a folder and all in it. */
export function setTimes(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) setTimes(path)
    else utimesSync(path, MOMENT, MOMENT)
  }
  utimesSync(folder, MOMENT, MOMENT)
}
