import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { seal } from "../../samples/authoring/udf/tag.mjs"
import { writeUdf } from "../../samples/authoring/udf/write-udf.mjs"
import { DiscError, type ReadOptions, Warnings } from "../../src/base/index.ts"
import { openFileSystem } from "../../src/filesystem/index.ts"
import { MemorySource } from "../../src/source/index.ts"
import { contentOf, listOurs, openBytes, pattern, workFolder } from "./support.ts"

const folder = workFolder("damage")
const BLOCK = 2048
const contents: Record<string, Buffer> = { "/dir/a.txt": pattern(3000, 1), "/dir/b.txt": pattern(100, 2), "/top.txt": pattern(5000, 3) }
const files = Object.entries(contents).map(([path, source]) => ({ path, source }))

function make(revision: number) {
  const output = join(folder, `${revision}.udf`)
  const written = writeUdf({ output, label: "DAMAGE", revision, files })
  const image = readFileSync(output)
  const { partitionStart, metadata } = written
  const physical = (block: number) => (partitionStart + block) * BLOCK
  return {
    ...written,
    image,
    physical,
    /** Byte offset of a block of the file set's partition. */
    main: (block: number) => physical((metadata?.contentStart ?? 0) + block),
    mirror: (block: number) => physical((metadata?.mirrorStart ?? 0) + block),
    entry: (path: string) => written.entries.get(path)?.entry ?? -1,
    directory: (path: string) => written.entries.get(path)?.directory ?? -1,
  }
}

/** Opens, lists and reads everything; the warnings' codes. */
async function readAll(image: Buffer): Promise<string[]> {
  const warnings = new Warnings()
  const volume = await openBytes(image, warnings)
  expect(
    (await listOurs(volume))
      .filter(({ type }) => type === "file")
      .map(({ path }) => path)
      .sort(),
  ).toEqual(Object.keys(contents).sort())
  for (const [path, bytes] of Object.entries(contents)) expect(Buffer.compare(await contentOf(volume, path), bytes), path).toBe(0)
  return [...new Set(warnings.list.map(({ code }) => code))]
}

const wipe = (image: Buffer, offset: number, length = BLOCK) => image.fill(0xa5, offset, offset + length)
const flip = (image: Buffer, offset: number) => image.writeUInt8(image.readUInt8(offset) ^ 0xff, offset)

describe("the reserve volume descriptor sequence", () => {
  for (const revision of [0x0102, 0x0250]) {
    for (const [what, damage] of [
      ["wiped", (image: Buffer) => wipe(image, 32 * BLOCK, 16 * BLOCK)],
      ["zeros", (image: Buffer) => image.fill(0, 32 * BLOCK, 48 * BLOCK)],
      ["without its logical volume", (image: Buffer) => wipe(image, 35 * BLOCK)],
      ["with one bit of its partition flipped", (image: Buffer) => flip(image, 34 * BLOCK + 190)],
    ] as const) {
      test(`serves when the main one is ${what} (${revision.toString(16)})`, async () => {
        const { image } = make(revision)
        damage(image)
        expect(await readAll(image)).toEqual(["udf-volume-sequence"])
      })
    }
  }

  test("when both are bad the volume is damaged", async () => {
    const { image } = make(0x0102)
    wipe(image, 32 * BLOCK, 32 * BLOCK)
    await expect(openBytes(image)).rejects.toMatchObject({ code: "damaged" })
  })

  test("the main one may be a bad spot of the medium", async () => {
    const { image } = make(0x0250)
    class Scratched extends MemorySource {
      override async read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array> {
        const isBad = offset < 48 * BLOCK && offset + length > 32 * BLOCK && offset >= 32 * BLOCK
        if (isBad && length === 16 * BLOCK) throw new DiscError("read-failed", "bad sector", { offset })
        return super.read(offset, length, options)
      }
    }
    const warnings = new Warnings()
    const volume = await openFileSystem(new Scratched(image), warnings)
    expect((await listOurs(volume)).length).toBe(4)
    expect(warnings.list.map(({ code }) => code)).toEqual(["udf-volume-sequence"])
  })
})

describe("anchors", () => {
  test("the last sector's serves when the first is bad", async () => {
    const { image } = make(0x0250)
    wipe(image, 256 * BLOCK)
    expect(await readAll(image)).toEqual(["udf-anchor"])
  })

  test("a volume without a recognition sequence is found by its anchor", async () => {
    const { image } = make(0x0102)
    wipe(image, 16 * BLOCK, 3 * BLOCK)
    expect(await readAll(image)).toEqual([])
  })

  test("one copied to another sector is none", async () => {
    const { image } = make(0x0102)
    const last = image.length - BLOCK
    image.copy(image, 256 * BLOCK, last, last + BLOCK)
    image.fill(0, last)
    await expect(openBytes(image)).rejects.toMatchObject({ code: "damaged" })
  })
})

describe("the metadata mirror", () => {
  test("serves when the main file's entry is bad", async () => {
    const { image, physical } = make(0x0250)
    wipe(image, physical(0))
    expect(await readAll(image)).toEqual(["udf-metadata"])
  })

  test("serves when the main file's whole content is bad", async () => {
    const { image, main, metadata } = make(0x0250)
    wipe(image, main(0), (metadata?.blocks ?? 0) * BLOCK)
    expect(await readAll(image)).toEqual(["udf-metadata"])
  })

  test("serves block by block, each from the copy that is good", async () => {
    const one = make(0x0250)
    wipe(one.image, one.main(one.entry("/")))
    flip(one.image, one.main(one.directory("/dir")) + 60)
    flip(one.image, one.main(one.entry("/dir/a.txt")) + 56)
    wipe(one.image, one.mirror(one.entry("/top.txt")))
    wipe(one.image, one.mirror(one.directory("/")))
    expect(await readAll(one.image)).toEqual(["udf-metadata"])
  })

  test("is not asked for while the main copy is good", async () => {
    const { image, physical, metadata, mirror } = make(0x0250)
    wipe(image, physical(metadata?.mirror ?? 0))
    wipe(image, mirror(0), (metadata?.blocks ?? 0) * BLOCK)
    expect(await readAll(image)).toEqual([])
  })

  test("when both files' entries are bad the volume is damaged", async () => {
    const { image, physical, metadata } = make(0x0250)
    wipe(image, physical(0))
    wipe(image, physical(metadata?.mirror ?? 0))
    await expect(openBytes(image)).rejects.toMatchObject({ code: "damaged" })
  })
})

describe("without a second copy the readable part is given", () => {
  test("a file whose entry is lost is listed and refused, the others read", async () => {
    const one = make(0x0102)
    wipe(one.image, one.main(one.entry("/dir/a.txt")))
    const warnings = new Warnings()
    const volume = await openBytes(one.image, warnings)
    expect((await volume.list("/dir")).map(({ name, size }) => [name, size])).toEqual([
      ["a.txt", 0],
      ["b.txt", 100],
    ])
    await expect(volume.open("/dir/a.txt")).rejects.toMatchObject({ code: "damaged" })
    expect(Buffer.compare(await contentOf(volume, "/dir/b.txt"), contents["/dir/b.txt"] as Buffer)).toBe(0)
    expect(warnings.list.map(({ code }) => code)).toEqual(["file-unreadable"])
  })

  test("a wrong CRC alone is a warning", async () => {
    const one = make(0x0102)
    flip(one.image, one.main(one.entry("/dir/a.txt")) + 80)
    expect(await readAll(one.image)).toEqual(["udf-checksum"])
  })

  test("a directory is read up to its damage", async () => {
    const one = make(0x0102)
    wipe(one.image, one.main(one.directory("/dir")) + 40 + 44, 40)
    const warnings = new Warnings()
    const volume = await openBytes(one.image, warnings)
    expect((await volume.list("/dir")).map(({ name }) => name)).toEqual(["a.txt"])
    expect(warnings.list.map(({ code }) => code)).toEqual(["udf-directory"])
  })

  test("a cut-off image lists what is left and names the cut when a file is read", async () => {
    const one = make(0x0102)
    const cut = one.image.subarray(0, one.physical(one.firstBlocks.get("/top.txt") ?? 0) + 100)
    const volume = await openBytes(cut)
    expect(await listOurs(volume)).toHaveLength(4)
    await expect(contentOf(volume, "/top.txt")).rejects.toMatchObject({ code: "read-failed" })
  })
})

describe("hostile and odd structures", () => {
  /** Changes a structure and makes its tag good again. */
  function patch(image: Buffer, offset: number, change: (block: Buffer) => void): void {
    const block = image.subarray(offset, offset + BLOCK)
    change(block)
    const revision = block.readUInt16LE(2) === 2 ? 0x0102 : 0x0250
    seal(block, { identifier: block.readUInt16LE(0), location: block.readUInt32LE(12), revision, covers: 16 + block.readUInt16LE(10) })
  }

  test("a directory inside itself is left out", async () => {
    const one = make(0x0102)
    // The identifier of /dir comes first behind the parent's (40 bytes); its ICB is at byte 20.
    patchIdentifier(one.image, one.main(one.directory("/")) + 40, (fid) => fid.writeUInt32LE(one.entry("/"), 24))
    const warnings = new Warnings()
    const volume = await openBytes(one.image, warnings)
    expect((await listOurs(volume)).map(({ path }) => path)).toEqual(["/top.txt"])
    expect(warnings.list.map(({ code }) => code)).toEqual(["directory-loop"])
  })

  function patchIdentifier(image: Buffer, offset: number, change: (identifier: Buffer) => void): void {
    const length = Math.ceil((38 + image.readUInt8(offset + 19) + image.readUInt16LE(offset + 36)) / 4) * 4
    const identifier = image.subarray(offset, offset + length)
    change(identifier)
    seal(identifier, { identifier: 257, location: identifier.readUInt32LE(12), revision: 0x0102 })
  }

  test("deleted entries are left out, hidden ones are not", async () => {
    const one = make(0x0102)
    patchIdentifier(one.image, one.main(one.directory("/dir")) + 40, (fid) => fid.writeUInt8(4, 18))
    patchIdentifier(one.image, one.main(one.directory("/dir")) + 40 + 44, (fid) => fid.writeUInt8(1, 18))
    const volume = await openBytes(one.image)
    expect((await volume.list("/dir")).map(({ name }) => name)).toEqual(["b.txt"])
  })

  test("a name with a path separator or a step up is made harmless", async () => {
    const one = make(0x0102)
    patchIdentifier(one.image, one.main(one.directory("/dir")) + 40, (fid) => fid.write("../x/", 39, "latin1"))
    patchIdentifier(one.image, one.main(one.directory("/dir")) + 40 + 44, (fid) => {
      fid.writeUInt8(3, 19)
      fid.write("..", 39, "latin1")
    })
    const volume = await openBytes(one.image)
    expect((await volume.list("/dir")).map(({ path }) => path)).toEqual(["/dir/.._x_", "/dir/__"])
  })

  test("a chain of allocation extents without end is a limit, for that file alone", async () => {
    const output = join(folder, "chain.udf")
    const { partitionStart, metadata, entries } = writeUdf({
      output,
      label: "CHAIN",
      files: [
        { path: "/pieces", source: pattern(2048 * 300, 1), extentBytes: 2048, gapBlocks: 1 },
        { path: "/ok", source: pattern(5, 1) },
      ],
    })
    const image = readFileSync(output)
    const main = (block: number) => (partitionStart + (metadata?.contentStart ?? 0) + block) * BLOCK
    let last = -1
    for (let block = 0; block < (metadata?.blocks ?? 0); block++) if (image.readUInt16LE(main(block)) === 258) last = block
    expect(last).toBeGreaterThan(0)
    patch(image, main(last), (block) => {
      block.writeUInt32LE(0xc0000000 + BLOCK, 24)
      block.writeUInt32LE(last, 28)
      block.writeUInt16LE(1, 32)
    })
    expect(entries.get("/pieces")).toBeDefined()
    const volume = await openBytes(image)
    await expect(volume.open("/pieces")).rejects.toMatchObject({ code: "limit" })
    expect(await contentOf(volume, "/ok")).toHaveLength(5)
  })

  test("sizes beyond any disc are refused before memory is taken", async () => {
    const one = make(0x0102)
    patch(one.image, one.main(one.entry("/dir")), (block) => block.writeBigUInt64LE(1n << 40n, 56))
    const volume = await openBytes(one.image)
    await expect(volume.list("/dir")).rejects.toMatchObject({ code: "limit" })
    expect(await volume.list("/")).toHaveLength(2)
  })

  for (const [identifier, word] of [
    ["*UDF Virtual Partition", "virtual"],
    ["*UDF Sparable Partition", "sparable"],
    ["*UDF Unheard-of Thing", "Unheard-of"],
  ] as const) {
    test(`a partition of the kind ${word} is refused by name`, async () => {
      const { image } = make(0x0250)
      for (const sequence of [32, 48]) {
        patch(image, (sequence + 3) * BLOCK, (block) => {
          block.fill(0, 440 + 6 + 5, 440 + 6 + 28)
          block.write(identifier, 440 + 6 + 5, "latin1")
        })
      }
      const opening = openBytes(image)
      await expect(opening).rejects.toMatchObject({ code: "unsupported" })
      await expect(opening).rejects.toThrow(word)
    })
  }

  test("strategy 4096: the newest file entry of the list holds", async () => {
    const one = make(0x0102)
    const spare = Buffer.alloc(4 * BLOCK)
    const old = one.image.subarray(one.main(one.entry("/dir/b.txt")), one.main(one.entry("/dir/b.txt")) + BLOCK)
    const other = one.image.subarray(one.main(one.entry("/top.txt")), one.main(one.entry("/top.txt")) + BLOCK)
    // Where the bytes of /dir/a.txt were (2 blocks) and those of /dir/b.txt (1 block) the list is put, behind it nothing.
    const first = one.firstBlocks.get("/dir/a.txt") ?? 0
    old.copy(spare, 0)
    spare.writeUInt16LE(4096, 20)
    seal(spare.subarray(0, BLOCK), { identifier: 261, location: first, revision: 0x0102, covers: 16 + old.readUInt16LE(10) })
    spare.writeUInt32LE(BLOCK, BLOCK + 36)
    spare.writeUInt32LE(first + 2, BLOCK + 40)
    seal(spare.subarray(BLOCK, 2 * BLOCK), { identifier: 259, location: first + 1, revision: 0x0102, covers: 52 })
    other.copy(spare, 2 * BLOCK)
    spare.writeUInt16LE(4096, 2 * BLOCK + 20)
    seal(spare.subarray(2 * BLOCK, 3 * BLOCK), {
      identifier: 261,
      location: first + 2,
      revision: 0x0102,
      covers: 16 + other.readUInt16LE(10),
    })
    spare.copy(one.image, one.physical(first))
    patchIdentifier(one.image, one.main(one.directory("/dir")) + 40 + 44, (fid) => fid.writeUInt32LE(first, 24))
    const volume = await openBytes(one.image)
    expect((await volume.find("/dir/b.txt"))?.size).toBe(5000)
  })

  test("of several file sets the newest holds", async () => {
    const one = make(0x0102)
    // The terminator behind the file set becomes a newer one, whose root is /dir.
    const [first, second] = [one.main(0), one.main(1)]
    one.image.copy(one.image, second, first, first + BLOCK)
    patch(one.image, second, (block) => {
      block.writeUInt32LE(1, 12)
      block.writeUInt32LE(7, 44)
      block.writeUInt32LE(one.entry("/dir"), 404)
    })
    const volume = await openBytes(one.image)
    expect((await volume.list("/")).map(({ name }) => name)).toEqual(["a.txt", "b.txt"])
  })

  test("strict turns oddities into errors", async () => {
    const one = make(0x0250)
    wipe(one.image, 32 * BLOCK, 16 * BLOCK)
    await expect(openBytes(one.image, new Warnings({ strict: true }))).rejects.toMatchObject({ code: "damaged" })
  })

  test("reading stops when the caller gives up", async () => {
    const one = make(0x0250)
    const volume = await openBytes(one.image)
    const signal = AbortSignal.abort()
    await expect(volume.list("/dir", { signal })).rejects.toMatchObject({ code: "aborted" })
    expect(await volume.list("/dir")).toHaveLength(2)
  })
})
