import type { ReadOptions } from "../../base/index.ts"
import type { FileSystem } from "../../filesystem/file-system.ts"

/** Where the Blu-ray files are on a volume, and how they are called there. */
export type BlurayLayout = {
  /** `/BDMV`, `/PRIVATE/AVCHD/BDMV`, or the empty path where the root is the BDMV folder itself. */
  readonly root: string
  /** A card with 8.3 names: INDEX.BDM, *.MPL, *.CPI, *.MTS. */
  readonly shortNames: boolean
}

/** AVCHD cards put BDMV into a folder; a BDMV folder may also be given by itself. The order is that of how likely each is. */
const ROOTS = ["/BDMV", "/PRIVATE/AVCHD/BDMV", "/AVCHD/BDMV", ""]

const LONG = { index: "index.bdmv", movieObjects: "MovieObject.bdmv", playlist: ".mpls", clip: ".clpi", stream: ".m2ts" }
const SHORT = { index: "INDEX.BDM", movieObjects: "MOVIEOBJ.BDM", playlist: ".MPL", clip: ".CPI", stream: ".MTS" }

/** `folder`: where BDMV is looked for, the empty string for the root. null: this is no Blu-ray. A disc whose index is gone is still one when its playlists or the index's copy are there. */
export async function findBlurayLayout(files: FileSystem, options?: ReadOptions, folder = ""): Promise<BlurayLayout | null> {
  const exists = async (path: string) => (await files.find(path, options)) !== null
  for (const root of ROOTS.map((path) => `${folder}${path}`)) {
    if (root !== "" && (await files.find(root, options))?.type !== "directory") continue
    if (await exists(`${root}/${LONG.index}`)) return { root, shortNames: false }
    if (await exists(`${root}/${SHORT.index}`)) return { root, shortNames: true }
    const playlists = await files.find(`${root}/PLAYLIST`, options)
    const names = playlists?.type === "directory" ? (await files.list(playlists.path, options)).map(({ name }) => name) : []
    if (names.some((name) => playlistNumber(name) !== null)) return { root, shortNames: !names.some((name) => /\.mpls$/i.test(name)) }
    if (await exists(`${root}/BACKUP/${LONG.index}`)) return { root, shortNames: false }
  }
  return null
}

/** 800 for `00800.mpls` and `00800.MPL`; null for every other name. */
export function playlistNumber(name: string): number | null {
  const digits = /^(\d{5})\.mpls?$/i.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** The paths of a disc's files. Names of clips and playlists are five digits. */
export function blurayPaths({ root, shortNames }: BlurayLayout) {
  const names = shortNames ? SHORT : LONG
  return {
    index: `${root}/${names.index}`,
    movieObjects: `${root}/${names.movieObjects}`,
    playlists: `${root}/PLAYLIST`,
    clipInformation: (clip: string): string => `${root}/CLIPINF/${clip}${names.clip}`,
    stream: (clip: string): string => `${root}/STREAM/${clip}${names.stream}`,
    /** 3D: base and dependent view interleaved. */
    interleavedStream: (clip: string): string => `${root}/STREAM/SSIF/${clip}.ssif`,
    bdjo: (name: string): string => `${root}/BDJO/${name}.bdjo`,
    discLibrary: `${root}/META/DL`,
    thumbnail: (name: string): string => `${root}/META/DL/${name}`,
    sound: `${root}/AUXDATA/sound.bdmv`,
    font: (fontFileId: string): string => `${root}/AUXDATA/${fontFileId}.otf`,
    /** The copy of a structure file. */
    backup: (path: string): string => `${root}/BACKUP${path.slice(root.length)}`,
    discId: `${root.replace(/\/?BDMV$/, "")}/CERTIFICATE/id.bdmv`,
  }
}
