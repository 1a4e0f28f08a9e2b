import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { createContext, Script } from "node:vm"
import { rolldown } from "rolldown"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { DiscInfo } from "../../src/disc/index.ts"

const root = resolve(import.meta.dirname, "../..")
const sample = join(root, "samples/dvd.iso")
const folder = mkdtempSync(join(tmpdir(), "opentray-package-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (program: string, args: readonly string[], cwd: string): string =>
  execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 })

describe("the tarball", () => {
  const home = join(folder, "home")
  let contents: string[] = []

  beforeAll(() => {
    mkdirSync(home)
    // Built already: `npm ci` did that.
    const [packed] = JSON.parse(run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], root))
    contents = packed.files.map(({ path }: { path: string }) => path)
    run("npm", ["init", "-y"], home)
    // What the package needs is in npm's cache since this clone was installed.
    const options = ["--ignore-scripts", "--omit=optional", "--prefer-offline", "--no-audit", "--no-fund"]
    run("npm", ["install", ...options, join(folder, packed.filename)], home)
  })

  it("holds the library, the page and the manifest, and no sample, test or source", () => {
    for (const path of [
      "dist/cli/main.js",
      "dist/index.js",
      "dist/index.d.ts",
      "dist/core.js",
      "dist/web/index.html",
      "LICENSE",
      "README.md",
    ]) {
      expect(contents).toContain(path)
    }
    expect(contents).toContain("plugin-manifest/opentray.json")
    expect(contents).toContain("plugin-manifest/opentray.schema.json")
    expect(contents.filter((path) => /^(samples|test|src|scripts)\/|\.(iso|test\.)/.test(path))).toEqual([])
  })

  it("has everything its own pages link to", () => {
    const links = contents
      .filter((path) => path.endsWith(".md"))
      .flatMap((page) =>
        [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)#]+)/g)].map(([, target = ""]) => join(dirname(page), target)),
      )
      .filter((target) => !/^\w+:/.test(target))
    expect(links.length).toBeGreaterThan(4)
    expect(links.filter((target) => !contents.includes(target))).toEqual([])
  })

  it("works in an empty directory: the command, both doors, the manifest", () => {
    const info = JSON.parse(run(join(home, "node_modules/.bin/opentray"), ["info", sample, "--json"], home)) as DiscInfo
    expect(info.titles.map(({ number }) => number).slice(0, 2)).toEqual([1, 2])

    writeFileSync(
      join(home, "doors.mjs"),
      `import { createRequire } from "node:module"
       import { openDisc, loadPlugin, DiscError } from "opentray"
       import * as core from "opentray/core"
       const disc = await openDisc(${JSON.stringify(sample)})
       const plugin = await loadPlugin(createRequire(import.meta.url).resolve("opentray/plugin-manifest"))
       const other = await plugin.openDisc(${JSON.stringify(sample)})
       console.log(JSON.stringify([disc.info.kind, other.info.kind, typeof core.openDisc, core.DiscError === DiscError, plugin.manifest.name]))
       await disc.close(); await other.close()`,
    )
    expect(JSON.parse(run(process.execPath, ["doors.mjs"], home))).toEqual(["dvd-video", "dvd-video", "function", true, "opentray"])
  })

  it("without a disc it says how to get one", () => {
    let output = ""
    try {
      output = run(join(home, "node_modules/.bin/opentray"), [], home)
    } catch (error) {
      output = (error as { stdout: string }).stdout
    }
    expect(output).toMatch(/No disc at hand\?/)
  })

  it.each([
    ["opentray", ["node", "--typeRoots", join(root, "node_modules/@types")]],
    ["opentray/core", [""]],
  ])("its types are found by a strict TypeScript program: %s", (door, types) => {
    writeFileSync(
      join(home, "uses.mts"),
      `import { openDisc, type Disc, type Item } from "${door}"
       export async function count(disc: Disc): Promise<number> {
         let packets = 0
         for await (const item of disc.play({ title: 1 })) if ((item satisfies Item).type === "packet") packets++
         return packets
       }
       export const all = openDisc(new Blob([])).then(count)
       // @ts-expect-error: no such option
       export const wrong = openDisc(new Blob([]), { nonsense: 1 })`,
    )
    const options = [
      "--noEmit",
      "--strict",
      "--target",
      "es2022",
      "--module",
      "nodenext",
      "--lib",
      "es2023,dom,dom.asynciterable",
      "--types",
    ]
    const tsc = join(root, "node_modules/typescript/bin/tsc")
    expect(run(process.execPath, [tsc, ...options, ...types, "uses.mts"], home)).toBe("")
  })
})

describe("opentray/core", () => {
  it("needs no Node: bundled for a browser, it opens a disc with nothing but the web's own globals", async () => {
    const entry = join(root, "dist/core.js")
    expect(existsSync(entry)).toBe(true)
    const bundle = await rolldown({ input: entry, platform: "browser" })
    const { output } = await bundle.generate({ format: "iife", name: "opentray" })
    await bundle.close()
    const [{ code, imports, dynamicImports }] = output
    expect(output).toHaveLength(1)
    expect([...imports, ...dynamicImports]).toEqual([])
    expect(code).not.toMatch(/["']node:/)
    expect(code).not.toMatch(/\brequire\(/)

    const web = {
      Blob,
      TextDecoder,
      TextEncoder,
      AbortController,
      AbortSignal,
      DOMException,
      URL,
      Headers,
      fetch,
      setTimeout,
      clearTimeout,
      queueMicrotask,
    }
    const context = createContext({ ...web, image: new Blob([readFileSync(sample)]) })
    const program = `${code}; opentray.openDisc(image).then(async (disc) => {
      const kinds = new Set()
      for await (const item of disc.play({ title: 2 })) kinds.add(item.type)
      return JSON.stringify({ titles: disc.info.titles.length, kinds: [...kinds], globals: [typeof process, typeof require, typeof Buffer] })
    })`
    const seen = JSON.parse(await new Script(program).runInContext(context))
    expect(seen.titles).toBeGreaterThanOrEqual(2)
    expect(seen.kinds).toEqual(expect.arrayContaining(["streams", "packet", "position", "end"]))
    expect(seen.globals).toEqual(["undefined", "undefined", "undefined"])
  })
})
