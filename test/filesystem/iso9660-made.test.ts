import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { hasProgram } from "../support/oracles.ts"
import {
  byDirectory,
  contentOf,
  type Listed,
  list7z,
  listIsoinfo,
  listOurs,
  listXorriso,
  makeTree,
  openImage,
  pattern,
  sorted,
  workFolder,
} from "./support.ts"

const folder = workFolder("iso")
const long = `${"long-name-".repeat(24)}.txt`
/** Every size is another, so that a file is known by its size whatever its name became. */
const tree: Record<string, Buffer> = {
  README: pattern(11, 1),
  "movie.vob": pattern(300_001, 2),
  "two.part.name.tar.gz": pattern(2049, 3),
  "Mixed Case Name.Text": pattern(4096, 4),
  "größe-日本.txt": pattern(77, 5),
  "empty.txt": Buffer.alloc(0),
  "VIDEO_TS/VIDEO_TS.IFO": pattern(12_288, 6),
  "VIDEO_TS/VTS_01_1.VOB": pattern(40_960, 7),
  [`names/${long}`]: pattern(501, 8),
  "names/.hidden": pattern(502, 9),
  "a/b/c/d/e/f/g/h/i/j/deep.txt": pattern(503, 10),
  ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`many/file-number-${i}.dat`, pattern(10_000 + i, 20 + i)])),
}
const bySize = new Map(Object.values(tree).map((bytes) => [bytes.length, bytes]))

type Made = {
  readonly name: string
  readonly command: readonly string[]
  readonly names: "plain" | "full"
  /** `isoinfo` option for the tree that is used; `null`: isoinfo does not show it. */
  readonly isoinfo: readonly string[] | null
  readonly sevenZip?: false
  readonly xorriso?: true
}

const level = (number: number): Made => ({
  name: `level ${number}`,
  command: [
    "genisoimage",
    "-quiet",
    "-iso-level",
    `${number}`,
    ...(number === 4 ? ["-input-charset", "iso8859-1"] : ["-input-charset", "utf-8"]),
    "-D",
  ],
  names: "plain",
  isoinfo: [],
})
const genisoimage = ["genisoimage", "-quiet", "-input-charset", "utf-8"]

const made: readonly Made[] = [
  level(1),
  level(2),
  level(3),
  level(4),
  {
    name: "level 3 with versions left out and lower case",
    command: [...genisoimage, "-iso-level", "3", "-D", "-N", "-l", "-allow-lowercase"],
    names: "plain",
    isoinfo: [],
  },
  { name: "Joliet", command: [...genisoimage, "-J", "-joliet-long", "-D"], names: "plain", isoinfo: null },
  { name: "Joliet level 1", command: [...genisoimage, "-J", "-ucs-level", "1", "-D"], names: "plain", isoinfo: null },
  { name: "Joliet level 2", command: [...genisoimage, "-J", "-ucs-level", "2", "-D"], names: "plain", isoinfo: null },
  // isoinfo and 7-Zip show directories that were moved at the place they were moved to.
  { name: "Rock Ridge, by genisoimage", command: [...genisoimage, "-R"], names: "full", isoinfo: null, sevenZip: false, xorriso: true },
  { name: "Rock Ridge, not moved", command: [...genisoimage, "-R", "-D"], names: "full", isoinfo: ["-R"], sevenZip: false, xorriso: true },
  {
    name: "Rock Ridge and Joliet",
    command: [...genisoimage, "-R", "-J", "-D"],
    names: "full",
    isoinfo: ["-R"],
    sevenZip: false,
    xorriso: true,
  },
  {
    name: "Rock Ridge, Joliet and level 4",
    command: ["genisoimage", "-quiet", "-input-charset", "iso8859-1", "-R", "-J", "-D", "-iso-level", "4"],
    names: "full",
    isoinfo: ["-R"],
    sevenZip: false,
  },
  {
    name: "by xorriso",
    command: ["xorriso", "-as", "mkisofs", "-quiet", "-iso-level", "3", "-J", "-R"],
    names: "full",
    isoinfo: ["-R"],
    sevenZip: false,
    xorriso: true,
  },
]

const isInstalled = ["genisoimage", "xorriso", "7z", "isoinfo"].every(hasProgram)

describe.skipIf(!isInstalled)("images made by others", () => {
  const source = join(folder, "tree")
  const images = new Map<string, string>()
  beforeAll(() => {
    makeTree(source, tree)
    for (const [index, { name, command }] of made.entries()) {
      const image = join(folder, `${index}.iso`)
      const [program = "", ...options] = command
      execFileSync(program, [...options, "-V", "LABEL", "-o", image, source], {
        stdio: "ignore",
        env: { ...process.env, LC_ALL: "C.UTF-8" },
      })
      images.set(name, image)
    }
  })

  for (const { name, names, isoinfo, sevenZip, xorriso } of made) {
    test(`${name}: the list is that of other programs`, async () => {
      const image = images.get(name) as string
      const { files, warnings } = await openImage(image)
      const ours = await listOurs(files, warnings)
      expect(files.kind).toBe("iso9660")
      expect(files.label).toBe("LABEL")
      expect(warnings.list).toEqual([])
      if (sevenZip !== false) expect(byDirectory(ours, false)).toEqual(byDirectory(list7z(image, "iso"), false))
      if (isoinfo !== null) expect(byDirectory(ours, true)).toEqual(byDirectory(listIsoinfo(image, ...isoinfo), true))
      if (xorriso === true) expect(sorted(byDirectory(ours, false))).toEqual(sorted(byDirectory(listXorriso(image), false)))
      if (names === "full")
        expect(filesOf(ours)).toEqual(
          Object.keys(tree)
            .map((path) => `/${path}`)
            .sort(),
        )
      await files.close()
    })

    test(`${name}: every file has its bytes`, async () => {
      const { files } = await openImage(images.get(name) as string)
      const ours = (await listOurs(files)).filter(({ type }) => type === "file")
      expect(ours).toHaveLength(Object.keys(tree).length)
      for (const { path, size } of ours) {
        const bytes = await contentOf(files, path)
        expect(Buffer.compare(bytes, bySize.get(size) as Buffer), path).toBe(0)
      }
      await files.close()
    })
  }

  test("names are matched without case, at every part of the path", async () => {
    const { files } = await openImage(images.get("Rock Ridge and Joliet") as string)
    expect((await files.find("/video_ts/Video_TS.ifo"))?.path).toBe("/VIDEO_TS/VIDEO_TS.IFO")
    expect((await files.find("mixed case name.TEXT"))?.size).toBe(4096)
    expect((await files.find("/GRÖSSE-日本.txt"))?.size).toBeUndefined()
    expect((await files.find("/GRÖßE-日本.TXT"))?.size).toBe(77)
    expect(await files.find("/VIDEO_TS/VIDEO_TS.IFO/x")).toBeNull()
    expect(await files.find("/no/such")).toBeNull()
    await expect(files.list("/no/such")).rejects.toMatchObject({ code: "not-found" })
    await expect(files.open("/no/such")).rejects.toMatchObject({ code: "not-found" })
    await expect(files.open("/VIDEO_TS")).rejects.toMatchObject({ code: "bad-argument" })
    expect(await files.find("/")).toMatchObject({ path: "/", type: "directory" })
    await files.close()
  })
})

const filesOf = (listed: readonly Listed[]): string[] =>
  listed
    .filter(({ type }) => type === "file")
    .map(({ path }) => path)
    .sort()

describe.skipIf(!hasProgram("xorriso"))("a file of 5 GiB", () => {
  const size = 5 * 2 ** 30 + 12345
  const image = join(folder, "large.iso")
  beforeAll(() => {
    const source = makeTree(join(folder, "large"), { "small.txt": "small" })
    execFileSync("truncate", ["-s", `${size}`, join(source, "large.bin")])
    execFileSync("sh", ["-c", 'printf "the end" | dd of="$0" bs=1 conv=notrunc oflag=append status=none', join(source, "large.bin")])
    // Through a pipe into a sparse file: the zeros are made but never stored.
    const pipe =
      'xorriso -as mkisofs -quiet -iso-level 3 -R -V LARGE "$0" 2>/dev/null | dd of="$1" bs=1M conv=sparse iflag=fullblock status=none'
    execFileSync("sh", ["-c", pipe, source, image])
  }, 240_000)

  test("its sections are one extent, and its end is read", async () => {
    const { files } = await openImage(image)
    const entry = await files.find("/large.bin")
    expect(entry?.size).toBe(size + 7)
    expect(entry?.extents).toEqual([{ startSector: expect.any(Number), lengthBytes: size + 7 }])
    const source = await files.open("/large.bin")
    expect(Buffer.from(await source.read(size - 3, 100))).toEqual(Buffer.concat([Buffer.alloc(3), Buffer.from("the end")]))
    expect(Buffer.from(await contentOf(files, "/small.txt")).toString()).toBe("small")
    expect(byDirectory(await listOurs(files), false)).toEqual(byDirectory(list7z(image, "iso"), false))
    await files.close()
  })
})
