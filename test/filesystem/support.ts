import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { gunzipSync } from "node:zlib"
import { afterAll } from "vitest"
import { type ReadOptions, type Source, Warnings } from "../../src/base/index.ts"
import { type FileSystem, openFileSystem, walk } from "../../src/filesystem/index.ts"
import { MemorySource } from "../../src/source/index.ts"
import { openNode } from "../../src/source/node/index.ts"
import { runOracle } from "../support/oracles.ts"

/** One entry as every lister tells it. `startSector` is absent where a lister does not say it. */
export type Listed = { path: string; type: "file" | "directory"; size: number; startSector?: number | null }

/** A folder for one test file, gone afterwards. */
export function workFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `opentray-filesystem-${name}-`))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The image itself, unpacked where it is packed. */
export function unpack(path: string, folder: string): string {
  const target = join(folder, path.replaceAll("/", "_").replace(/\.(gz|xz)$/, ""))
  if (existsSync(target)) return target
  if (path.endsWith(".gz")) writeFileSync(target, gunzipSync(readFileSync(path)))
  else if (path.endsWith(".xz")) execFileSync("sh", ["-c", 'xz -dc "$0" | cp --sparse=always /dev/stdin "$1"', path, target])
  else copyFileSync(path, target)
  return target
}

export async function openImage(path: string): Promise<{ files: FileSystem; warnings: Warnings }> {
  const warnings = new Warnings()
  const source = await openNode(path)
  try {
    return { files: await openFileSystem(source, warnings), warnings }
  } catch (error) {
    await source.close()
    throw error
  }
}

export const openBytes = async (bytes: Uint8Array, warnings = new Warnings()): Promise<FileSystem> =>
  openFileSystem(new MemorySource(bytes, "image"), warnings)

/** What we make of an image, in our order. */
export async function listOurs(files: FileSystem, warnings?: Warnings): Promise<Listed[]> {
  const listed: Listed[] = []
  for await (const { path, type, size, extents } of walk(files, "/", warnings === undefined ? {} : { warnings })) {
    listed.push({ path, type, size, startSector: extents[0]?.startSector ?? null })
  }
  return listed
}

/** 7-Zip's list; `type` is "iso" or "udf" where the image is both. */
export function list7z(image: string, type?: string): Listed[] {
  const { stdout } = spawnSync("7z", ["l", "-slt", ...(type === undefined ? [] : [`-t${type}`]), image], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  })
  const [, body = ""] = stdout.split("\n----------\n")
  return body.split("\n\n").flatMap((block) => {
    const fields = new Map(block.split("\n").map((line) => [line.split(" = ")[0] ?? "", line.slice(line.indexOf(" = ") + 3)] as const))
    const path = fields.get("Path")
    if (path === undefined) return []
    const isFolder = fields.get("Folder") === "+"
    return [{ path: `/${path}`, type: isFolder ? "directory" : "file", size: isFolder ? 0 : Number(fields.get("Size")) } as const]
  })
}

/** isoinfo's list: `-R` Rock Ridge, `-J` Joliet, none: plain names. Sections of a multi-extent file become one entry. */
export function listIsoinfo(image: string, ...options: string[]): Listed[] {
  const { stdout } = spawnSync("isoinfo", ["-l", ...options, "-i", image], { encoding: "latin1", maxBuffer: 1 << 28 })
  const listed: Listed[] = []
  let directory = "/"
  let isContinued = false
  for (const line of Buffer.from(stdout, "latin1").toString("utf8").split("\n")) {
    const heading = /^Directory listing of (\/.*)$/.exec(line)
    if (heading !== null) directory = heading[1] as string
    // The flags stand in two digits; a multi-extent section overflows them ("FFFF") and swallows the bracket.
    const match = /^([-dlbcps])\S*\s+\d+\s+\d+\s+\d+\s+(\d+) .{11} \[ *(-?\d+) ([0-9A-F]+)\]? ? ?(.*?) ?$/.exec(line)
    if (match === null) continue
    const [, kind = "", size = "", sector = "", flags = "", raw = ""] = match
    const name = kind === "l" ? raw.replace(/ -> .*$/, "") : raw
    if (name === "" || name === "." || name === "..") continue
    const last = listed.at(-1)
    if (isContinued && last !== undefined) last.size += Number(size)
    else listed.push(entryOf(directory + name, kind, Number(size), Number(sector)))
    isContinued = flags.startsWith("FFFF")
  }
  return listed
}

function entryOf(path: string, kind: string, size: number, sector: number): Listed {
  if (kind === "d") return { path, type: "directory", size: 0, startSector: null }
  return { path: path.replace(/;\d+$/, "").replace(/\.$/, ""), type: "file", size, startSector: size === 0 ? null : sector }
}

/** xorriso's list of the Rock Ridge tree, the one lister that puts moved directories back; it sorts, and tells no sectors here. */
export function listXorriso(image: string): Listed[] {
  const { stdout } = spawnSync("xorriso", ["-indev", image, "-find", "/", "-exec", "lsdl"], { encoding: "utf8", maxBuffer: 1 << 28 })
  return stdout.split("\n").flatMap((line) => {
    const match = /^([-dl])\S+\s+\d+ \S+\s+\S+\s+(\d+) .{12} '(\/.+?)'(?: -> .*)?$/.exec(line)
    if (match === null) return []
    const [, kind, size, path = ""] = match
    return [{ path, type: kind === "d" ? ("directory" as const) : ("file" as const), size: kind === "-" ? Number(size) : 0 }]
  })
}

/** libudfread's list, with the CRC-32 of each file's content. */
export function listUdfread(image: string): (Listed & { crc32?: string })[] {
  return runOracle("udfls", ["-x", "-c", image]).flatMap((line) => {
    if (line.type !== "dir" && line.type !== "file") return []
    const { path, size = 0, lba, crc32 } = line as { path: string; size?: number; lba?: number; crc32?: string }
    const common = { path, size, startSector: lba === undefined || lba === 0 ? null : lba }
    return [
      line.type === "dir"
        ? { ...common, type: "directory" as const }
        : { ...common, type: "file" as const, ...(crc32 === undefined ? {} : { crc32 }) },
    ]
  })
}

/** Paths of each directory in its own order; the order of directories among one another is each lister's own affair. */
export function byDirectory(listed: readonly Listed[], withSectors: boolean): Record<string, string[]> {
  const groups: Record<string, string[]> = {}
  for (const { path, type, size, startSector } of listed) {
    const directory = dirname(path)
    groups[directory] ??= []
    groups[directory].push(`${basename(path)} ${type} ${size}${withSectors ? ` @${startSector}` : ""}`)
  }
  return groups
}

/** The same without order, for listers that sort. */
export function sorted(groups: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(groups).map(([directory, names]) => [directory, [...names].sort()]))
}

/** The whole content of a file. */
export async function contentOf(files: FileSystem, path: string): Promise<Uint8Array> {
  const source = await files.open(path)
  return source.read(0, source.size)
}

/** Counts what is asked of an image; anything outside `allowed` (byte ranges) fails the test. */
export class WatchedSource implements Source {
  readonly name = "image"
  readonly size: number
  readonly reads: { offset: number; length: number }[] = []
  readonly #base: Source
  allowed: readonly { from: number; to: number; what: string }[] | null = null

  constructor(base: Source) {
    this.#base = base
    this.size = base.size
  }

  get bytes(): number {
    return this.reads.reduce((sum, { length }) => sum + length, 0)
  }

  async read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array> {
    const isAllowed = this.allowed?.some(({ from, to }) => offset >= from && offset + length <= to) ?? true
    if (!isAllowed) throw new Error(`undeclared read of ${length} bytes at ${offset}`)
    this.reads.push({ offset, length })
    return this.#base.read(offset, length, options)
  }

  async close(): Promise<void> {
    await this.#base.close()
  }
}

/** A folder with the given files, for authoring programs. */
export function makeTree(folder: string, files: Record<string, Uint8Array | string>): string {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    if (path.endsWith("/")) mkdirSync(target, { recursive: true })
    else writeFileSync(target, content)
  }
  return folder
}

/** Bytes that differ from place to place, so that a wrong extent shows. */
export function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = (seed * 2654435761 + 1) >>> 0
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}
