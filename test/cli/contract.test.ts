import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { DiscInfo } from "../../src/disc/index.ts"
import { lsdvd } from "../disc/dvd/support/lsdvd.ts"
import { markFiles } from "../support/copy-management.ts"
import { hasProgram, oraclePath, runOracle } from "../support/oracles.ts"
import { json, opentray, samplePath } from "./cli.ts"

const DVD = samplePath("dvd.iso")
const BLURAY = samplePath("bluray.iso")
const folder = mkdtempSync(join(tmpdir(), "opentray-cli-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

describe("info --json", () => {
  it.skipIf(!hasProgram("lsdvd"))("agrees with lsdvd on the DVD", async () => {
    const info = (await json(["info", DVD, "--json"])) as DiscInfo
    const { tracks } = lsdvd(DVD)
    expect(info.kind).toBe("dvd-video")
    expect(info.titles).toHaveLength(tracks.length)
    for (const [index, track] of tracks.entries()) {
      const title = info.titles[index]
      expect(title?.number).toBe(index + 1)
      expect(Math.abs((title?.duration ?? 0) - Number(track.length))).toBeLessThan(1 / 25)
    }
  })

  it.skipIf(oraclePath("bdtrace") === null)("agrees with libbluray on the Blu-ray", async () => {
    const info = (await json(["info", BLURAY, "--json"])) as DiscInfo
    const playlists = runOracle("bdtrace", [BLURAY])
      .filter(({ type }) => type === "playlist")
      .sort((a, b) => Number(a["playlist"]) - Number(b["playlist"]))
    expect(info.kind).toBe("blu-ray")
    expect(info.titles.map(({ bluray }) => Number.parseInt(bluray?.playlist ?? "", 10))).toEqual(playlists.map(({ playlist }) => playlist))
    for (const [index, playlist] of playlists.entries()) {
      const title = info.titles[index]
      expect(title?.duration).toBeCloseTo(Number(playlist["duration"]) / 90_000, 3)
      expect(title?.angles).toBe(playlist["angles"])
      expect(title?.chapters).toHaveLength((playlist["chapters"] as unknown[]).length)
    }
  })

  it("has every key of the contract, and nothing on stderr", async () => {
    for (const disc of [DVD, BLURAY]) {
      const { status, stdout, stderr } = await opentray(["info", disc, "--json"])
      expect(status).toBe(0)
      expect(stderr).toBe("")
      const info = JSON.parse(stdout.toString())
      const keys = ["kind", "label", "fingerprint", "protection", "warnings", "mainTitle", "titles", "menus"]
      for (const key of keys) expect(info).toHaveProperty(key)
      expect(info.protection).toEqual([])
      expect(info.warnings).toEqual([])
      expect(info.fingerprint).toMatch(/^[0-9a-f]{16,}$/)
      for (const title of info.titles) {
        for (const key of ["number", "duration", "chapters", "angles", "size", "streams"]) expect(title).toHaveProperty(key)
        for (const stream of title.streams) {
          for (const key of ["kind", "codec", "language", "id"]) expect(stream).toHaveProperty(key)
          expect(stream.id).toMatch(/^0x[0-9a-f]+$/)
        }
        expect(title).toHaveProperty(disc === DVD ? "dvd.titleSet" : "bluray.playlist")
      }
    }
  })

  it("says which titles are scrambled, but with --no-scan; --stats says what reading cost", async () => {
    const plain = (await json(["info", DVD, "--json", "--no-scan"])) as DiscInfo & { stats?: unknown }
    expect(plain.stats).toBeUndefined()
    expect(new Set(plain.titles.map(({ scrambled }) => scrambled))).toEqual(new Set([null]))
    const scanned = (await json(["info", DVD, "--json", "--stats"])) as DiscInfo & { stats: Record<string, number> }
    for (const key of ["reads", "bytes", "roundTrips", "cacheHits"]) expect(scanned.stats[key]).toBeGreaterThan(0)
    expect(new Set(scanned.titles.map(({ scrambled }) => scrambled))).toEqual(new Set([false]))
    const text = (await opentray(["info", DVD, "--stats"])).stdout.toString()
    expect(text).toMatch(/reads \d+, bytes \d+, round trips \d+, cache hits \d+\n$/)
  })
})

describe("info of a disc that is marked and scrambled", () => {
  const image = join(folder, "scrambled.iso")
  beforeAll(() => {
    const bytes = markFiles(readFileSync(DVD), () => 0xb0)
    // PES_scrambling_control of every video pack.
    for (let at = 0; at + 2048 <= bytes.length; at += 2048) {
      if (bytes.readUInt32BE(at) === 0x1ba && bytes.readUInt32BE(at + 14) === 0x1e0) bytes[at + 20] = (bytes[at + 20] ?? 0) | 0x10
    }
    writeFileSync(image, bytes)
  })

  it("names both, by --no-scan only the mark", async () => {
    const mark = {
      kind: "copy-management",
      detail: expect.stringMatching(/^copyrighted, copying never permitted \(VIDEO_TS\.\w+ and \d+ more\)$/),
    }
    const scanned = (await json(["info", image, "--json"])) as DiscInfo
    expect(scanned.protection).toEqual([mark, { kind: "css", detail: "scrambled packets (CSS)" }])
    expect(new Set(scanned.titles.map(({ scrambled }) => scrambled))).toEqual(new Set([true]))
    expect(((await json(["info", image, "--json", "--no-scan"])) as DiscInfo).protection).toEqual([mark])
    const text = (await opentray(["info", image])).stdout.toString()
    expect(text).toMatch(/^protection: copyrighted, copying never permitted .*\nprotection: scrambled packets \(CSS\)$/m)
    expect(text.match(/^title \d.*, scrambled$/gm)).toHaveLength(scanned.titles.length)
  })

  it("cannot be played, by name", async () => {
    const { status, stdout, stderr } = await opentray(["cat", image, "--title", "1"])
    expect({ status, bytes: stdout.length }).toEqual({ status: 1, bytes: 0 })
    expect(stderr).toMatch(/scrambled \(CSS\)/)
  })
})

type Listed = { path: string; type: string; size?: number; extents?: [number, number][] }

describe("ls and cat", () => {
  it.each([DVD, BLURAY])("ls --json gives extents that hold the very bytes that cat gives: %s", async (disc) => {
    const listed = (await json(["ls", disc, "--json"])) as Listed[]
    const image = readFileSync(disc)
    const files = listed.filter(({ type }) => type === "file")
    expect(files.length).toBeGreaterThanOrEqual(10)
    expect(listed.filter(({ type }) => type !== "file").every(({ type, size }) => type === "directory" && size === undefined)).toBe(true)
    const isLarge = ({ size }: Listed) => (size ?? 0) > 100_000
    for (const { path, size = 0, extents = [] } of [
      ...files.filter(isLarge).slice(0, 2),
      ...files.filter((file) => !isLarge(file)).slice(0, 4),
    ]) {
      const onDisc = Buffer.concat(extents.map(([sector, length]) => image.subarray(sector * 2048, sector * 2048 + length)))
      expect(onDisc.length).toBe(size)
      const { status, stdout, stderr } = await opentray(["cat", disc, path])
      expect({ path, status, stderr, sha256: sha256(stdout) }).toEqual({ path, status: 0, stderr: "", sha256: sha256(onDisc) })
    }
  })

  it.skipIf(!hasProgram("7z"))("cat gives the bytes that 7-Zip gives, whatever the case of the path", async () => {
    for (const [disc, path] of [
      [DVD, "VIDEO_TS/VTS_01_1.VOB"],
      [BLURAY, "BDMV/STREAM/00001.m2ts"],
    ] as const) {
      const theirs = execFileSync("7z", ["e", "-so", disc, path], { maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] })
      const { stdout } = await opentray(["cat", disc, `/${path.toLowerCase()}`])
      expect(sha256(stdout)).toBe(sha256(theirs))
    }
  })

  it("ls of a directory lists what is below it", async () => {
    const listed = (await json(["ls", DVD, "/VIDEO_TS", "--json"])) as Listed[]
    expect(listed.length).toBeGreaterThan(5)
    expect(listed.every(({ path }) => path.startsWith("/VIDEO_TS/"))).toBe(true)
    const text = (await opentray(["ls", DVD])).stdout.toString()
    expect(text).toMatch(/^ *\d+ {2}\/VIDEO_TS\/VIDEO_TS\.IFO$/m)
  })

  it.each([
    [DVD, 1],
    [DVD, 2],
    [BLURAY, 1],
    [BLURAY, 2],
  ])("cat --title and --range: %s title %i", async (disc, title) => {
    const whole = (await opentray(["cat", disc, "--title", String(title)])).stdout
    const info = (await json(["info", disc, "--json"])) as DiscInfo
    expect(whole.length).toBe(info.titles[title - 1]?.size)
    expect(disc === DVD ? whole.readUInt32BE(0) : whole[4]).toBe(disc === DVD ? 0x1ba : 0x47)
    const middle = Math.floor(whole.length / 2)
    for (const [range, first, end] of [
      [`${middle}-${middle + 99_999}`, middle, middle + 100_000],
      [`${whole.length - 5000}-`, whole.length - 5000, whole.length],
      ["0-0", 0, 1],
      [`${whole.length}-`, whole.length, whole.length],
    ] as const) {
      const part = (await opentray(["cat", disc, "--title", String(title), "--range", range])).stdout
      expect({ range, sha256: sha256(part) }).toEqual({ range, sha256: sha256(whole.subarray(first, end)) })
    }
  })

  it("cat stops without a word when its reader has seen enough", async () => {
    const main = join(import.meta.dirname, "../../dist/cli/main.js")
    const script = `"${process.execPath}" "${main}" cat "${DVD}" --title 1 | head -c 100 | wc -c`
    const output = execFileSync("sh", ["-c", `${script} 2>&1`], { encoding: "utf8" })
    expect(output.trim()).toBe("100")
  })
})

describe("trace", () => {
  it("prints an object a line: commands, items without payload, state", async () => {
    const script = join(folder, "script.txt")
    writeFileSync(script, "# a title from its second chapter\ntitle 1\npart 2\nrun 200\nstate\nstop\nrun 1\n")
    const { status, stdout, stderr } = await opentray(["trace", DVD, "--script", script])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    const lines = stdout
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    expect(lines.filter(({ type }) => type === "command").map(({ command }) => command)).toEqual(["title 1", "part 2", "run 200", "state"])
    const packets = lines.filter(({ type }) => type === "packet")
    expect(packets.length).toBeGreaterThan(10)
    for (const packet of packets) expect(packet).toMatchObject({ size: expect.any(Number), crc32: expect.stringMatching(/^[0-9a-f]{8}$/) })
    expect(packets.some((packet) => "data" in packet)).toBe(false)
    expect(lines.at(-1)).toMatchObject({ type: "state", blocks: 200, domain: "VTS", title: 1, part: 2, angle: 1 })
  })

  it("the state's CRC goes over the blocks as the disc has them", async () => {
    const { stdout } = await opentray(["trace", BLURAY, "--titles", "--script", "-"], { input: "title 1\nrun 50\nstate\n" })
    const state = JSON.parse(stdout.toString().trim().split("\n").at(-1) ?? "")
    const clip = (await opentray(["cat", BLURAY, "/BDMV/STREAM/00001.m2ts", "--range", `0-${50 * 6144 - 1}`])).stdout
    const { crc32 } = await import("../../src/base/index.ts")
    expect(state).toMatchObject({ type: "state", units: 50, title: 1, playlist: 0, crc32: crc32(clip).toString(16).padStart(8, "0") })
  })

  it("says what it cannot do, and goes on", async () => {
    const { status, stdout } = await opentray(["trace", DVD, "--script", "-"], { input: "title 9\ntitle 1\npart 99\npart 1\n" })
    const results = stdout
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === "result")
    expect(status).toBe(0)
    expect(results.map(({ outcome }) => outcome)).toEqual(["nothing", "done", "nothing", "done"])
  })
})

describe("exit codes and what is said", () => {
  it.each([
    [["info", "no-such-file.iso"], 1, /no-such-file\.iso: there is no such file/],
    [["info", import.meta.filename], 1, /neither a UDF nor an ISO 9660 volume; give the image of a disc/],
    [["cat", DVD, "--title", "99"], 1, /no title 99; it has 1, 2/],
    [["cat", DVD, "/VIDEO_TS/NOPE"], 1, /\/VIDEO_TS\/NOPE: there is no such file/],
    [["ls", DVD, "/NOPE"], 1, /\/NOPE/],
    [["trace", DVD, "--script", "no-such-script"], 1, /no-such-script: the script cannot be read/],
    [["info", "ftp://example.org/x.iso"], 1, /ftp: addresses are not read; give a path or an http\(s\) URL/],
    [["info"], 2, /missing required argument 'disc'/],
    [["info", DVD, "--bogus"], 2, /unknown option '--bogus'/],
    [["cat", DVD], 2, /either a path inside the disc or --title NUMBER/],
    [["cat", DVD, "--title", "x"], 2, /--title takes a number from 1, not "x"/],
    [["cat", DVD, "--title", "1", "--range", "x"], 2, /--range takes FIRST-LAST, not "x"/],
    [["trace", DVD], 2, /--script/],
    [[DVD, "--port", "99999"], 2, /--port takes 0 to 65535/],
  ])("%j", async (args, status, said) => {
    const ended = await opentray(args)
    expect(ended.stderr).toMatch(said)
    expect(ended.status).toBe(status)
    expect(ended.stdout.length).toBe(0)
    // A sentence for a person, no stack of ours.
    expect(ended.stderr).not.toMatch(/\n {4}at /)
  })

  it("without a disc it says how to get one, and how it is used", async () => {
    const { status, stdout, stderr } = await opentray([])
    expect(status).toBe(2)
    expect(stdout.toString() + stderr).toMatch(/No disc at hand\?/)
    expect(stdout.toString() + stderr).toMatch(/opentray movie\.iso/)
  })

  it("--help shows examples, --version the package's", async () => {
    const help = await opentray(["--help"])
    expect(help.status).toBe(0)
    expect(help.stdout.toString()).toMatch(/Examples:/)
    for (const command of ["play", "info", "ls", "cat", "trace", "programs"]) {
      const ended = await opentray([command, "--help"])
      expect(ended.status).toBe(0)
      expect(ended.stdout.toString()).toMatch(/Usage: .*Examples:\n {2}\S*.*opentray /s)
    }
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"))
    expect((await opentray(["--version"])).stdout.toString()).toBe(`${version}\n`)
  })
})
