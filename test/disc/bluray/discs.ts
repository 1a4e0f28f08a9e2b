import { execFileSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { dataDir, dataPath, hasData } from "../../support/data.ts"
import { hasProgram } from "../../support/oracles.ts"

/** An empty folder that is removed again: `when` is vitest's `afterAll` (while tests are collected) or `onTestFinished` (inside one). */
export function temporaryFolder(name: string, when: (remove: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), `opentray-${name}-`))
  when(() => {
    execFileSync("chmod", ["-R", "u+w", folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** A folder that holds BDMV, ready for opentray and for libbluray. */
export type DiscFolder = { readonly name: string; readonly root: string }

const chaptertool = (...parts: string[]): string => dataPath("chaptertool/Disc/Bdmv", ...parts)

/** Structure sets whose folders are as on the disc. */
const WHOLE: Readonly<Record<string, string>> = {
  "chaptertool/halloween-1": chaptertool("Detective Conan The Bride of Halloween/DISC1"),
  "chaptertool/halloween-2": chaptertool("Detective Conan The Bride of Halloween/DISC2"),
  "chaptertool/zero": chaptertool("Detective Conan Zero the Enforcer"),
  "chaptertool/punch-1": chaptertool("MAYONAKA_PUNCH/MAYONAKA_PUNCH_DISC1"),
  "chaptertool/punch-2": chaptertool("MAYONAKA_PUNCH/MAYONAKA_PUNCH_DISC2"),
  bluback: dataPath("bluback/disc"),
  "bdinfo-rs": dataPath("bdinfo-rs/crates/bdinfo-rs/tests/fixtures/BigBuckBunny"),
  "authored-bd-menu": dataPath("authored-bd-menu/disc"),
}

/**
 * Every Blu-ray structure set of the test data; none where the data is not here. The sets have no streams, without which libbluray does not select a
 * title: each clip gets a stream file that is one hole of the size its clip information states.
 */
export function discFolders(): readonly DiscFolder[] {
  if (!hasData) return []
  const temporary = temporaryFolder("bluray", afterAll)
  const bdpl = readdirSync(dataPath("bdpl")).filter((name) => /^disc\d+$/.test(name))
  const sets = [
    ...bdpl.map((name) => ({ name: `bdpl/${name}`, root: "", bdmv: dataPath("bdpl", name) })),
    ...Object.entries(WHOLE).map(([name, root]) => ({ name, root, bdmv: join(root, "BDMV") })),
    { name: "tchapter", root: "", bdmv: dataPath("tchapter/BDMV/DISC1/BDMV") },
  ]
  const discs = sets.map(({ name, root, bdmv }) => ({ name, root: mirror(root, bdmv, join(temporary, name)) }))
  return [...discs, singlePlaylists(temporary)]
}

function mirror(source: string, bdmv: string, root: string): string {
  mkdirSync(join(root, "BDMV"), { recursive: true })
  if (source !== "") linkAll(source, root)
  linkAll(bdmv, join(root, "BDMV"))
  lendIndex(root)
  if (!existsSync(join(root, "BDMV/STREAM"))) makeStreams(root)
  return root
}

function linkAll(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name !== "BDMV" && name !== "STREAM") symlinkSync(join(from, name), join(to, name))
  }
}

const NUMBER_OF_SOURCE_PACKETS = 56

function makeStreams(root: string): void {
  mkdirSync(join(root, "BDMV/STREAM"))
  for (const name of readdirSync(join(root, "BDMV/CLIPINF")).filter((name) => /\.clpi$/i.test(name))) {
    const packets = readFileSync(join(root, "BDMV/CLIPINF", name)).readUInt32BE(NUMBER_OF_SOURCE_PACKETS)
    const stream = join(root, "BDMV/STREAM", name.replace(/\.clpi$/i, ".m2ts"))
    writeFileSync(stream, "")
    truncateSync(stream, packets * 192)
  }
}

/** The oracles' own disc (HDMV menu, three playlists), as folder and as image; none where what makes it is not installed. */
export function rigDiscs(): readonly DiscFolder[] {
  const script = join(dataDir, "../oracles/make-bd.py")
  if (!existsSync(script) || !["python3", "ffmpeg", "genisoimage"].every(hasProgram)) return []
  const folder = temporaryFolder("rig", afterAll)
  execFileSync("python3", [script, folder], { stdio: "ignore" })
  return ["bd", "bd.iso"].map((name) => ({ name: `rig/${name}`, root: join(folder, name) }))
}

/** Playlists that came alone (and awkward ones), as one disc without clips. */
function singlePlaylists(temporary: string): DiscFolder {
  const root = join(temporary, "single-playlists")
  mkdirSync(join(root, "BDMV/PLAYLIST"), { recursive: true })
  singlePlaylistPaths().forEach((path, index) => {
    cpSync(path, join(root, "BDMV/PLAYLIST", `${String(index).padStart(5, "0")}.mpls`))
  })
  lendIndex(root)
  return { name: "single-playlists", root }
}

/** Their place here is their number on that disc. */
export function singlePlaylistPaths(): readonly string[] {
  const folders = [dataPath("chaptertool/Disc/Mpls"), dataPath("tchapter/MPLS")]
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((name) => join(folder, name)),
  )
}

/** A set without an index: libbluray opens it with another disc's. */
function lendIndex(root: string): void {
  for (const name of ["index.bdmv", "MovieObject.bdmv"]) {
    const to = join(root, "BDMV", name)
    if (!existsSync(to)) cpSync(join(dataPath("authored-bd-menu/disc/BDMV"), name), to)
  }
}
