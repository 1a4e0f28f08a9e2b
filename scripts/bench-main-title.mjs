// How often the main title is right on discs that people have labelled, beside the plain rules. Run by `npm run bench`, or by itself after `npm run build`.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { chooseMainTitle } from "../dist/disc/main-title.js"

const dataDir = resolve(process.env.OPENTRAY_DATA ?? join(import.meta.dirname, "../../shared/data"))
/** Labels of what a person means by "play the disc". */
const WANTED = new Set(["MainMovie", "Episode"])

/** A title as the rules see it: nothing of its name or its label. */
function titleInfo(title, number, duplicates) {
  return {
    number,
    duration: title.durationSeconds,
    chapters: Array.from({ length: title.chapters ?? 0 }, () => ({ start: 0, duration: 0 })),
    angles: 1,
    size: title.sizeBytes ?? 0,
    streams: [
      { kind: "video" },
      ...title.audioLanguages.map(() => ({ kind: "audio" })),
      ...Array.from({ length: title.subtitleLanguages }, () => ({ kind: "subtitle" })),
    ],
    sameAs: duplicates.get(number) ?? null,
    partOf: null,
    scrambled: null,
  }
}

/** The list does not say how long each clip is: a clip alone is known by the title that is nothing else, the others share what is left. */
function stretchesOf(titles) {
  const alone = new Map()
  for (const { segments, durationSeconds } of titles) if (segments.length === 1) alone.set(segments[0], durationSeconds)
  return new Map(
    titles.map(({ segments, durationSeconds }, index) => {
      const known = segments.map((segment) => alone.get(segment))
      const rest = Math.max(0, durationSeconds - known.reduce((sum, seconds) => sum + (seconds ?? 0), 0))
      const unknown = known.filter((seconds) => seconds === undefined).length
      return [index + 1, segments.map((segment, at) => ({ key: segment, seconds: known[at] ?? rest / unknown }))]
    }),
  )
}

/** Titles of the same clips in the same order: the one with the most streams stands for them. */
function groups(titles) {
  const sameAs = new Map()
  const partOf = new Map()
  const key = ({ segments, durationSeconds }) => `${segments.join()}/${durationSeconds}`
  const streams = (title) => title.audioLanguages.length + title.subtitleLanguages
  titles.forEach((title, index) => {
    const equals = titles.map((other, at) => ({ other, at })).filter(({ other }) => key(other) === key(title))
    const best = equals.reduce((a, b) => (streams(b.other) > streams(a.other) ? b : a))
    if (best.at !== index) sameAs.set(index + 1, best.at + 1)
  })
  titles.forEach((title, index) => {
    const inside = `,${title.segments.join()},`
    const wholes = titles.map((other, at) => ({ other, at })).filter(({ other }) => other.durationSeconds > title.durationSeconds)
    const whole = wholes
      .filter(({ other }) => `,${other.segments.join()},`.includes(inside))
      .sort((a, b) => b.other.durationSeconds - a.other.durationSeconds)[0]
    if (whole !== undefined) partOf.set(index + 1, whole.at + 1)
  })
  return { sameAs, partOf }
}

function loadDisc(path) {
  const disc = JSON.parse(readFileSync(path, "utf8"))
  // Bare clips are MakeMKV's doing: a reader of playlists lists none. A DVD's title numbers are the disc's.
  const order = (title) => title.dvdTitle ?? Number.parseInt(title.playlist, 10)
  const listed = disc.titles.filter(
    ({ playlist }) => playlist === undefined || playlist === null || playlist.endsWith(".mpls") || playlist.includes(".mpls("),
  )
  const titles = listed.sort((a, b) => order(a) - order(b))
  const labels = new Map(disc.truth.map(({ index, type, episode }) => [index, { type, episode }]))
  const isDvd = disc.kind === "DVD"
  const { sameAs, partOf } = isDvd ? { sameAs: new Map(), partOf: new Map() } : groups(titles)
  const infos = titles.map((title, index) => ({ ...titleInfo(title, index + 1, sameAs), partOf: partOf.get(index + 1) ?? null }))
  // Cell ranges of a DVD count in each title from 1: they name no content.
  return {
    disc,
    infos,
    hints: isDvd ? {} : { stretches: stretchesOf(titles) },
    labelOf: (number) => labels.get(titles[number - 1]?.index) ?? null,
  }
}

const most = (infos, field) => infos.reduce((a, b) => (b[field] > a[field] ? b : a)).number

const RULES = [
  ["written rule", ({ infos, hints }) => chooseMainTitle(infos, hints).number],
  ["longest", ({ infos }) => most(infos, "duration")],
  ["largest", ({ infos }) => most(infos, "size")],
]

/** Prints one line for each rule; with `verbose`, one for each disc that the written rule gets wrong. */
export async function run({ verbose = false } = {}) {
  const folder = join(dataDir, "thediscdb")
  if (!existsSync(folder)) {
    console.log("main title: no labelled discs here (OPENTRAY_DATA)")
    return
  }
  const discs = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => ({ name, ...loadDisc(join(folder, name)) }))
  const usable = discs.filter(({ infos, labelOf }) => infos.some(({ number }) => WANTED.has(labelOf(number)?.type)))
  console.log(
    `main title: ${usable.length} labelled discs (${discs.length - usable.length} of ${discs.length} have no label on a playlist)`,
  )
  for (const [name, choose] of RULES) {
    const right = usable.filter((disc) => WANTED.has(disc.labelOf(choose(disc))?.type))
    const films = usable.filter(({ disc }) => disc.media === "movie")
    const share = (discs) => `${discs.filter((disc) => right.includes(disc)).length}/${discs.length}`
    console.log(
      `  ${name.padEnd(14)} ${share(usable)} (films ${share(films)}, series ${share(usable.filter((disc) => !films.includes(disc)))})`,
    )
    if (name !== RULES[0][0] || !verbose) continue
    for (const disc of usable.filter((candidate) => !right.includes(candidate))) {
      const { number, reasons } = chooseMainTitle(disc.infos, disc.hints)
      console.log(`    ${disc.name}: title ${number} (${disc.labelOf(number)?.type ?? "no label"}); ${reasons.join("; ")}`)
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await run({ verbose: true })
