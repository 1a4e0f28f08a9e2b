import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { ByteReader, Warnings } from "../../src/base/index.ts"
import { parseCopyManagement } from "../../src/filesystem/udf/extended-attributes.ts"
import { parseFileEntry } from "../../src/filesystem/udf/file-entry.ts"
import { extendedAttributes, fileEntries, markFiles } from "../support/copy-management.ts"
import { hasProgram, oraclePath } from "../support/oracles.ts"
import { sampleDvd } from "../support/samples.ts"
import { mutants } from "./mutants.ts"
import { list7z, listOurs, listUdfread, openBytes, workFolder } from "./support.ts"

const folder = workFolder("attributes")
const sample = readFileSync(sampleDvd)
const parse = (bytes: Uint8Array) => parseCopyManagement(new ByteReader(bytes, "image"))

describe("copy management information", () => {
  test.each([
    [0x00, false, "permitted"],
    [0x80, true, "permitted"],
    [0x90, true, "reserved"],
    [0xa0, true, "one-generation"],
    [0xb0, true, "never"],
    [0x30, false, "never"],
    [0xcf, true, "permitted"],
  ])("byte %i", (byte, copyrighted, copying) => {
    expect(parse(extendedAttributes(byte))).toEqual({ copyrighted, copying })
  })

  test("is found behind other attributes, wherever these say they begin, and ignored when another one's name or checksum is there", () => {
    const good = extendedAttributes(0xb0)
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(good)
      copy[at] = value
      return parse(copy)
    }
    const [header, freeSpace, own] = [good.subarray(0, 24), good.subarray(24, 76), good.subarray(76)]
    // A file times attribute (type 5, ECMA 167 4/14.10.5) of 32 bytes.
    const times = Buffer.alloc(32)
    times.writeUInt32LE(5, 0)
    times.writeUInt32LE(32, 8)
    expect(parse(Buffer.concat([header, times, freeSpace, freeSpace, own]))).toEqual({ copyrighted: true, copying: "never" })
    expect(parse(Buffer.concat([header, own]))).toEqual({ copyrighted: true, copying: "never" })
    expect(parse(Buffer.concat([header, freeSpace]))).toBeNull()
    expect(changed(76 + 17 + 5, 0x58), "another name").toBeNull()
    expect(changed(76 + 48, 0), "another checksum").toBeNull()
    expect(changed(0, 5), "another descriptor before it").toBeNull()
    expect(changed(24 + 8, 0), "an attribute of no length before it").toBeNull()
    expect(parse(new Uint8Array(0))).toBeNull()
  })

  test("every byte flipped, every length a lie, every truncation: a value or nothing", () => {
    const found = new Map<string, number>()
    for (const mutant of mutants(extendedAttributes(0xb0))) {
      const key = JSON.stringify(parse(mutant))
      found.set(key, (found.get(key) ?? 0) + 1)
    }
    expect(found.get("null")).toBeGreaterThan(1000)
    expect(found.get(JSON.stringify({ copyrighted: true, copying: "never" }))).toBeGreaterThan(100)
  })
})

describe("an image whose file entries have it", () => {
  const marked = markFiles(sample, () => 0xb0)

  test("has it where mastered discs do, and where a file entry's other fields leave room", () => {
    const entries = fileEntries(marked)
    expect(entries.length).toBeGreaterThanOrEqual(10)
    for (const at of entries) {
      // Players' and rippers' sources look for the name at this byte of the block.
      expect(marked.toString("latin1", at + 269, at + 287)).toBe("*UDF DVD CGMS Info")
      expect(parseFileEntry(new ByteReader(marked.subarray(at, at + 2048), "image"))).toMatchObject({
        copyManagement: { copyrighted: true, copying: "never" },
        fault: null,
      })
    }
  })

  test("lists and reads as before, with what it says for each file", async () => {
    const warnings = new Warnings()
    const files = await openBytes(marked, warnings)
    expect(await listOurs(files)).toEqual(await listOurs(await openBytes(sample)))
    for (const entry of await files.list("/VIDEO_TS")) expect(entry.copyManagement).toEqual({ copyrighted: true, copying: "never" })
    expect((await files.find("/video_ts/video_ts.ifo"))?.copyManagement).toEqual({ copyrighted: true, copying: "never" })
    expect((await files.find("/VIDEO_TS"))?.copyManagement).toBeUndefined()
    expect(warnings.list).toEqual([])
    for (const entry of await (await openBytes(sample)).list("/VIDEO_TS")) expect(entry).not.toHaveProperty("copyManagement")
  })

  test.skipIf(!hasProgram("7z") || oraclePath("udfls") === null)("is the same volume for 7-Zip and libudfread", () => {
    const [before, after] = [join(folder, "before.iso"), join(folder, "after.iso")]
    writeFileSync(before, sample)
    writeFileSync(after, marked)
    expect(list7z(after, "udf")).toEqual(list7z(before, "udf"))
    expect(listUdfread(after)).toEqual(listUdfread(before))
    expect(listUdfread(after).length).toBeGreaterThan(10)
  })

  test("is never lost to damage of it: the files are there whatever stands in it", async () => {
    const [first = 0] = fileEntries(marked)
    const block = marked.subarray(first, first + 2048)
    const clean = parseFileEntry(new ByteReader(block, "image"))
    for (const mutant of mutants(block.subarray(176, 176 + 132))) {
      if (mutant.length < 132) continue
      const copy = Buffer.from(block)
      copy.set(mutant, 176)
      const entry = parseFileEntry(new ByteReader(copy, "image"))
      expect({ ...entry, copyManagement: null, fault: null }).toEqual({ ...clean, copyManagement: null, fault: null })
    }
  })
})
