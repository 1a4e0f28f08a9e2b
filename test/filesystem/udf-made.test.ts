import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { writeUdf } from "../../samples/authoring/udf/write-udf.mjs"
import { crc32, hex32, Warnings } from "../../src/base/index.ts"
import { hasProgram, oraclePath } from "../support/oracles.ts"
import { byDirectory, contentOf, list7z, listOurs, listUdfread, makeTree, openBytes, openImage, pattern, workFolder } from "./support.ts"

const folder = workFolder("udf")
const has7z = hasProgram("7z")
const hasUdfread = oraclePath("udfls") !== null

const contents: Record<string, Buffer> = {
  "/BDMV/index.bdmv": pattern(216, 1),
  "/BDMV/STREAM/00001.m2ts": pattern(614_400, 2),
  "/BDMV/STREAM/00002.m2ts": pattern(300_001, 3),
  ...Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`/BDMV/PLAYLIST/${String(i).padStart(5, "0")}.mpls`, pattern(100 + i, 4 + i)]),
  ),
  "/Ünï/Žž日本😀.txt": pattern(5000, 5),
  [`/Ünï/${"n".repeat(254)}`]: pattern(9, 6),
  "/empty": Buffer.alloc(0),
  "/last": pattern(2048, 7),
}
const files = Object.entries(contents).map(([path, source]) =>
  path.endsWith("00002.m2ts") ? { path, source, extentBytes: 8192, gapBlocks: 1 } : { path, source },
)

type Options = Partial<Parameters<typeof writeUdf>[0]>
type Made = { readonly name: string; readonly options: Options; readonly udfread: boolean; readonly sevenZip: boolean }
const both = { udfread: true, sevenZip: true }

const made: readonly Made[] = [
  { name: "1.02", options: { revision: 0x0102 }, ...both },
  { name: "1.50", options: { revision: 0x0150 }, ...both },
  { name: "2.01", options: { revision: 0x0201 }, ...both },
  { name: "2.50 with a metadata partition", options: { revision: 0x0250 }, ...both },
  { name: "2.50 without", options: { revision: 0x0250, metadataPartition: false }, ...both },
  { name: "2.60 with a metadata partition", options: { revision: 0x0260 }, ...both },
  { name: "1.02, long descriptors", options: { revision: 0x0102, form: "long" }, ...both },
  // 7-Zip reads no extended descriptors; libudfread does.
  { name: "2.01, extended descriptors", options: { revision: 0x0201, form: "extended" }, udfread: true, sevenZip: false },
  { name: "2.01, small files inside their entries", options: { revision: 0x0201, embedBytes: 1000 }, ...both },
  { name: "2.50, small files inside their entries", options: { embedBytes: 1000 }, ...both },
  // libudfread reads blocks of 2048 bytes only, 7-Zip tries 2048 and 512.
  { name: "2.01, blocks of 512 bytes", options: { revision: 0x0201, blockSize: 512 }, udfread: false, sevenZip: true },
  { name: "2.01, blocks of 4096 bytes", options: { revision: 0x0201, blockSize: 4096 }, udfread: false, sevenZip: false },
]

describe("volumes of our own writer", () => {
  const images = new Map<string, string>()
  beforeAll(() => {
    for (const [index, { name, options }] of made.entries()) {
      const output = join(folder, `${index}.udf`)
      writeUdf({ output, label: "Disc é", files, directories: ["/CERTIFICATE/BACKUP"], ...options })
      images.set(name, output)
    }
  })

  for (const { name, udfread, sevenZip } of made) {
    test(`${name}: list and content`, async () => {
      const { files: volume, warnings } = await openImage(images.get(name) as string)
      const ours = await listOurs(volume)
      expect(volume.kind).toBe("udf")
      expect(volume.label).toBe("Disc é")
      for (const [path, bytes] of Object.entries(contents)) expect(Buffer.compare(await contentOf(volume, path), bytes), path).toBe(0)
      expect(
        ours
          .filter(({ type }) => type === "file")
          .map(({ path }) => path)
          .sort(),
      ).toEqual(Object.keys(contents).sort())
      expect(warnings.list).toEqual([])
      await volume.close()
    })

    if (udfread)
      test.skipIf(!hasUdfread)(`${name}: libudfread lists alike and reads the same bytes`, async () => {
        const image = images.get(name) as string
        const { files: volume } = await openImage(image)
        const theirs = listUdfread(image)
        const isEmbedded = name.includes("inside")
        // For a file inside its entry libudfread names no sector either.
        expect(byDirectory(await listOurs(volume), true)).toEqual(byDirectory(theirs, true))
        for (const { path, type, crc32: crc } of theirs) {
          if (type === "file" && (crc !== undefined || !isEmbedded))
            expect(`${path} ${crc}`).toBe(`${path} ${hex32(crc32(contents[path] as Buffer))}`)
        }
        await volume.close()
      })

    if (sevenZip)
      test.skipIf(!has7z)(`${name}: 7-Zip lists alike and finds no damage`, async () => {
        const image = images.get(name) as string
        const { files: volume } = await openImage(image)
        expect(byDirectory(await listOurs(volume), false)).toEqual(byDirectory(list7z(image, "udf"), false))
        expect(execFileSync("7z", ["t", image], { encoding: "utf8" })).toContain("Everything is Ok")
        await volume.close()
      })
  }

  test("authoring twice gives the same bytes", () => {
    for (const output of ["x1.udf", "x2.udf"]) writeUdf({ output: join(folder, output), label: "SAME", files })
    expect(readFileSync(join(folder, "x1.udf")).equals(readFileSync(join(folder, "x2.udf")))).toBe(true)
  })

  test("a file in so many pieces that its list of extents goes on elsewhere, twice", async () => {
    const source = pattern(2048 * 700, 9)
    for (const options of [{ revision: 0x0201 }, { revision: 0x0250 }]) {
      const output = join(folder, "pieces.udf")
      writeUdf({ output, label: "PIECES", files: [{ path: "/pieces", source, extentBytes: 2048, gapBlocks: 1 }], ...options })
      const { files: volume, warnings } = await openImage(output)
      expect((await volume.find("/pieces"))?.extents).toHaveLength(700)
      expect(Buffer.compare(await contentOf(volume, "/pieces"), source)).toBe(0)
      expect(warnings.list).toEqual([])
      // 7-Zip reads no continuations.
      if (hasUdfread) expect(listUdfread(output)[0]?.crc32).toBe(hex32(crc32(source)))
      await volume.close()
    }
  })

  test("holes read as zeros", async () => {
    const output = join(folder, "holes.udf")
    const pieces = [pattern(4096, 1), { hole: 8192 }, pattern(2048, 2), { hole: 3000 }]
    writeUdf({ output, label: "HOLES", files: [{ path: "/holes", source: pieces }] })
    const { files: volume } = await openImage(output)
    const whole = Buffer.concat(pieces.map((piece) => (Buffer.isBuffer(piece) ? piece : Buffer.alloc(piece.hole))))
    expect((await volume.find("/holes"))?.extents.map(({ startSector, lengthBytes }) => [startSector === null, lengthBytes])).toEqual([
      [false, 4096],
      [true, 8192],
      [false, 2048],
      [true, 3000],
    ])
    expect(Buffer.compare(await contentOf(volume, "/holes"), whole)).toBe(0)
    if (hasUdfread) expect(listUdfread(output)[0]?.crc32).toBe(hex32(crc32(whole)))
    await volume.close()
  })

  test("blocks smaller than a sector give sectors in quarters", async () => {
    const output = join(folder, "quarters.udf")
    writeUdf({
      output,
      label: "Q",
      blockSize: 512,
      revision: 0x0201,
      files: [
        { path: "/a", source: pattern(512, 1) },
        { path: "/b", source: pattern(700, 2) },
      ],
    })
    const { files: volume } = await openImage(output)
    const [a, b] = await volume.list("/")
    expect((b?.extents[0]?.startSector ?? 0) - (a?.extents[0]?.startSector ?? 0)).toBe(0.25)
    await volume.close()
  })

  test("whatever is written is read (property)", async () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((text) => !/[/\0]/.test(text) && text !== "." && text !== ".." && text.length <= 60)
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => `/d/${parts.join("/")}.f`)
    const file = fc.record({
      path,
      size: fc.integer({ min: 0, max: 9000 }),
      extentBytes: fc.constantFrom(2048, 4096, 2 ** 20),
      gapBlocks: fc.integer({ min: 0, max: 2 }),
    })
    const options = fc.record({ revision: fc.constantFrom(0x0102, 0x0150, 0x0201, 0x0250, 0x0260), embedBytes: fc.constantFrom(0, 500) })
    const output = join(folder, "property.udf")
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(file, { selector: (one) => one.path, maxLength: 12 }), options, async (list, chosen) => {
        const wanted = list.map(({ size, ...rest }, index) => ({ ...rest, source: pattern(size, index) }))
        writeUdf({ output, label: "P", files: wanted, ...chosen })
        const volume = await openBytes(readFileSync(output))
        for (const { path: one, source } of wanted) expect(Buffer.compare(await contentOf(volume, one), source)).toBe(0)
        expect((await listOurs(volume)).filter(({ type }) => type === "file")).toHaveLength(wanted.length)
      }),
      { numRuns: 60, seed: 3 },
    )
  })
})

describe.skipIf(!hasProgram("genisoimage"))("a bridge disc by genisoimage", () => {
  const image = join(folder, "bridge.iso")
  beforeAll(() => {
    const source = makeTree(join(folder, "bridge"), { "VIDEO_TS/VIDEO_TS.IFO": pattern(2048, 1), "lower case.txt": "text" })
    execFileSync("genisoimage", ["-quiet", "-udf", "-V", "BRIDGE", "-o", image, source], { stdio: "ignore" })
  })

  test("UDF comes first, as libudfread lists it", async () => {
    const { files: volume, warnings } = await openImage(image)
    expect(volume.kind).toBe("udf")
    if (hasUdfread) expect(byDirectory(await listOurs(volume), true)).toEqual(byDirectory(listUdfread(image), true))
    expect(warnings.list).toEqual([])
    await volume.close()
  })

  test("without a readable UDF volume it is ISO 9660, with a warning", async () => {
    const bytes = readFileSync(image)
    const sectors = bytes.length / 2048
    for (const anchor of [256, sectors - 257, sectors - 1]) bytes.fill(0xa5, anchor * 2048, (anchor + 1) * 2048)
    const warnings = new Warnings()
    const volume = await openBytes(bytes, warnings)
    expect(volume.kind).toBe("iso9660")
    expect((await volume.find("/video_ts/video_ts.ifo"))?.size).toBe(2048)
    expect(warnings.list.map(({ code }) => code)).toEqual(["udf-unreadable"])
  })
})

describe.skipIf(!hasProgram("mkudffs"))("empty volumes by mkudffs", () => {
  for (const revision of ["1.02", "1.50", "2.00", "2.01"]) {
    for (const blockSize of [512, 1024, 2048, 4096]) {
      test(`revision ${revision}, blocks of ${blockSize} bytes`, async () => {
        const image = join(folder, `mkudffs-${revision}-${blockSize}.udf`)
        execFileSync("truncate", ["-s", "12M", image])
        execFileSync("mkudffs", [`--udfrev=${revision}`, `--blocksize=${blockSize}`, "--label=Žluť", image], { stdio: "ignore" })
        const { files: volume, warnings } = await openImage(image)
        expect(volume.label).toBe("Žluť")
        expect((await listOurs(volume)).map(({ path }) => path)).toEqual(list7z(image, "udf").map(({ path }) => path))
        expect(warnings.list).toEqual([])
        await volume.close()
      })
    }
  }
})
