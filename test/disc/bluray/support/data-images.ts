import { readdirSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { Warnings } from "../../../../src/base/index.ts"
import { type FileSystem, openFileSystem } from "../../../../src/filesystem/index.ts"
import { MemorySource } from "../../../../src/source/index.ts"
import { dataDir, dataPath, hasData } from "../../../support/data.ts"

/** All files of the test data, by their paths in it. */
export const dataFiles: readonly string[] = hasData ? readdirSync(dataDir, { recursive: true, encoding: "utf8" }).sort() : []

/** The images of the test data that hold a Blu-ray. */
export async function blurayImages(): Promise<readonly [path: string, files: FileSystem][]> {
  const images: [string, FileSystem][] = []
  for (const path of dataFiles.filter((name) => /\.iso(\.gz)?$/.test(name))) {
    const bytes = readFileSync(dataPath(path))
    const source = new MemorySource(path.endsWith(".gz") ? gunzipSync(bytes) : bytes, path)
    // Some are damaged on purpose.
    const files = await openFileSystem(source, new Warnings()).catch(() => null)
    if (files !== null && (await files.find("/BDMV")) !== null) images.push([path, files])
  }
  return images
}

/** Files below a directory. */
export async function filesBelow(files: FileSystem, directory: string): Promise<readonly string[]> {
  const paths: string[] = []
  for (const { path, type } of await files.list(directory)) {
    if (type === "directory") paths.push(...(await filesBelow(files, path)))
    else paths.push(path)
  }
  return paths
}
