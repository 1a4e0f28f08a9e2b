import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { seal } from "../../samples/authoring/udf/tag.mjs"
import { writeUdf } from "../../samples/authoring/udf/write-udf.mjs"
import { ByteReader, DiscError, Warnings } from "../../src/base/index.ts"
import { groupRecords, parseDirectory as parseIsoDirectory } from "../../src/filesystem/iso9660/directory.ts"
import { parseRockRidge } from "../../src/filesystem/iso9660/rock-ridge.ts"
import { sectionExtents } from "../../src/filesystem/iso9660/sections.ts"
import { detectRockRidge, parseSystemUse } from "../../src/filesystem/iso9660/system-use.ts"
import { parseVolumeDescriptor as parseIsoDescriptor } from "../../src/filesystem/iso9660/volume-descriptor.ts"
import { parseAllocationExtent } from "../../src/filesystem/udf/allocation-extent.ts"
import { parseAnchor } from "../../src/filesystem/udf/anchor.ts"
import { parseDirectory } from "../../src/filesystem/udf/directory.ts"
import { parseFileEntry } from "../../src/filesystem/udf/file-entry.ts"
import { parseFileSet } from "../../src/filesystem/udf/file-set.ts"
import { parseIndirectEntry } from "../../src/filesystem/udf/indirect-entry.ts"
import { parseVolumeDescriptor } from "../../src/filesystem/udf/volume-descriptor.ts"
import { hasProgram } from "../support/oracles.ts"
import { mutants } from "./mutants.ts"
import { listOurs, makeTree, openBytes, pattern, workFolder } from "./support.ts"

const folder = workFolder("sweep")

/** Runs a parser over all mutants of a structure: nothing but values and `DiscError`s come out. */
function sweep(original: Uint8Array, end: number, parse: (bytes: Uint8Array) => unknown): { values: number; errors: number } {
  const count = { values: 0, errors: 0 }
  for (const mutant of mutants(original, end)) {
    try {
      parse(mutant)
      count.values++
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      count.errors++
    }
  }
  return count
}

/** A small volume with every kind of structure, and where they are. */
function smallUdf(revision: number): { image: Buffer; at: (block: number) => number; metadata: ReturnType<typeof writeUdf>["metadata"] } {
  const output = join(folder, `${revision}.udf`)
  const { partitionStart, metadata } = writeUdf({
    output,
    label: "SWEEP",
    revision,
    files: [
      { path: "/dir/a.txt", source: pattern(3000, 1) },
      { path: "/dir/日本", source: pattern(10, 2) },
      { path: "/pieces", source: pattern(2048 * 260, 3), extentBytes: 2048, gapBlocks: 1 },
    ],
  })
  return { image: readFileSync(output), at: (block) => (partitionStart + block) * 2048, metadata }
}

describe("every byte flipped, every length a lie, every truncation: UDF", () => {
  const { image, at, metadata } = smallUdf(0x0250)
  const old = smallUdf(0x0102)
  const structure = (block: number) =>
    image.subarray(at((metadata?.contentStart ?? 0) + block), at((metadata?.contentStart ?? 0) + block + 1))
  const reader = (bytes: Uint8Array) => new ByteReader(bytes, "image")

  /** The tag made good again: behind a bad one these parsers look no further. */
  const resealed = (parse: (bytes: Uint8Array) => unknown) => (bytes: Uint8Array) => {
    if (bytes.length >= 512) {
      const copy = Buffer.from(bytes)
      const location = copy.readUInt32LE(12)
      parse(seal(copy, { identifier: copy.readUInt16LE(0), location, revision: 0x0250, covers: 512 }))
    }
    return parse(bytes)
  }

  test("anchor", () => {
    const sector = image.subarray(256 * 2048, 256 * 2048 + 512)
    expect(parseAnchor(reader(sector), 256)).not.toBeNull()
    expect(
      sweep(
        sector,
        40,
        resealed((bytes) => parseAnchor(reader(bytes), 256)),
      ).errors,
    ).toBeGreaterThan(0)
  })

  test("each volume descriptor", () => {
    const kinds = new Set<string>()
    for (let sector = 32; sector < 38; sector++) {
      const bytes = image.subarray(sector * 2048, sector * 2048 + 1024)
      kinds.add(parseVolumeDescriptor(reader(bytes), sector).kind)
      sweep(
        bytes,
        512,
        resealed((mutant) => parseVolumeDescriptor(reader(mutant), sector)),
      )
    }
    expect([...kinds].sort()).toEqual(["logical", "other", "partition", "primary", "terminating"])
  })

  test("file set", () => {
    expect(parseFileSet(reader(structure(0)))).not.toBeNull()
    expect(sweep(structure(0).subarray(0, 512), 512, (bytes) => parseFileSet(reader(bytes))).errors).toBeGreaterThan(0)
  })

  test("file entries, old and extended", () => {
    for (const bytes of [structure(2), structure(4), old.image.subarray(old.at(2), old.at(3)), old.image.subarray(old.at(4), old.at(5))]) {
      expect(parseFileEntry(reader(bytes))).not.toBeNull()
      expect(sweep(bytes.subarray(0, 2048), 320, (mutant) => parseFileEntry(reader(mutant))).errors).toBeGreaterThan(0)
    }
  })

  test("directory", () => {
    const blocks = Array.from({ length: 12 }, (_, block) => structure(block))
    const directories = blocks.filter((block) => block.readUInt16LE(0) === 257)
    expect(directories).toHaveLength(2)
    for (const block of directories) {
      expect(parseDirectory(reader(block)).identifiers.length).toBeGreaterThan(1)
      for (const mutant of mutants(block.subarray(0, 200))) expect(parseDirectory(reader(mutant)).identifiers.length).toBeLessThan(10)
    }
  })

  test("allocation extent, indirect entry", () => {
    const block = Array.from({ length: 20 }, (_, index) => structure(index)).find((one) => one.readUInt16LE(0) === 258)
    expect(block).toBeDefined()
    expect(sweep(block as Buffer, 100, (bytes) => parseAllocationExtent(reader(bytes), "long")).errors).toBeGreaterThan(0)
    const indirect = Buffer.alloc(512)
    indirect.writeUInt32LE(2048, 36)
    seal(indirect, { identifier: 259, location: 3, revision: 0x0150 })
    expect(parseIndirectEntry(reader(indirect))).not.toBeNull()
    sweep(
      indirect,
      60,
      resealed((bytes) => parseIndirectEntry(reader(bytes))),
    )
  })

  for (const revision of [0x0102, 0x0250]) {
    test(`a whole volume of revision ${revision.toString(16)}: it opens or says why, quickly`, async () => {
      const small = smallUdf(revision)
      const content = small.metadata?.contentStart ?? 0
      const sectors = [
        16,
        17,
        32,
        34,
        35,
        256,
        ...[0, content, content + 2, content + 3, content + 4, content + 6, content + 7].map((block) => small.at(block) / 2048),
      ]
      await sweepVolume(small.image, sectors, 7)
    })
  }
})

/** Flips bytes of the given sectors, one at a time, every `step`th; opens, lists and reads what is left. */
async function sweepVolume(image: Buffer, sectors: readonly number[], step: number): Promise<void> {
  let opened = 0
  for (const sector of sectors) {
    for (let at = sector * 2048; at < sector * 2048 + 512; at += step) {
      const before = image[at] as number
      image[at] = before ^ 0xff
      const begun = performance.now()
      try {
        const warnings = new Warnings()
        const files = await openBytes(image, warnings)
        for (const { path, type } of await listOurs(files, warnings)) if (type === "file") await (await files.open(path)).read(0, 100)
        opened++
      } catch (error) {
        if (!(error instanceof DiscError)) throw error
      }
      expect(performance.now() - begun).toBeLessThan(1000)
      image[at] = before
    }
  }
  expect(opened).toBeGreaterThan(0)
}

describe.skipIf(!hasProgram("genisoimage"))("every byte flipped, every length a lie, every truncation: ISO 9660", () => {
  const image = join(folder, "small.iso")
  let bytes: Buffer
  const reader = (mutant: Uint8Array) => new ByteReader(mutant, "image")
  /** The directory whose first record lies there, by the root record of the descriptor in that sector. */
  const rootSector = (descriptor: number) => bytes.readUInt32LE(descriptor * 2048 + 158)

  beforeAll(() => {
    const names = { [`${"n".repeat(250)}`]: "long", "dir/file.txt": pattern(3000, 1), "a/b/c/d/e/f/g/h/i/deep": "deep", 日本: "x" }
    const source = makeTree(join(folder, "tree"), names)
    execFileSync("genisoimage", ["-quiet", "-input-charset", "utf-8", "-R", "-J", "-V", "SWEEP", "-o", image, source], { stdio: "ignore" })
    bytes = readFileSync(image)
  })

  test("volume descriptors", () => {
    for (const sector of [16, 17, 18]) {
      const one = bytes.subarray(sector * 2048, (sector + 1) * 2048)
      expect(parseIsoDescriptor(reader(one))).not.toBeNull()
      sweep(one, 260, (mutant) => parseIsoDescriptor(reader(mutant)))
    }
  })

  test("directories, and the sections of their files", () => {
    for (const descriptor of [16, 17]) {
      const sector = rootSector(descriptor)
      const one = bytes.subarray(sector * 2048, (sector + 1) * 2048)
      const result = sweep(one.subarray(0, 700), 700, (mutant) => {
        for (const { sections } of groupRecords(parseIsoDirectory(mutant, "image", 0).records)) sectionExtents(sections, 2048)
      })
      expect(result.values).toBeGreaterThan(0)
    }
  })

  test("system use and Rock Ridge", () => {
    const sector = rootSector(16)
    const { records } = parseIsoDirectory(bytes.subarray(sector * 2048, (sector + 1) * 2048), "image", 0)
    for (const { systemUse } of records)
      sweep(systemUse, systemUse.length, (mutant) => parseRockRidge(parseSystemUse(reader(mutant)).fields))
    const self = bytes.subarray(sector * 2048 + 34, sector * 2048 + (bytes[sector * 2048] as number))
    expect(detectRockRidge(self, "image")).toEqual({ skipBytes: 0 })
    sweep(self, self.length, (mutant) => detectRockRidge(mutant, "image"))
  })

  test("a whole volume: it opens or says why, quickly", async () => {
    await sweepVolume(bytes, [16, 17, rootSector(16), rootSector(16) + 1, rootSector(17)], 3)
  })
})
