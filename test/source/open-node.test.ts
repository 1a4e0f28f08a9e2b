import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Source } from "../../src/base/index.ts"
import { type Folder, isFolder, statsOf } from "../../src/source/index.ts"
import { openNode } from "../../src/source/node/index.ts"

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "opentray-source-"))
  mkdirSync(join(root, "disc/BDMV"), { recursive: true })
  writeFileSync(join(root, "disc/BDMV/index.bdmv"), "INDX")
  writeFileSync(join(root, "disc/z.txt"), "z")
  writeFileSync(
    join(root, "image.iso"),
    Uint8Array.from({ length: 300_001 }, (_, index) => (index * 7) % 251),
  )
  symlinkSync("nowhere", join(root, "disc/dangling"))
  symlinkSync("..", join(root, "disc/BDMV/up"))
})
afterAll(() => rmSync(root, { recursive: true }))

describe("a file", () => {
  test.each([(path: string) => path, (path: string) => pathToFileURL(path).href])("is read by path and by file URL", async (spell) => {
    const source = (await openNode(spell(join(root, "image.iso")))) as Source
    expect(isFolder(source)).toBe(false)
    expect(source.size).toBe(300_001)
    const bytes = await source.read(299_990, 100)
    expect([...bytes]).toEqual(Array.from({ length: 11 }, (_, index) => ((299_990 + index) * 7) % 251))
    expect(await source.read(300_001, 5)).toHaveLength(0)
    expect(statsOf(source)).toEqual({ reads: 2, bytes: 300_001 - 4 * 65_536, roundTrips: 1, cacheHits: 0 })
    await source.close()
    await expect(source.read(0, 1)).rejects.toMatchObject({ code: "aborted" })
  })

  test("says what is wrong with a name", async () => {
    await expect(openNode(join(root, "none.iso"))).rejects.toMatchObject({ code: "not-found" })
    await expect(openNode("ftp://host/disc.iso")).rejects.toMatchObject({ code: "unsupported" })
    await expect(openNode("file://other-host/x")).rejects.toMatchObject({ code: "bad-argument" })
  })
})

describe("a folder", () => {
  test("lists and opens what is in it", async () => {
    const folder = (await openNode(join(root, "disc"))) as Folder
    expect(isFolder(folder)).toBe(true)
    expect(folder.name).toBe("disc")
    expect(await folder.list("/")).toEqual([
      { name: "BDMV", type: "directory", size: 0 },
      { name: "z.txt", type: "file", size: 1 },
    ])
    const file = await folder.open("/BDMV/index.bdmv")
    expect(new TextDecoder().decode(await file.read(0, 100))).toBe("INDX")
    await folder.close()
    await expect(file.read(0, 1)).rejects.toMatchObject({ code: "aborted" })
    await expect(folder.list("/")).rejects.toMatchObject({ code: "aborted" })
  })

  test("gives nothing outside it, and an end to a tree without one", async () => {
    const folder = (await openNode(join(root, "disc"))) as Folder
    await expect(folder.open("/../image.iso")).rejects.toMatchObject({ code: "not-found" })
    await expect(folder.open("/BDMV/none")).rejects.toMatchObject({ code: "not-found" })
    await expect(folder.list("/z.txt")).rejects.toMatchObject({ code: "not-found" })
    await expect(folder.list(`/${"BDMV/up/".repeat(16)}BDMV`)).rejects.toMatchObject({ code: "not-found" })
    await folder.close()
  })
})
