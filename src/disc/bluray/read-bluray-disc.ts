import { type ByteReader, DiscError, type ReadOptions, Warnings } from "../../base/index.ts"
import type { FileEntry, FileSystem } from "../../filesystem/file-system.ts"
import type { FingerprintPart } from "../fingerprint.ts"
import { ProtectionMarks } from "../protection-marks.ts"
import { sha256 } from "../sha256.ts"
import { parseBdjo } from "./bdjo.ts"
import type { BlurayDisc, BlurayTitle } from "./bluray-disc.ts"
import { ClipStore } from "./clip-store.ts"
import { type DiscId, parseDiscId } from "./disc-id.ts"
import { type DiscLibrary, MAX_DISC_LIBRARY_BYTES, parseDiscLibrary } from "./disc-library.ts"
import { type BlurayInfo, blurayInfo } from "./disc-summary.ts"
import { parseIndexBdmv } from "./index-bdmv.ts"
import { type BlurayLayout, blurayPaths, findBlurayLayout, playlistNumber } from "./layout.ts"
import { parseMovieObjects } from "./movie-object.ts"
import { parsePlayList } from "./play-list.ts"
import { readProtectionMarks } from "./protection-marks.ts"
import { parseSoundData, type SoundObject } from "./sound-data.ts"
import { MAX_STRUCTURE_BYTES, mapAtOnce, readStructure, readWholeFile } from "./structure-files.ts"

/** File numbers have five digits, but a disc may have 2000 playlists at most; more are left out with a warning. */
const MAX_PLAYLISTS = 4000
/** Ten times what the disc with the most decoys has; each is kept in memory. */
const MAX_PLAY_ITEMS = 200_000
/** The largest real playlist, with 166 items and their streams, has 40 KiB. */
const MAX_PLAYLIST_BYTES = 2 << 20
/** Fonts of all ideographs are of 20 MB and less. */
const MAX_FONT_BYTES = 32 << 20
/** Pictures of META/DL are of 640x360 at most. */
const MAX_THUMBNAIL_BYTES = 4 << 20
/** Reads under way at once: enough for a cache to join neighbours, few enough to hold little of a disc with a thousand playlists. */
const READS_AT_ONCE = 16
/** Languages of the disc's name; ISO 639-2 has about 180 that discs use. */
const MAX_DISC_LIBRARIES = 200

type Paths = ReturnType<typeof blurayPaths>

/**
 * Reads a Blu-ray, an AVCHD card, or a BDMV folder: all structure files but BD-J objects and sounds. What cannot be read is left out with a warning.
 * `folder` holds BDMV; the empty string is the root.
 * @throws DiscError `not-a-disc` when there is no BDMV; `read-failed`, `aborted` and the like from the source
 */
export async function readBlurayDisc(
  files: FileSystem,
  warnings: Warnings,
  options?: ReadOptions,
  folder = "",
): Promise<{ readonly info: BlurayInfo; readonly bluray: BlurayDisc }> {
  const layout = await findBlurayLayout(files, options, folder)
  if (layout === null) throw new DiscError("not-a-disc", "there is no BDMV folder with playlists; give the disc's root or its BDMV folder")
  const paths = blurayPaths(layout)
  const parts: FingerprintPart[] = []
  const [index, movieObjects, titles, discLibraries, discId, marks] = await Promise.all([
    optional(readCopied(files, paths, paths.index, parseIndexBdmv, warnings, parts, options), warnings),
    optional(readCopied(files, paths, paths.movieObjects, parseMovieObjects, warnings, parts, options), warnings),
    readTitles(files, paths, warnings, parts, options),
    readDiscLibraries(files, paths, warnings, options),
    readDiscId(files, paths, options),
    readProtectionMarks(files, layout, options),
  ])
  const protection = new ProtectionMarks(marks)
  const bluray = makeDisc(files, layout, warnings, { index, movieObjects, titles, discLibraries, discId, protection })
  const info = await blurayInfo(bluray, { label: files.label, warnings, parts }, options)
  return { info, bluray }
}

/** A structure file or its copy. */
function readCopied<T>(
  files: FileSystem,
  paths: Paths,
  path: string,
  parse: (file: ByteReader) => T,
  warnings: Warnings,
  parts: FingerprintPart[],
  options?: ReadOptions,
): Promise<T> {
  const name = path.slice(path.lastIndexOf("/") + 1)
  const parseAndKeep = (file: ByteReader): T => {
    const value = parse(file)
    parts.push(fingerprintPart(name, file))
    return value
  }
  return readStructure(files, { path, backup: paths.backup(path), parse: parseAndKeep }, warnings, options)
}

/** A thousand playlists are not kept for their fingerprint: the hash of each stands for it. */
function fingerprintPart(name: string, file: ByteReader): FingerprintPart {
  const bytes = file.from(0, name).bytes(file.length, name)
  return { name: name.toUpperCase(), bytes: new TextEncoder().encode(sha256(bytes)) }
}

/** null and a warning where the disc's fault leaves nothing to read. */
async function optional<T>(reading: Promise<T>, warnings: Warnings): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (!isDiscFault(error)) throw error
    warnings.add(error.code === "not-found" ? "structure-missing" : "structure-unreadable", error.message, error.place)
    return null
  }
}

/** The disc's fault, not the reader's or the caller's. */
const isDiscFault = (error: unknown): error is DiscError =>
  error instanceof DiscError && ["damaged", "not-found", "limit", "unsupported"].includes(error.code)

async function readTitles(
  files: FileSystem,
  paths: Paths,
  warnings: Warnings,
  parts: FingerprintPart[],
  options?: ReadOptions,
): Promise<readonly BlurayTitle[]> {
  const playlists = await listPlaylists(files, paths, warnings, options)
  let itemsLeft = MAX_PLAY_ITEMS
  const playLists = await mapAtOnce(playlists, READS_AT_ONCE, ({ name }) => {
    const read = (file: ByteReader, partial: boolean) => {
      const playList = parsePlayList(file, { warnings, partial })
      itemsLeft -= playList.playItems.length
      if (itemsLeft < 0) throw file.error("limit", "PlayItem", `the disc has over ${MAX_PLAY_ITEMS} play items`)
      parts.push(fingerprintPart(name, file))
      return playList
    }
    const path = `${paths.playlists}/${name}`
    const structure = {
      path,
      backup: paths.backup(path),
      maxBytes: MAX_PLAYLIST_BYTES,
      parse: (file: ByteReader) => read(file, false),
      parsePartly: (file: ByteReader) => read(file, true),
    }
    return optional(readStructure(files, structure, warnings, options), warnings)
  })
  const titles: BlurayTitle[] = []
  playlists.forEach(({ name, number }, index) => {
    const playList = playLists[index]
    if (playList) titles.push({ number: titles.length + 1, fileName: name, playlistNumber: number, playList })
  })
  return titles
}

/** By ascending number; a playlist of which only the copy is left counts, too. */
async function listPlaylists(
  files: FileSystem,
  paths: Paths,
  warnings: Warnings,
  options?: ReadOptions,
): Promise<readonly { readonly name: string; readonly number: number }[]> {
  const own = await listOrNone(files, paths.playlists, options)
  const copies = await listOrNone(files, paths.backup(paths.playlists), options)
  const byNumber = new Map<number, string>()
  for (const { type, name } of [...own, ...copies]) {
    const number = type === "file" ? playlistNumber(name) : null
    if (number !== null && !byNumber.has(number)) byNumber.set(number, name)
  }
  const sorted = [...byNumber].map(([number, name]) => ({ name, number })).sort((a, b) => a.number - b.number)
  if (sorted.length > MAX_PLAYLISTS) {
    warnings.add("too-many-playlists", `${sorted.length} playlists; the first ${MAX_PLAYLISTS} are read`, { path: paths.playlists })
  }
  return sorted.slice(0, MAX_PLAYLISTS)
}

async function listOrNone(files: FileSystem, path: string, options?: ReadOptions): Promise<readonly FileEntry[]> {
  return (await files.find(path, options))?.type === "directory" ? files.list(path, options) : []
}

async function readDiscLibraries(
  files: FileSystem,
  paths: Paths,
  warnings: Warnings,
  options?: ReadOptions,
): Promise<readonly DiscLibrary[]> {
  const entries = (await listOrNone(files, paths.discLibrary, options)).filter(({ name }) => /^bdmt_[a-z]{3}\.xml$/i.test(name))
  const read = (entry: FileEntry) =>
    optional(
      readWholeFile(files, entry, MAX_DISC_LIBRARY_BYTES, options).then((bytes) =>
        parseDiscLibrary(bytes, entry.name.slice(5, 8).toLowerCase(), { path: entry.path }),
      ),
      warnings,
    )
  const libraries = await mapAtOnce(entries.slice(0, MAX_DISC_LIBRARIES), READS_AT_ONCE, read)
  return libraries.filter((library) => library !== null)
}

/** Cards and copies have none: no warning. */
async function readDiscId(files: FileSystem, paths: Paths, options?: ReadOptions): Promise<DiscId | null> {
  try {
    const backup = paths.discId.replace("/CERTIFICATE/", "/CERTIFICATE/BACKUP/")
    return await readStructure(files, { path: paths.discId, backup, parse: parseDiscId }, new Warnings(), options)
  } catch (error) {
    if (isDiscFault(error)) return null
    throw error
  }
}

function makeDisc(
  files: FileSystem,
  layout: BlurayLayout,
  warnings: Warnings,
  parsed: Pick<BlurayDisc, "index" | "movieObjects" | "titles" | "discLibraries" | "discId" | "protection">,
): BlurayDisc {
  const paths = blurayPaths(layout)
  const clips = new ClipStore(files, paths, warnings)
  const byPlaylist = new Map(parsed.titles.map((title) => [title.playlistNumber, title]))
  return {
    layout,
    ...parsed,
    title: (number) => byPlaylist.get(number) ?? null,
    clipInformation: (clip, options) => clips.get(clip, options),
    findClip: (clip, options) => files.find(paths.stream(clip), options),
    openClip: (clip, options) => files.open(paths.stream(clip), options),
    bdjo: (name, options) => {
      const path = paths.bdjo(name)
      return readStructure(files, { path, backup: paths.backup(path), parse: parseBdjo }, warnings, options)
    },
    sounds: async (options) => {
      if ((await files.find(paths.sound, options)) === null) return []
      return readStructure(files, { path: paths.sound, backup: null, parse: parseSoundData }, warnings, options)
    },
    readSound: (sound, options) => readSound(files, paths, sound, options),
    font: (id, options) => readWholeFile(files, paths.font(id), MAX_FONT_BYTES, options),
    thumbnail: (path, options) => readWholeFile(files, paths.thumbnail(path), MAX_THUMBNAIL_BYTES, options),
  }
}

async function readSound(files: FileSystem, paths: Paths, sound: SoundObject, options?: ReadOptions): Promise<Uint8Array> {
  const source = await files.open(paths.sound, options)
  try {
    return (await source.read(sound.offset, Math.min(sound.lengthBytes, MAX_STRUCTURE_BYTES), options)).slice()
  } finally {
    await source.close()
  }
}
