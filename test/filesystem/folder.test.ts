import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { contentOf, listOurs, makeTree, openImage, workFolder } from "./support.ts"

const folder = workFolder("folder")

describe("a folder", () => {
  const path = makeTree(join(folder, "My Disc"), { "bdmv/INDEX.BDM": "index", "bdmv/stream/00001.MTS": "stream", "bdmv/empty/": "" })

  test("is a disc without extents, matched without case", async () => {
    const { files } = await openImage(path)
    expect(files.kind).toBe("folder")
    expect(files.label).toBe("My Disc")
    expect((await listOurs(files)).map(({ path: name, type, size }) => `${name} ${type} ${size}`)).toEqual([
      "/bdmv directory 0",
      "/bdmv/INDEX.BDM file 5",
      "/bdmv/empty directory 0",
      "/bdmv/stream directory 0",
      "/bdmv/stream/00001.MTS file 6",
    ])
    expect(await files.find("/BDMV/index.bdm")).toMatchObject({ path: "/bdmv/INDEX.BDM", name: "INDEX.BDM", size: 5, extents: [] })
    expect(Buffer.from(await contentOf(files, "/BDMV/STREAM/00001.mts")).toString()).toBe("stream")
    await files.close()
  })

  test("steps out of it lead nowhere", async () => {
    const { files } = await openImage(path)
    expect(await files.find("/../My Disc/bdmv")).toBeNull()
    expect(await files.find("/bdmv/../bdmv/INDEX.BDM")).toBeNull()
    await expect(files.open("/bdmv/nothing")).rejects.toMatchObject({ code: "not-found" })
    await expect(files.list("/bdmv/INDEX.BDM")).rejects.toMatchObject({ code: "not-found" })
    await files.close()
  })

  test("a path of endless parts is refused", async () => {
    const { files } = await openImage(path)
    await expect(files.find("/a".repeat(1000))).rejects.toMatchObject({ code: "bad-argument" })
    await files.close()
  })
})
