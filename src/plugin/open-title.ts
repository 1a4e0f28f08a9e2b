import { DiscError, type Source, Warnings } from "../base/index.ts"
import { type BlurayDisc, isBlurayTitleScrambled } from "../disc/bluray/index.ts"
import { type DvdDisc, dvdTitle, isDvdTitleScrambled, type TitleSet, vobSectors } from "../disc/dvd/index.ts"
import type { ParsedDisc } from "../disc/index.ts"
import type { FileSystem } from "../filesystem/index.ts"
import { createProgramFile, createTransportFile, type TitleStream, type TitleStreamKind } from "../mpeg/title-file/index.ts"
import { type BlurayStreamKind, type BlurayTitleStream, planBlurayTitle, planDvdTitle } from "../navigation/title/index.ts"
import { ConcatSource } from "../source/index.ts"
import { protectedTitle } from "./protected-title.ts"

export type TitleFileOptions = {
  /** From 1. Default 1. */
  readonly angle?: number
  /** Where oddities of the title are put. */
  readonly warnings?: Warnings
}

/**
 * The title as one file: a program stream (DVD) or a transport stream of 192-byte packets (Blu-ray) of known size, readable at any offset with no
 * state. Closing it closes nothing of the disc.
 * @throws DiscError `not-found`, `damaged`, `protected` when its packets are scrambled
 */
export function openTitleFile(disc: ParsedDisc, files: FileSystem, number: number, options: TitleFileOptions = {}): Promise<Source> {
  return disc.kind === "dvd-video" ? openDvdTitleFile(disc.dvd, files, number, options) : openBlurayTitleFile(disc.bluray, number, options)
}

async function openDvdTitleFile(dvd: DvdDisc, files: FileSystem, number: number, options: TitleFileOptions): Promise<Source> {
  const title = dvdTitle(dvd, number)
  if (title !== null && (await isDvdTitleScrambled(title, vobSectors(files, title.titleSet.titleVobs)))) throw protectedTitle(number, "CSS")
  const openVobs = once(async (titleSet: TitleSet) => {
    const sources = await Promise.all(titleSet.titleVobs.map(({ path }) => files.open(path)))
    return new ConcatSource(sources, `title ${number}`)
  })
  const { angle = 1, warnings = new Warnings() } = options
  const plan = await planDvdTitle(dvd, number, { angle, warnings, openVobs })
  return createProgramFile({ name: `title ${number}`, segments: plan.segments, openClip: () => openVobs(plan.titleSet), warnings })
}

async function openBlurayTitleFile(bluray: BlurayDisc, number: number, options: TitleFileOptions): Promise<Source> {
  const title = bluray.titles[number - 1]
  if (title === undefined) throw new DiscError("not-found", `there is no title ${number}; the disc has ${bluray.titles.length}`)
  if (await isBlurayTitleScrambled(bluray, title)) throw protectedTitle(number, "AACS")
  const { angle = 1, warnings = new Warnings() } = options
  const plan = await planBlurayTitle(bluray, title, { angle, warnings })
  const { streams, indexes } = fileStreams(plan.streams)
  return createTransportFile({
    name: `title ${number}`,
    segments: plan.segments,
    streams,
    pidsOf: (segment) => new Map([...plan.pidsOf(segment)].flatMap(([pid, stream]) => pairWith(pid, indexes.get(stream)))),
    openClip: once((clip) => bluray.openClip(clip)),
    warnings,
  })
}

const pairWith = (pid: number, index: number | undefined): [number, number][] => (index === undefined ? [] : [[pid, index]])

const FILE_KINDS: Readonly<Record<BlurayStreamKind, TitleStreamKind>> = {
  video: "video",
  "enhancement-layer": "video",
  "secondary-video": "video",
  audio: "audio",
  "secondary-audio": "audio",
  pg: "graphics",
  "pip-pg": "graphics",
  ig: "graphics",
}

/** The streams that stand in the play items' own clips; the others are not in the file. */
function fileStreams(all: readonly BlurayTitleStream[]): { streams: TitleStream[]; indexes: Map<number, number> } {
  const streams: TitleStream[] = []
  const indexes = new Map<number, number>()
  for (const [index, stream] of all.entries()) {
    if (!stream.isMuxed) continue
    const { attributes, kind, titlePid } = stream
    indexes.set(index, streams.length)
    const language = "languageCode" in attributes ? attributes.languageCode : null
    streams.push({ pid: titlePid, kind: FILE_KINDS[kind], streamType: attributes.streamCodingType, language })
  }
  return { streams, indexes }
}

/** A clip of a title that was opened last is most likely asked for again. More than a few open files are of no use. */
const MAX_OPEN_CLIPS = 16

/** Keeps what was opened last, so that each read of a title does not look its clip up again. */
function once<K>(open: (key: K) => Promise<Source>): (key: K) => Promise<Source> {
  const opened = new Map<K, Promise<Source>>()
  return (key) => {
    const known = opened.get(key)
    if (known !== undefined) return known
    const opening = open(key)
    opened.set(key, opening)
    opening.catch(() => opened.delete(key))
    const [oldest] = opened.keys()
    if (opened.size > MAX_OPEN_CLIPS && oldest !== undefined) opened.delete(oldest)
    return opening
  }
}
