import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { DiscError } from "../../src/base/index.ts"
import { parseManifest } from "../../src/plugin/manifest.ts"
import { loadPlugin } from "../../src/plugin/node/load-plugin.ts"
import type { OpenDiscOptions } from "../../src/plugin/node.ts"
import type { PlayOptions, Preferences } from "../../src/plugin/session.ts"

const root = resolve(import.meta.dirname, "../..")
const manifestPath = join(root, "plugin-manifest/opentray.json")
const text = readFileSync(manifestPath, "utf8")
const schema = JSON.parse(readFileSync(join(root, "plugin-manifest/opentray.schema.json"), "utf8"))

const folder = mkdtempSync(join(tmpdir(), "opentray-manifest-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function errorOf(act: () => unknown): DiscError {
  try {
    act()
  } catch (error) {
    if (error instanceof DiscError) return error
    throw error
  }
  throw new Error("no error")
}

/** The manifest with one place changed; `path` as "entry.module". */
function changed(path: string, value: unknown): string {
  const copy = JSON.parse(text)
  const names = path.split(".")
  const last = names.pop() ?? ""
  const parent = names.reduce((at, name) => at[name], copy)
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return JSON.stringify(copy)
}

describe("our own manifest", () => {
  const manifest = parseManifest(text, manifestPath)

  it("names options that exist, with their types", () => {
    const open: readonly (keyof OpenDiscOptions)[] = ["cacheBytes", "strict"]
    const play: readonly (keyof PlayOptions)[] = ["aheadSeconds", "streams"]
    const preferences: readonly (keyof Preferences)[] = ["audioLanguage", "subtitleLanguage"]
    expect(Object.keys(manifest.options.open ?? {})).toEqual(open)
    expect(Object.keys(manifest.options.play ?? {})).toEqual(play)
    expect(Object.keys(manifest.options.preferences ?? {})).toEqual(preferences)
  })

  it("names a module that the package exports, and the oldest Node that the package runs on", () => {
    const { name, exports, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    expect(manifest.entry.module).toBe(name)
    expect(Object.keys(exports)).toContain(".")
    expect(manifest.entry.runtime?.["node"]).toBe(engines.node)
  })

  it("has every property that the schema requires, and none that it does not know", () => {
    const value = JSON.parse(text)
    for (const [at, rules] of [
      [value, schema],
      [value.entry, schema.properties.entry],
      [value.opens, schema.properties.opens],
      [value.options, schema.properties.options],
    ]) {
      for (const name of rules.required ?? []) expect(at).toHaveProperty(name)
      for (const name of Object.keys(at)) expect(rules.properties).toHaveProperty([name])
    }
    const option = schema.$defs.options.additionalProperties
    for (const group of Object.values(value.options))
      for (const one of Object.values(group as object))
        for (const name of Object.keys(one)) expect(option.properties).toHaveProperty([name])
  })

  it("is loaded, and opens a disc", async () => {
    const plugin = await loadPlugin(manifestPath)
    expect(plugin.manifest.name).toBe("opentray")
    const disc = await plugin.openDisc(join(root, "samples/dvd.iso"), { strict: true })
    expect(disc.info.kind).toBe("dvd-video")
    await disc.close()
  })
})

describe("a manifest is untrusted", () => {
  it.each([
    ["entry.module", "../../../etc/passwd\\"],
    ["entry.module", "/etc/passwd"],
    ["entry.module", "node:fs"],
    ["entry.module", "https://example.org/plugin.mjs"],
    ["entry.function", "a b"],
    ["entry", undefined],
    ["name", "UPPER"],
    ["title", ""],
    ["manifestVersion", "1"],
    ["manifestVersion", 0],
    ["opens.extensions", [".iso"]],
    ["opens.extensions", Array(65).fill("iso")],
    ["opens.folders", [{ mark: "/absolute", kind: "dvd-video" }]],
    ["opens.folders", [{ mark: "VIDEO_TS", kind: "laserdisc" }]],
    ["capabilities.menus", "yes"],
    ["options.play.streams.default", "some"],
    ["options.open.cacheBytes.default", 1.5],
    ["unknown", 1],
  ])("%s = %j is refused, and the place named", (path, value) => {
    const error = errorOf(() => parseManifest(changed(path, value), "other.json"))
    expect(error.code).toBe("damaged")
    expect(error.place.path).toBe("other.json")
    expect(path.startsWith((error.place.field ?? "?").split(".")[0] ?? "?")).toBe(true)
  })

  it("a later version is unsupported, bytes that are no JSON are damaged, a large one is over the limit", () => {
    expect(errorOf(() => parseManifest(changed("manifestVersion", 2), "m")).code).toBe("unsupported")
    expect(errorOf(() => parseManifest("{", "m")).code).toBe("damaged")
    expect(errorOf(() => parseManifest(" ".repeat(300_000), "m")).code).toBe("limit")
    for (const value of ["null", "[]", "1", '"x"']) expect(errorOf(() => parseManifest(value, "m")).code).toBe("damaged")
  })

  it("the entry is found beside the manifest, inside its package only", async () => {
    mkdirSync(join(folder, "plugin/manifest"), { recursive: true })
    writeFileSync(join(folder, "plugin/code.mjs"), "export const open = async () => 'opened'; export const value = 1")
    writeFileSync(join(folder, "plugin/broken.mjs"), "throw new Error('no such luck')")
    writeFileSync(join(folder, "outside.mjs"), "export const open = async () => {}")
    const path = join(folder, "plugin/manifest/m.json")
    const load = async (module: string, name: string) => {
      writeFileSync(path, JSON.stringify({ ...JSON.parse(text), entry: { module, function: name } }))
      return loadPlugin(path)
    }
    expect(await (await load("../code.mjs", "open")).openDisc("x")).toBe("opened")
    await expect(load("../../outside.mjs", "open")).rejects.toMatchObject({ code: "not-permitted" })
    await expect(load("../code.mjs", "value")).rejects.toMatchObject({ code: "unsupported" })
    await expect(load("../broken.mjs", "open")).rejects.toMatchObject({ code: "unavailable", message: /no such luck/ })
    await expect(load("no-such-package-here", "open")).rejects.toMatchObject({ code: "not-found" })
    await expect(loadPlugin(join(folder, "none.json"))).rejects.toMatchObject({ code: "not-found" })
  })
})
