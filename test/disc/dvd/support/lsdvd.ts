import { spawnSync } from "node:child_process"
import { XMLParser } from "fast-xml-parser"

/** One track of `lsdvd -x`; numbers as text, as it prints them. */
export type LsdvdTrack = {
  readonly ix: string
  readonly length: string
  readonly vts: string
  readonly ttn: string
  readonly fps: string
  readonly format: string
  readonly aspect: string
  readonly width: string
  readonly height: string
  readonly angles: string
  readonly palette: { readonly color: readonly string[] }
  readonly audio: readonly LsdvdAudio[]
  readonly chapter: readonly { readonly ix: string; readonly length: string; readonly startcell: string }[]
  readonly cell: readonly { readonly ix: string; readonly length: string }[]
  readonly subp: readonly { readonly ix: string; readonly langcode: string; readonly content: string; readonly streamid: string }[]
}

export type LsdvdAudio = {
  readonly ix: string
  readonly langcode: string
  readonly format: string
  readonly frequency: string
  readonly quantization: string
  readonly channels: string
  readonly ap_mode: string
  readonly content: string
  readonly streamid: string
}

const LISTS = ["track", "audio", "chapter", "cell", "subp", "color"]

/** What `lsdvd` says of a disc: its tracks and the number of the longest. Tracks that it takes for illegal are not printed. */
export function lsdvd(path: string): { readonly tracks: readonly LsdvdTrack[]; readonly longest: number } {
  const { stdout } = spawnSync("lsdvd", ["-x", "-Ox", path], { encoding: "utf8", maxBuffer: 1 << 26 })
  // Words of libdvdread come first.
  const xml = stdout.slice(stdout.indexOf("<?xml"))
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => LISTS.includes(name) })
  const { lsdvd: root } = parser.parse(xml) as { lsdvd: { track: Partial<LsdvdTrack>[]; longest_track: string } }
  const tracks = root.track.map((track) => ({ audio: [], chapter: [], cell: [], subp: [], ...track }) as LsdvdTrack)
  return { tracks, longest: Number(root.longest_track) }
}
