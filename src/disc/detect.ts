import { DiscError, type ReadOptions, type Warnings } from "../base/index.ts"
import type { FileEntry, FileSystem } from "../filesystem/file-system.ts"
import { type BlurayLayout, findBlurayLayout } from "./bluray/layout.ts"
import { findDvdRoot } from "./dvd/paths.ts"

/** What kind of disc it is, and where its structure files are. `folder` is what holds VIDEO_TS or BDMV: the empty string for the root. */
export type DetectedDisc =
  | { readonly type: "dvd"; readonly folder: string; readonly root: string }
  | { readonly type: "bluray"; readonly folder: string; readonly layout: BlurayLayout }

/** Discs that people have and that are no DVD-Video and no Blu-ray: the folder that tells, and what it is. */
const OTHERS: readonly (readonly [string, string])[] = [
  ["HVDVD_TS", "an HD DVD"],
  ["DVD_RTAV", "a DVD recorded in video recording mode (DVD-VR)"],
  ["BDAV", "a Blu-ray recorded by a recorder (BDAV)"],
  ["AUDIO_TS", "a DVD-Audio"],
  ["SVCD", "a Super Video CD"],
  ["VCD", "a Video CD"],
  ["MPEGAV", "a Video CD"],
  ["DCIM", "a camera's card"],
]

/** What makes a folder a disc. */
const MISSING: Readonly<Record<string, string>> = {
  VIDEO_TS: "VIDEO_TS.IFO or its copy VIDEO_TS.BUP",
  BDMV: "index.bdmv and without playlists",
}

/** Folders looked into for a disc: over a network each is a request or two. */
const MAX_FOLDERS = 64

/** Names shown of what was found instead. */
const MAX_NAMES = 8

/**
 * Looks for VIDEO_TS and BDMV where discs, cards and folders have them, also when the folder given is VIDEO_TS or BDMV itself, or holds one folder with the disc.
 * @throws DiscError `not-a-disc`, with what was found instead
 */
export async function detectDisc(files: FileSystem, warnings: Warnings, options?: ReadOptions): Promise<DetectedDisc> {
  const atRoot = await detectIn(files, "", options)
  if (atRoot !== null) return atRoot
  const entries = await files.list("/", options)
  const inside = otherKind(entries) !== undefined ? [] : await discsInFolders(files, entries, options)
  const [only, ...others] = inside
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined) {
    const names = inside.slice(0, MAX_NAMES).map(({ folder }) => folder.slice(1))
    throw new DiscError(
      "not-a-disc",
      `There are ${inside.length} discs here, in folders of their own: ${names.join(", ")}. Open one of these folders.`,
    )
  }
  const [oddity] = warnings.list
  const why = oddity === undefined ? "" : ` The disc is damaged, which may be why: ${oddity.message}.`
  throw new DiscError("not-a-disc", `${describe(entries)}${why}`)
}

async function detectIn(files: FileSystem, folder: string, options?: ReadOptions): Promise<DetectedDisc | null> {
  const layout = await findBlurayLayout(files, options, folder)
  if (layout !== null) return { type: "bluray", folder, layout }
  const root = await findDvdRoot(files, options, folder)
  return root === null ? null : { type: "dvd", folder, root }
}

/** A copy is often put into a folder with the film's name, and that made into an image. */
async function discsInFolders(files: FileSystem, entries: readonly FileEntry[], options?: ReadOptions): Promise<DetectedDisc[]> {
  const found: DetectedDisc[] = []
  for (const { path } of entries.filter((entry) => entry.type === "directory").slice(0, MAX_FOLDERS)) {
    const disc = await detectIn(files, path, options).catch(unreadable)
    if (disc !== null) found.push(disc)
  }
  return found
}

/** A folder that cannot be read is none that holds the disc. */
function unreadable(error: unknown): null {
  if (error instanceof DiscError && error.code !== "aborted") return null
  throw error
}

const otherKind = (entries: readonly FileEntry[]) =>
  OTHERS.find(([folder]) => entries.some(({ name, type }) => type === "directory" && name.toUpperCase() === folder))

function describe(entries: readonly FileEntry[]): string {
  const names = entries.map(({ name, type }) => (type === "directory" ? `${name}/` : name))
  const other = otherKind(entries)
  if (other !== undefined) return `This is ${other[1]}; DVD-Video and Blu-ray discs are what can be opened.`
  const empty = entries.find(({ name }) => /^(VIDEO_TS|BDMV)$/i.test(name))?.name
  if (empty !== undefined)
    return `${empty} is here, but without ${MISSING[empty.toUpperCase()]}: the copy is not whole. Copy the disc again.`
  if (names.length === 0) return "There are no files here. Give a DVD-Video or Blu-ray image, folder or drive."
  const shown = names.slice(0, MAX_NAMES).join(", ")
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ""
  return `There is neither VIDEO_TS (DVD-Video) nor BDMV (Blu-ray) here, but ${shown}${more}. Give the disc's root, or the VIDEO_TS or BDMV folder.`
}
