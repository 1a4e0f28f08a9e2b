// Makes the sample Blu-ray: node samples/make-bluray.mjs [OUT.iso | OUT_FOLDER/] (default samples/bluray.iso). README.md says what is on it.
// Programs: ffmpeg, ffprobe.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { discFiles } from "./authoring/bluray/bdmv.mjs"
import { discLibrary } from "./authoring/bluray/disc-library.mjs"
import { makeClips } from "./authoring/bluray/sample-clips.mjs"
import { makeMenus } from "./authoring/bluray/sample-menus.mjs"
import { makePlaylists } from "./authoring/bluray/sample-playlists.mjs"
import { makeTexts } from "./authoring/bluray/sample-texts.mjs"
import { writeDisc } from "./authoring/bluray/write-disc.mjs"

/** Titles of the index. */
const TITLE_NAMES = ["Above the hills", "Three in one", "A medley", "A short one", "Two angles", "Two ways", "In letters"]

const output = process.argv[2] ?? join(import.meta.dirname, "bluray.iso")
const work = mkdtempSync(join(tmpdir(), "opentray-bluray-"))
try {
  const { index, objects, sounds, menus, popUp } = makeMenus()
  const clips = await makeClips(work, popUp)
  const texts = makeTexts({ start: clips.extra.time45(0) * 2, end: clips.extra.time45(clips.extra.frames) * 2 })
  const files = discFiles({
    index,
    objects,
    sounds,
    fonts: texts.fonts,
    library: { eng: discLibrary({ name: "opentray sample Blu-ray", language: "eng", titles: TITLE_NAMES }) },
    clips: [
      ...[clips.main, clips.extra, ...clips.journey, ...clips.angles],
      ...[clips.fork.begin, ...clips.fork.ways, clips.fork.end, clips.backdrop, ...Object.values(menus), ...texts.clips],
    ],
    playlists: makePlaylists(clips, menus, texts.clips),
  })
  writeDisc({ output, label: "OPENTRAY_BLURAY", files })
} finally {
  rmSync(work, { recursive: true, force: true })
}
