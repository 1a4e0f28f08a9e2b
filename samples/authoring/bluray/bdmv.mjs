// A Blu-ray's files: structure files with their backup copies, clips.
import { playlist } from "./playlist.mjs"

const five = (number) => String(number).padStart(5, "0")

/**
 * `disc`: `{ index, objects (bytes), library (`{ language: bytes }`), clips (makeClip), playlists: [{ number, items, marks }] }`. Gives
 * `[{ path, source }]`, the structure files in BACKUP too, streams last.
 */
export function discFiles({ index, objects, library, clips, playlists }) {
  const structures = [
    ["index.bdmv", index],
    ["MovieObject.bdmv", objects],
    ...playlists.map((list) => [`PLAYLIST/${five(list.number)}.mpls`, playlist(list)]),
    ...clips.map((clip) => [`CLIPINF/${five(clip.number)}.clpi`, clip.information]),
  ]
  const file = (path, source) => ({ path: `/BDMV/${path}`, source })
  return [
    ...structures.map(([path, source]) => file(path, source)),
    ...Object.entries(library).map(([language, source]) => file(`META/DL/bdmt_${language}.xml`, source)),
    ...structures.map(([path, source]) => file(`BACKUP/${path}`, source)),
    ...clips.map((clip) => file(`STREAM/${five(clip.number)}.m2ts`, clip.stream)),
  ]
}
