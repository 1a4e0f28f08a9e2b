import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { a53UserData, EDM, EOC, insertUserData, pac, RCL, text, type Word } from "../../support/captions.ts"

/** One word of field 1 a frame. */
const WORDS: readonly Word[] = [...RCL, ...pac(15, 0), ...text("Good morning."), ...EOC]

export const CAPTION = "Good morning."
/** The words take effect with the pictures that bring their last: these, counted from the title's first. */
export const SHOWN_AT = WORDS.length - EOC.length
export const CLEARED_AT = 60

/**
 * A DVD of four seconds whose video carries line 21's words, in a folder of its own. The encoder keeps the words with their pictures (A/53 user data).
 */
export function captionedDvd(): { readonly folder: string; readonly disc: string } {
  const folder = mkdtempSync(join(tmpdir(), "opentray-captions-"))
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: folder, stdio: "ignore", env: { ...process.env, VIDEO_FORMAT: "NTSC" } })
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=720x480:rate=30000/1001:duration=4"]
  run("ffmpeg", "-v", "error", ...picture, "-c:v", "mpeg2video", "-g", "15", "-bf", "2", "plain.m2v")
  const { units } = insertUserData(readFileSync(join(folder, "plain.m2v")), {
    picture: (shown) => a53UserData([{ field: 1, word: WORDS[shown] ?? EDM[shown - CLEARED_AT] ?? [0, 0] }]),
  })
  writeFileSync(join(folder, "captioned.m2v"), Buffer.concat(units.map(({ data }) => data)))
  const sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=4"]
  run("ffmpeg", "-v", "error", "-i", "captioned.m2v", ...sound, "-target", "ntsc-dvd", "-a53cc", "1", "-shortest", "title.vob")
  writeFileSync(
    join(folder, "dvd.xml"),
    `<dvdauthor dest="dvd"><vmgm/><titleset><titles><pgc><vob file="title.vob"/></pgc></titles></titleset></dvdauthor>`,
  )
  run("dvdauthor", "-x", "dvd.xml")
  return { folder, disc: join(folder, "dvd") }
}
