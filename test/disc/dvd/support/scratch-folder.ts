import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { TestFiles } from "./files.ts"

/** Gives `use` the files as a real folder, for oracles, and removes it again. */
export async function asFolder<T>(files: TestFiles, use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "opentray-dvd-"))
  try {
    for (const path of files.contents.keys()) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), files.bytes(path))
    }
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
