// A Blu-ray's files: structure files with their backup copies, clips.
import { playlist } from "./playlist.mjs"

const five = (number) => String(number).padStart(5, "0")

/**
 * `disc`: `{ index, objects (bytes), library (`{ language: bytes }`), clips (makeClip), playlists: [{ number, items, marks }], sounds, fonts (bytes, by number) }`. Gives
 * `[{ path, source, order }]`, the structure files in BACKUP too; on the disc what is large lies behind all that a player reads first.
 */
export function discFiles({ index, objects, library, clips, playlists, sounds, fonts = [] }) {
  const structures = [
    ["index.bdmv", index],
    ["MovieObject.bdmv", objects],
    ...playlists.map((list) => [`PLAYLIST/${five(list.number)}.mpls`, playlist(list)]),
    ...clips.map((clip) => [`CLIPINF/${five(clip.number)}.clpi`, clip.information]),
  ]
  const file = (path, source, order = 0) => ({ path: `/BDMV/${path}`, source, order })
  return [
    ...structures.map(([path, source]) => file(path, source)),
    ...Object.entries(library).map(([language, source]) => file(`META/DL/bdmt_${language}.xml`, source)),
    ...(sounds === undefined ? [] : [file("AUXDATA/sound.bdmv", sounds, 1)]),
    ...fonts.map((font, number) => file(`AUXDATA/${five(number)}.otf`, font, 1)),
    ...clips.map((clip) => file(`STREAM/${five(clip.number)}.m2ts`, clip.stream, 2)),
    ...structures.map(([path, source]) => file(`BACKUP/${path}`, source)),
  ]
}
