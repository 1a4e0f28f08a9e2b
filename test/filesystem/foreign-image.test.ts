import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { openFileSystem } from "../../src/filesystem/index.ts"
import { MemorySource } from "../../src/source/index.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"

const open = (bytes: Uint8Array, warnings = new Warnings()) => openFileSystem(new MemorySource(bytes, "image"), warnings)
const startsWith = (text: string, at = 0) => Buffer.concat([Buffer.alloc(at, 1), Buffer.from(text, "latin1"), Buffer.alloc(200_000, 2)])

describe("a file that is no image says what it is and what to do", () => {
  test.each([
    ["an empty one", new Uint8Array(0), "is empty"],
    ["zeros", new Uint8Array(3_000_000), "zeros alone"],
    ["a web page", startsWith("\r\n<!DOCTYPE html><html><body>Sign in"), "web page"],
    ["a ZIP archive", startsWith("PK\x03\x04"), "ZIP"],
    ["gzip", startsWith("\x1f\x8b\x08"), "gzip"],
    ["a CHD", startsWith("MComprHD"), "CHD"],
    ["a cue sheet", startsWith('FILE "movie.bin" BINARY\r\n  TRACK 01 MODE1/2352'), "CUE"],
    ["an IFO", startsWith("DVDVIDEO-VMG"), "folder that holds VIDEO_TS"],
    ["a VOB", startsWith("\0\0\x01\xba"), "folder that holds VIDEO_TS"],
    ["an index.bdmv", startsWith("INDX0200"), "folder that holds BDMV"],
    ["an M2TS", startsWith("\x47", 4), "folder that holds BDMV"],
    ["an MP4", startsWith("ftypisom", 4), "MP4"],
    ["noise", startsWith("noise"), "neither a UDF nor an ISO 9660 volume; give the image of a disc"],
  ])("%s", async (_, bytes, words) => {
    await expect(open(bytes)).rejects.toMatchObject({ code: "not-a-disc", message: expect.stringContaining(words) })
  })
})

describe("a volume behind something else is named with the bytes before it", () => {
  test.each([
    [512, sampleDvd],
    [2048, sampleDvd],
    [307_200, sampleDvd],
    [1_000_000, sampleBluray],
  ])("%i bytes", async (length, sample) => {
    const image = Buffer.concat([Buffer.alloc(length), readFileSync(sample).subarray(0, 600_000)])
    await expect(open(image)).rejects.toMatchObject({ code: "not-a-disc", message: expect.stringContaining(`behind ${length} bytes`) })
  })
})

describe("an image that was cut off", () => {
  test.each([
    ["in its last padding", sampleDvd, -300_000, []],
    ["in its films", sampleDvd, 5_000_000, ["image-cut-off"]],
    ["in its films", sampleBluray, 3_000_000, ["image-cut-off"]],
  ])("%s", async (_, sample, end, codes) => {
    const warnings = new Warnings()
    await open(readFileSync(sample).subarray(0, end), warnings)
    expect(warnings.list.map(({ code }) => code)).toEqual(codes)
  })

  test("before its anchor, or in its root, is refused with where it ends", async () => {
    await expect(open(readFileSync(sampleDvd).subarray(0, 100_000))).rejects.toThrow("ends at byte 100000")
    await expect(open(readFileSync(sampleBluray).subarray(0, 700_000))).rejects.toThrow("ends at byte 700000")
  })
})
