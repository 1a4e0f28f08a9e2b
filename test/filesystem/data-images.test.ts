import { readdirSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { crc32, DiscError, hex32 } from "../../src/base/index.ts"
import { dataPath, hasData } from "../support/data.ts"
import { hasProgram, oraclePath } from "../support/oracles.ts"
import {
  byDirectory,
  contentOf,
  type Listed,
  list7z,
  listIsoinfo,
  listOurs,
  listUdfread,
  listXorriso,
  openImage,
  sorted,
  unpack,
  workFolder,
} from "./support.ts"

const folder = workFolder("data")

/** The lister whose list ours must equal. isoinfo and libudfread tell sectors too. */
type Lister = "7z" | "isoinfo" | "isoinfo -R" | "isoinfo -J" | "xorriso" | "udfread"

type Case = {
  readonly image: string
  readonly label: string
  readonly entries: number
  readonly listers: readonly Lister[]
  /** Why a lister that would fit is not among `listers`. */
  readonly differs?: string
  readonly warnings?: readonly string[]
}

const none = { entries: 0 }
const plain: readonly Lister[] = ["7z", "isoinfo"]
const rockRidge: readonly Lister[] = ["7z", "isoinfo -R"]
const joliet: readonly Lister[] = ["7z", "isoinfo -J"]
const udf: readonly Lister[] = ["7z", "udfread"]
const udf7z: readonly Lister[] = ["7z"]
const not2048 = "libudfread reads volumes of 2048-byte blocks only"

/** Every image of the data folder that has a volume. */
const images: readonly Case[] = [
  { image: "authored-bd-menu/menu-udf102.iso.gz", label: "OT_MENU", entries: 32, listers: udf },
  { image: "authored-bd-menu/title1-tsmuxer-udf250.iso.gz", label: "Blu-Ray", entries: 24, listers: udf },
  { image: "made/bd-tsmuxer.iso", label: "TSMUX_BD", entries: 24, listers: udf },
  { image: "ids1024-iso9660/test.iso.gz", label: "CDROM", entries: 204, listers: plain },
  { image: "kdomanski-iso9660/test.iso.gz", label: "my-vol-id", entries: 1008, listers: plain },
  { image: "kdomanski-iso9660/test_rockridge.iso.gz", label: "my-vol-id", entries: 1009, listers: rockRidge },
  { image: "libarchive/test_read_format_iso.iso.gz", label: "CDROM", ...none, listers: plain },
  { image: "libarchive/test_read_format_iso_2.iso.gz", label: "", entries: 4, listers: plain },
  { image: "libarchive/test_read_format_iso_3.iso.gz", label: "", entries: 4, listers: plain },
  { image: "libarchive/test_read_format_iso_joliet.iso.gz", label: "CDROM", entries: 4, listers: joliet },
  { image: "libarchive/test_read_format_iso_joliet_by_nero.iso.gz", label: "新建", entries: 2, listers: joliet },
  {
    image: "libarchive/test_read_format_iso_joliet_rockridge.iso.gz",
    label: "CDROM",
    entries: 4,
    listers: rockRidge,
  },
  { image: "libarchive/test_read_format_iso_joliet_utf16be_overflow.iso.gz", label: "", entries: 6, listers: joliet },
  { image: "libarchive/test_read_format_iso_multi_extent.iso.gz", label: "CDROM", entries: 1, listers: rockRidge },
  { image: "libarchive/test_read_format_iso_rockridge.iso.gz", label: "CDROM", entries: 9, listers: rockRidge },
  {
    image: "libarchive/test_read_format_iso_rockridge_ce.iso.gz",
    label: "CDROM",
    entries: 7,
    listers: ["isoinfo -R"],
    differs: "7-Zip reads no continuation areas: it cuts the three long names",
  },
  { image: "libarchive/test_read_format_iso_rockridge_new.iso.gz", label: "CDROM", entries: 9, listers: rockRidge },
  {
    image: "libarchive/test_read_format_iso_rockridge_zf_overflow.iso.gz",
    label: "",
    entries: 1,
    listers: rockRidge,
    warnings: ["directory-unreadable"],
  },
  { image: "libarchive/test_read_format_iso_xorriso.iso.gz", label: "ISOIMAGE", entries: 9, listers: [...rockRidge, "xorriso"] },
  { image: "libarchive/test_read_format_iso_zisofs_overflow.iso.gz", label: "POC_WRITE", entries: 1, listers: rockRidge },
  { image: "libcdio/copying-rr.iso.gz", label: "Rock Ridge Copy test", entries: 8, listers: rockRidge },
  { image: "libcdio/copying.iso.gz", label: "CDROM", entries: 1, listers: plain },
  {
    image: "libcdio/deep-directory.iso.gz",
    label: "ISO Label",
    entries: 18,
    listers: ["xorriso"],
    differs: "7-Zip and isoinfo show moved directories where they were moved to",
  },
  { image: "libcdio/joliet.iso.gz", label: "K3b data project", entries: 6, listers: joliet },
  { image: "libcdio/multi_extent_8k.iso.gz", label: "ISOIMAGE", entries: 1, listers: rockRidge },
  { image: "libcdio/multi_extent_8k_emul_toc_padded.iso.gz", label: "ISOIMAGE", entries: 1, listers: rockRidge },
  { image: "libcdio/multi_extent_8k_joliet.iso.gz", label: "ISOIMAGE", entries: 1, listers: joliet },
  { image: "libcdio/test-udf1.iso.gz", label: "CDROM", entries: 2, listers: udf },
  { image: "libcdio/udf102.iso.gz", label: "FéжΘvrier", entries: 1, listers: udf },
  ...utilLinux(),
]

function utilLinux(): Case[] {
  const path = "util-linux/ts/blkid/images-fs/"
  return [
    { image: "iso-different-iso-joliet-label.img.xz", label: "Joliet Label", ...none, listers: plain },
    { image: "iso-joliet.img.xz", label: "ThisWonderfulLabelIsVeryVeryLong", entries: 4, listers: joliet },
    { image: "iso-multi-0-174-348-genisoimage.img.xz", label: "first session", ...none, listers: plain },
    { image: "iso-rr-joliet.img.xz", label: "ThisIsVolumeName", entries: 4, listers: rockRidge },
    { image: "iso.img.xz", label: "IsoVolumeName", entries: 4, listers: plain },
    { image: "udf-cd-mkudfiso-20100208.img.xz", label: "Volume Label", ...none, listers: udf },
    {
      image: "udf-hdd-macosx-2.60-4096.img.xz",
      label: "Untitled UDF Volume",
      ...none,
      listers: [],
      differs: `7-Zip tries 2048 and 512 only; ${not2048}`,
    },
    { image: "udf-hdd-mkudffs-1.0.0-1.img.xz", label: "LinuxUDF", entries: 1, listers: udf7z, differs: not2048 },
    { image: "udf-hdd-mkudffs-1.0.0-2.img.xz", label: "Label", entries: 1, listers: udf7z, differs: not2048 },
    { image: "udf-hdd-mkudffs-1.3-1.img.xz", label: "Label", ...none, listers: udf7z },
    { image: "udf-hdd-mkudffs-1.3-2.img.xz", label: "Label", ...none, listers: udf7z },
    { image: "udf-hdd-mkudffs-1.3-3.img.xz", label: "Ã¿", ...none, listers: udf7z },
    { image: "udf-hdd-mkudffs-1.3-4.img.xz", label: "Label", ...none, listers: udf7z },
    { image: "udf-hdd-mkudffs-1.3-5.img.xz", label: "Label", ...none, listers: udf7z },
    { image: "udf-hdd-mkudffs-1.3-6.img.xz", label: "A".repeat(30), ...none, listers: udf7z },
    { image: "udf-hdd-mkudffs-1.3-7.img.xz", label: "Label512", ...none, listers: udf7z },
    { image: "udf-hdd-mkudffs-1.3-8.img.xz", label: "LinuxUDF", ...none, listers: udf7z },
    { image: "udf-hdd-mkudffs-2.2.img.xz", label: "😀", ...none, listers: udf7z },
    { image: "udf-hdd-udfclient-0.7.5.img.xz", label: "discname", ...none, listers: udf7z },
    { image: "udf-hdd-udfclient-0.7.7.img.xz", label: "discname", ...none, listers: udf7z },
    { image: "udf-multi-0-417-834-genisoimage.img.xz", label: "first session", ...none, listers: udf },
    { image: "udf.img.xz", label: "test-udf", ...none, listers: udf },
  ].map((one) => ({ ...one, image: path + one.image }))
}

/** Images that are refused, and how. */
const refused: readonly (readonly [string, DiscError["code"], string])[] = [
  ["bdinfo-rs/fuzz/corpus/source/avdp-only.bin", "not-a-disc", "one sector"],
  ["bdinfo-rs/fuzz/corpus/source/empty.bin", "not-a-disc", "no bytes"],
  ["bdinfo-rs/fuzz/corpus/source/garbage.bin", "not-a-disc", "64 bytes"],
  [
    "bdinfo-rs/fuzz/corpus/source/valid-metadata-namespace.bin",
    "not-a-disc",
    "too short for an anchor at sector 256: a fuzzer's own container",
  ],
  ["bdinfo-rs/fuzz/corpus/source/valid-metadata.bin", "not-a-disc", "the same"],
  ["bdinfo-rs/fuzz/corpus/source/valid-physical.bin", "not-a-disc", "the same"],
  ["libcdio/bad-dir.iso.gz", "damaged", "the root's extent holds no directory; 7-Zip and isoinfo list nothing"],
  ["libcdio/malformed.iso.gz", "damaged", "the logical block size is 12336"],
  ["libcdio/malformed2.iso.gz", "damaged", "the root's own record is 2 bytes long; isoinfo prints one line of rubbish"],
  ["util-linux/ts/blkid/images-fs/hfs.img.xz", "not-a-disc", "HFS"],
  ["util-linux/ts/blkid/images-fs/hfsplus.img.xz", "not-a-disc", "HFS+"],
  ["util-linux/ts/isosize/sample.iso.gz", "not-a-disc", "the image is cut off before the end of its first volume descriptor"],
]

const available: Record<Lister, boolean> = {
  "7z": hasProgram("7z"),
  isoinfo: hasProgram("isoinfo"),
  "isoinfo -R": hasProgram("isoinfo"),
  "isoinfo -J": hasProgram("isoinfo"),
  xorriso: hasProgram("xorriso"),
  udfread: oraclePath("udfls") !== null,
}

function listBy(lister: Lister, image: string, kind: string): Listed[] {
  switch (lister) {
    case "7z":
      return list7z(image, kind === "udf" ? "udf" : "iso")
    case "isoinfo":
      return listIsoinfo(image)
    case "isoinfo -R":
      return listIsoinfo(image, "-R")
    case "isoinfo -J":
      return listIsoinfo(image, "-J")
    case "xorriso":
      return listXorriso(image)
    case "udfread":
      return listUdfread(image)
  }
}

describe.skipIf(!hasData)("every image of the data folder", () => {
  for (const { image, label, entries, listers, warnings: expected = [], differs } of images) {
    test(`${image}${differs === undefined ? "" : ` (${differs})`}`, async () => {
      const path = unpack(dataPath(image), folder)
      const { files, warnings } = await openImage(path)
      const ours = await listOurs(files, warnings)
      expect(files.label).toBe(label)
      expect(ours).toHaveLength(entries)
      expect(warnings.list.map(({ code }) => code)).toEqual(expected)
      for (const lister of listers) {
        expect(available[lister], `${lister} is installed`).toBe(true)
        const withSectors = lister !== "7z" && lister !== "xorriso"
        const theirs = byDirectory(listBy(lister, path, files.kind), withSectors)
        const own = byDirectory(ours, withSectors)
        if (lister === "xorriso") expect(sorted(own), lister).toEqual(sorted(theirs))
        else expect(own, lister).toEqual(theirs)
      }
      await files.close()
    })
  }

  for (const [image, code, why] of refused) {
    test(`${image} is refused: ${why}`, async () => {
      const opening = openImage(unpack(dataPath(image), folder))
      await expect(opening).rejects.toBeInstanceOf(DiscError)
      await expect(opening).rejects.toMatchObject({ code })
    })
  }

  for (const { image } of images.filter(({ listers }) => listers.includes("udfread"))) {
    test.skipIf(!available.udfread)(`${image}: each file's bytes are those libudfread reads`, async () => {
      const path = unpack(dataPath(image), folder)
      const { files } = await openImage(path)
      for (const { path: name, type, crc32: expected } of listUdfread(path)) {
        if (type === "file" && expected !== undefined)
          expect(`${name} ${hex32(crc32(await contentOf(files, name)))}`).toBe(`${name} ${expected}`)
      }
      await files.close()
    })
  }

  test("no image is left out", () => {
    const folders = [
      "libcdio",
      "libarchive",
      "kdomanski-iso9660",
      "ids1024-iso9660",
      "made",
      "authored-bd-menu",
      "util-linux/ts/blkid/images-fs",
      "util-linux/ts/isosize",
    ]
    const found = folders.flatMap((name) =>
      readdirSync(dataPath(name))
        .filter((file) => /\.(iso|img)(\.gz|\.xz)?$/.test(file))
        .map((file) => `${name}/${file}`),
    )
    const known = new Set([...images.map(({ image }) => image), ...refused.map(([image]) => image)])
    expect(found.filter((image) => !known.has(image))).toEqual([])
  })
})
