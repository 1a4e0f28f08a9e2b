import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { openFileSystem } from "../../src/filesystem/index.ts"
import { MemorySource } from "../../src/source/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { contentOf, listOurs, makeTree, openBytes, pattern, workFolder } from "./support.ts"

const folder = workFolder("iso-damage")
const SECTOR = 2048

describe.skipIf(!hasProgram("genisoimage"))("hostile and odd ISO 9660", () => {
  const images = new Map<string, Buffer>()
  beforeAll(() => {
    const source = makeTree(join(folder, "tree"), { "a.txt": pattern(5000, 1), "b.txt": pattern(100, 2), "dir/c.txt": "c" })
    for (const [name, options] of [
      ["plain", []],
      ["rr", ["-R"]],
      ["joliet", ["-J"]],
    ] as const) {
      const image = join(folder, `${name}.iso`)
      execFileSync("genisoimage", ["-quiet", ...options, "-V", "ODD", "-o", image, source], { stdio: "ignore" })
      images.set(name, readFileSync(image))
    }
  })

  const copy = (name: string) => Buffer.from(images.get(name) as Buffer)
  const root = (image: Buffer, descriptor = 16) => image.readUInt32LE(descriptor * SECTOR + 158) * SECTOR
  /** Offset of the root's record with this plain identifier. */
  const record = (image: Buffer, identifier: string) => {
    for (let at = root(image); image[at] !== 0; at += image[at] as number) {
      if (image.toString("latin1", at + 33, at + 33 + (image[at + 32] as number)) === identifier) return at
    }
    throw new Error(`no record ${identifier}`)
  }
  const names = async (image: Buffer, warnings = new Warnings()) =>
    (await listOurs(await openBytes(image, warnings), warnings)).map(({ path }) => path)
  const codes = (warnings: Warnings) => warnings.list.map(({ code }) => code)
  const all = ["/A.TXT", "/B.TXT", "/DIR", "/DIR/C.TXT"]

  test("an interleaved file is its units without the gaps", async () => {
    const image = copy("plain")
    const at = record(image, "A.TXT;1")
    image.writeUInt8(1, at + 26)
    image.writeUInt8(2, at + 27)
    const start = image.readUInt32LE(at + 2)
    const volume = await openBytes(image)
    expect((await volume.find("/a.txt"))?.extents).toEqual([
      { startSector: start, lengthBytes: 2048 },
      { startSector: start + 3, lengthBytes: 2048 },
      { startSector: start + 6, lengthBytes: 904 },
    ])
  })

  test("an interleaved file with an extended attribute record is refused by name, when it is opened", async () => {
    const image = copy("plain")
    const at = record(image, "A.TXT;1")
    image.writeUInt8(1, at + 1)
    image.writeUInt8(1, at + 26)
    const volume = await openBytes(image)
    expect(await listOurs(volume)).toHaveLength(4)
    await expect(volume.open("/a.txt")).rejects.toMatchObject({ code: "unsupported" })
  })

  test("the data of a file begin behind its extended attribute record", async () => {
    const image = copy("plain")
    const at = record(image, "A.TXT;1")
    image.writeUInt8(1, at + 1)
    const volume = await openBytes(image)
    expect((await volume.find("/a.txt"))?.extents[0]?.startSector).toBe(image.readUInt32LE(at + 2) + 1)
  })

  test("an associated file is left out, a hidden one is not", async () => {
    const image = copy("plain")
    image.writeUInt8(4, record(image, "A.TXT;1") + 25)
    image.writeUInt8(1, record(image, "B.TXT;1") + 25)
    expect(await names(image)).toEqual(["/B.TXT", "/DIR", "/DIR/C.TXT"])
  })

  test("where the two copies of a number differ the little-endian one holds, or the one that is not zero", async () => {
    const image = copy("plain")
    image.writeUInt32BE(77, record(image, "A.TXT;1") + 14)
    image.writeUInt32LE(0, record(image, "B.TXT;1") + 10)
    const warnings = new Warnings()
    const volume = await openBytes(image, warnings)
    expect((await volume.list("/")).map(({ size }) => size)).toEqual([5000, 100, 0])
    expect(codes(warnings)).toContain("iso-both-endian")
  })

  test("a record that crosses its sector costs the rest of that sector only", async () => {
    const image = copy("plain")
    image.writeUInt8(3, record(image, "B.TXT;1"))
    const warnings = new Warnings()
    expect(await names(image, warnings)).toEqual(["/A.TXT"])
    expect(codes(warnings)).toContain("iso-directory")
  })

  test("a file whose last section is missing is listed with what is there", async () => {
    const image = copy("plain")
    image.writeUInt8(0x80, record(image, "A.TXT;1") + 25)
    const warnings = new Warnings()
    expect(await names(image, warnings)).toEqual(all)
    expect(codes(warnings)).toContain("iso-multi-extent")
  })

  test("a directory inside itself is left out", async () => {
    const image = copy("plain")
    image.writeUInt32LE(root(image) / SECTOR, record(image, "DIR") + 2)
    const warnings = new Warnings()
    expect(await names(image, warnings)).toEqual(["/A.TXT", "/B.TXT"])
    expect(codes(warnings)).toContain("directory-loop")
  })

  test("continuation areas that lead to themselves end", async () => {
    const image = copy("rr")
    const at = record(image, "A.TXT;1")
    const area = { block: 300, offset: 0 }
    const field = Buffer.alloc(28)
    field.write("CE", 0, "latin1")
    field.writeUInt8(28, 2)
    field.writeUInt8(1, 3)
    field.writeUInt32LE(area.block, 4)
    field.writeUInt32LE(28, 20)
    const long = Buffer.concat([image, Buffer.alloc(Math.max(0, 301 * SECTOR - image.length))])
    field.copy(long, area.block * SECTOR)
    field.copy(long, long.indexOf("PX", at))
    const warnings = new Warnings()
    expect(await names(long, warnings)).toHaveLength(4)
    expect(codes(warnings)).toContain("iso-rock-ridge")
  })

  test("a child link to no directory costs that directory alone", async () => {
    const image = copy("rr")
    const at = record(image, "DIR")
    const px = image.indexOf("PX", at)
    image.write("CL", px, "latin1")
    image.writeUInt32LE(5, px + 4)
    image.writeUInt32BE(5, px + 8)
    const warnings = new Warnings()
    expect(await names(image, warnings)).toEqual(["/a.txt", "/b.txt", "/dir"])
    expect(codes(warnings)).toContain("directory-unreadable")
  })

  test("when the Joliet tree is damaged the primary one is used", async () => {
    const image = copy("joliet")
    image.fill(0xa5, root(image, 17), root(image, 17) + SECTOR)
    const warnings = new Warnings()
    expect(await names(image, warnings)).toEqual(all)
    expect(codes(warnings)).toEqual(["iso-tree"])
  })

  test("when the primary descriptor is damaged the Joliet one is used", async () => {
    const image = copy("joliet")
    image.writeUInt32LE(0, 16 * SECTOR + 128)
    const warnings = new Warnings()
    expect(await names(image, warnings)).toEqual(["/a.txt", "/b.txt", "/dir", "/dir/c.txt"])
    expect(codes(warnings)).toEqual(["iso-volume-descriptor"])
  })

  test("a directory too large for any disc is refused", async () => {
    const image = copy("plain")
    image.writeUInt32LE(0x7fffffff, record(image, "DIR") + 10)
    const volume = await openBytes(image)
    await expect(volume.list("/DIR")).rejects.toMatchObject({ code: "limit" })
    expect(Buffer.from(await contentOf(volume, "/b.txt"))).toEqual(pattern(100, 2))
  })

  test("two names at each level for the next do not make endless paths", async () => {
    const levels = 30
    const image = Buffer.alloc((40 + levels) * SECTOR)
    copy("plain").copy(image, 0, 0, 20 * SECTOR)
    for (let level = 0; level <= levels; level++) directory(image, 30 + level, level === levels ? [] : ["A", "B"], 31 + level)
    image.writeUInt32LE(30, 16 * SECTOR + 158)
    const warnings = new Warnings()
    const begun = performance.now()
    expect((await names(image, warnings)).length).toBeLessThan(5000)
    expect(performance.now() - begun).toBeLessThan(1000)
    expect(codes(warnings)).toContain("directory-unreadable")
  })

  /** A directory of one sector whose members are all the directory at `target`. */
  function directory(image: Buffer, sector: number, members: readonly string[], target: number): void {
    let at = sector * SECTOR
    for (const name of ["\0", "\x01", ...members]) {
      const length = 34 + (name.length - 1) + ((name.length - 1) % 2)
      image.writeUInt8(length, at)
      image.writeUInt32LE(members.includes(name) ? target : sector, at + 2)
      image.writeUInt32LE(SECTOR, at + 10)
      image.writeUInt8(2, at + 25)
      image.writeUInt8(name.length, at + 32)
      image.write(name, at + 33, "latin1")
      at += length
    }
  }

  test("an image cut off inside its root is damaged, one cut off inside a file says so when that is read", async () => {
    const image = copy("plain")
    await expect(openBytes(image.subarray(0, root(image)))).rejects.toMatchObject({ code: "damaged" })
    const volume = await openBytes(image.subarray(0, image.readUInt32LE(record(image, "A.TXT;1") + 2) * SECTOR + 100))
    await expect(contentOf(volume, "/a.txt")).rejects.toMatchObject({ code: "read-failed" })
  })

  test("raw CD sectors are refused by name", async () => {
    const image = Buffer.alloc(100 * 2352)
    for (let at = 0; at < image.length; at += 2352) image.fill(0xff, at + 1, at + 11)
    await expect(openFileSystem(new MemorySource(image), new Warnings())).rejects.toMatchObject({ code: "unsupported" })
  })
})
