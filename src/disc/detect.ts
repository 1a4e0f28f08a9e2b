import { DiscError, type ReadOptions, type Warnings } from "../base/index.ts"
import type { FileSystem } from "../filesystem/file-system.ts"
import { type BlurayLayout, findBlurayLayout } from "./bluray/layout.ts"
import { findDvdRoot } from "./dvd/paths.ts"

/** What kind of disc it is, and where its structure files are. */
export type DetectedDisc = { readonly type: "dvd"; readonly root: string } | { readonly type: "bluray"; readonly layout: BlurayLayout }

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

/** Names shown of what was found instead. */
const MAX_NAMES = 8

/**
 * Looks for VIDEO_TS and BDMV where discs, cards and folders have them, also when the folder given is VIDEO_TS or BDMV itself.
 * @throws DiscError `not-a-disc`, with what was found instead
 */
export async function detectDisc(files: FileSystem, warnings: Warnings, options?: ReadOptions): Promise<DetectedDisc> {
  const layout = await findBlurayLayout(files, options)
  if (layout !== null) return { type: "bluray", layout }
  const root = await findDvdRoot(files, options)
  if (root !== null) return { type: "dvd", root }
  const [oddity] = warnings.list
  const why = oddity === undefined ? "" : ` The disc is damaged, which may be why: ${oddity.message}.`
  throw new DiscError("not-a-disc", `${await describe(files, options)}${why}`)
}

async function describe(files: FileSystem, options?: ReadOptions): Promise<string> {
  const names = (await files.list("/", options)).map(({ name, type }) => (type === "directory" ? `${name}/` : name))
  const other = OTHERS.find(([folder]) => names.some((name) => name.toUpperCase() === `${folder}/`))
  if (other !== undefined) return `This is ${other[1]}; DVD-Video and Blu-ray discs are what can be opened.`
  if (names.length === 0) return "There are no files here. Give a DVD-Video or Blu-ray image, folder or drive."
  const shown = names.slice(0, MAX_NAMES).join(", ")
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ""
  return `There is neither VIDEO_TS (DVD-Video) nor BDMV (Blu-ray) here, but ${shown}${more}. Give the disc's root, or the VIDEO_TS or BDMV folder.`
}
