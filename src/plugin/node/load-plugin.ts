import { readFile, stat } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, resolve, sep } from "node:path"
import { pathToFileURL } from "node:url"
import { DiscError } from "../../base/index.ts"
import type { Disc } from "../disc.ts"
import { MAX_MANIFEST_BYTES, type PluginManifest, parseManifest } from "../manifest.ts"

/** A plug-in that a manifest named: what it says of itself, and its function that opens discs. */
export type LoadedPlugin = {
  readonly manifest: PluginManifest
  readonly openDisc: (input: string | Blob, options?: Readonly<Record<string, unknown>>) => Promise<Disc>
}

/**
 * Finds a plug-in through its manifest alone and runs its entry module. Loading runs the plug-in's code: give only manifests of plug-ins that are trusted to run.
 * A package name is resolved from the manifest's place; a path must stay inside the package that the manifest lies in.
 * @param manifestPath of the JSON file
 * @throws DiscError `not-found` (no manifest, no module), `damaged` (the manifest breaks its schema), `unsupported` (a later version, no such export), `limit`
 */
export async function loadPlugin(manifestPath: string): Promise<LoadedPlugin> {
  const path = resolve(manifestPath)
  const manifest = parseManifest(await readManifest(path), path)
  const file = entryFile(manifest.entry.module, path)
  const module = await importEntry(file, path)
  const openDisc = module[manifest.entry.function]
  if (typeof openDisc !== "function") {
    throw new DiscError("unsupported", `${file} exports no function ${manifest.entry.function}`, { path, field: "entry.function" })
  }
  return { manifest, openDisc: openDisc as LoadedPlugin["openDisc"] }
}

async function readManifest(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MAX_MANIFEST_BYTES) throw new DiscError("limit", `a manifest has at most ${MAX_MANIFEST_BYTES} bytes, not ${size}`, { path })
    return await readFile(path, "utf8")
  } catch (cause) {
    if (cause instanceof DiscError) throw cause
    throw new DiscError("not-found", "there is no manifest that could be read", { path }, { cause })
  }
}

function entryFile(module: string, path: string): string {
  if (!module.startsWith(".")) {
    try {
      return createRequire(path).resolve(module)
    } catch (cause) {
      throw new DiscError(
        "not-found",
        `the module ${module} is not installed where the manifest is`,
        { path, field: "entry.module" },
        { cause },
      )
    }
  }
  // The manifest lies in its package's root or in a folder of it.
  const file = resolve(dirname(path), module)
  if (file.startsWith(dirname(dirname(path)) + sep)) return file
  throw new DiscError("not-permitted", `${module} leads out of the plug-in's package`, { path, field: "entry.module" })
}

async function importEntry(file: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DiscError("unavailable", `the plug-in's module cannot be run: ${reason}`, { path, field: "entry.module" }, { cause })
  }
}
