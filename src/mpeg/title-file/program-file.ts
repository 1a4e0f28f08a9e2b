import { SECTOR_SIZE, type Source, type Warnings } from "../../base/index.ts"
import { TIMESTAMP_MODULUS, wrapTimestamp } from "../pes.ts"
import { packPayloadStart, readPackClock } from "../program-stream/pack.ts"
import type { Segment } from "../segment.ts"
import { packetsOf, paddingPack, writePackClock, writePadding } from "./pack.ts"
import { shiftPesTimes, writePesTimes } from "./pes-times.ts"
import { type Chunk, chunksOf, type PackWindow, programStream } from "./program-chunks.ts"
import { cutLeadingPictures, cutSoundHead, cutSoundTail, cutSubpictures, type PackEdits } from "./program-cut.ts"
import { FILE_TIME_BASE, fileTime, type Run, runsOf, titleTime } from "./run.ts"
import { wrap } from "./source-packet.ts"
import { type RunPlan, TitleFile, type TitleFormat, type UnitReader } from "./title-file.ts"
import type { UnitTimes } from "./transport-times.ts"

export type ProgramTitle = {
  /** For people and errors. */
  readonly name: string
  readonly segments: readonly Segment[]
  /** The bytes that a segment's ranges count in. Called for each read: the source is kept and closed by who gave it. */
  openClip(clip: string): Promise<Source>
  /** Where `title-join-unreadable` is put. */
  readonly warnings?: Warnings
}

/**
 * A DVD title as one MPEG program stream of 2048-byte packs, with times and clocks that run through every join. Navigation packs become padding.
 * @throws DiscError `limit`; reads throw what the clips' sources throw
 */
export function createProgramFile(title: ProgramTitle): Source {
  return new TitleFile(
    title.name,
    runsOf(title.segments, SECTOR_SIZE),
    new ProgramFormat(),
    (run) => title.openClip(run.clip),
    title.warnings ?? null,
  )
}

type ProgramScan = { readonly head: PackWindow; readonly tail: PackWindow }

/** What a run leaves to the next, on the title's timeline. */
type ProgramState = {
  readonly lastDts: number | null
  /** By stream key: when its sound ends. */
  readonly soundEnds: ReadonlyMap<number, number>
  /** When the last pack arrives, in 27 MHz ticks. */
  readonly arrival: number | null
}

/** A VOBU of 1.2 s at DVD's 10.08 Mbit/s, that is: every stream's first and last second. */
const WINDOW_PACKS = 768
/** 27 MHz ticks between packs at 10.08 Mbit/s. */
const BURST_GAP = 43_886
const CLOCK_MODULUS = TIMESTAMP_MODULUS * 300

class ProgramFormat implements TitleFormat<ProgramScan, ProgramState> {
  readonly unitSize = SECTOR_SIZE
  readonly filler = paddingPack()
  readonly initial: ProgramState = { lastDts: null, soundEnds: new Map(), arrival: null }

  async scan(run: Run, read: UnitReader): Promise<ProgramScan> {
    const count = run.length / SECTOR_SIZE
    if (count <= 2 * WINDOW_PACKS) {
      const whole = { first: 0, bytes: await read(0, count) }
      return { head: whole, tail: whole }
    }
    const first = count - WINDOW_PACKS
    const [head, tail] = await Promise.all([read(0, WINDOW_PACKS), read(first, WINDOW_PACKS)])
    return { head: { first: 0, bytes: head }, tail: { first, bytes: tail } }
  }

  async plan(run: Run, { head, tail }: ProgramScan, state: ProgramState): Promise<{ plan: RunPlan; state: ProgramState }> {
    const edits: PackEdits = new Map()
    const headStreams = chunksOf(run, head)
    const tailStreams = head === tail ? headStreams : chunksOf(run, tail)
    const times = new Map<number, UnitTimes>()
    for (const [key, chunks] of headStreams) {
      const stream = programStream(key)
      if (stream?.kind === "audio")
        cutSoundHead(chunks, head, stream.codec, Math.max(run.start, state.soundEnds.get(key) ?? run.start), edits)
      else if (stream?.kind === "subpicture") cutSubpictures(chunks, head, run.start, Number.POSITIVE_INFINITY, edits)
      else if (stream?.kind === "video") {
        cutLeadingPictures(chunks, head, edits)
        delayDecoding(chunks, state.lastDts, times)
      }
    }
    const soundEnds = new Map(state.soundEnds)
    let { lastDts } = state
    for (const [key, chunks] of tailStreams) {
      const stream = programStream(key)
      if (stream?.kind === "audio") {
        const end = cutSoundTail(chunks, tail, stream.codec, run, edits)
        if (end !== null) soundEnds.set(key, end)
      } else if (stream?.kind === "subpicture") cutSubpictures(chunks, tail, Number.NEGATIVE_INFINITY, run.end, edits)
      else if (stream?.kind === "video") lastDts = chunks.findLast((chunk) => chunk.dts !== null)?.dts ?? lastDts
    }
    const burst = burstOf(run, head, state.arrival)
    const last = clockOf(run, tail, run.length / SECTOR_SIZE - 1) ?? null
    const arrival = last === null ? state.arrival : Math.max(last, burst.packs === 0 ? last : burst.arrival + (burst.packs - 1) * BURST_GAP)
    const timeOffset = FILE_TIME_BASE + run.start - run.inTime
    return { plan: new PackRewriter({ edits, times, timeOffset, burst }), state: { lastDts, soundEnds, arrival } }
  }
}

/** Pictures must not be decoded before the last one of the run before: such chunks get one tick after the other, until the disc's own times are later. */
function delayDecoding(chunks: readonly Chunk[], lastDts: number | null, times: Map<number, UnitTimes>): void {
  let previous = lastDts ?? Number.NEGATIVE_INFINITY
  for (const { pack, pts, dts } of chunks) {
    if (dts === null) continue
    if (dts > previous) return
    previous++
    times.set(pack, { pts: Math.max(pts ?? previous, previous), dts: previous })
  }
}

type Burst = { readonly packs: number; readonly arrival: number }

/** The first packs that would come before those of the run before have come: how many, and when the first comes instead. */
function burstOf(run: Run, head: PackWindow, before: number | null): Burst {
  if (before === null) return { packs: 0, arrival: 0 }
  const arrival = before + BURST_GAP
  let packs = 0
  const count = head.bytes.length / SECTOR_SIZE
  while (packs < count && (clockOf(run, head, packs) ?? arrival) < arrival + packs * BURST_GAP) packs++
  return { packs, arrival }
}

/** A pack's system clock reference on the title's timeline, 27 MHz. */
function clockOf(run: Run, window: PackWindow, pack: number): number | null {
  const at = (pack - window.first) * SECTOR_SIZE
  if (packPayloadStart(window.bytes, at) === -1) return null
  const clock = readPackClock(window.bytes, at)
  return titleTime(run, clock.base) * 300 + clock.extension
}

type ProgramPlan = {
  readonly edits: ReadonlyMap<number, Uint8Array>
  /** New times of the pictures that begin in some packs, on the title's timeline. */
  readonly times: ReadonlyMap<number, UnitTimes>
  readonly timeOffset: number
  readonly burst: Burst
}

const SYSTEM_HEADER = 0xbb
const PRIVATE_STREAM_2 = 0xbf

class PackRewriter implements RunPlan {
  readonly #plan: ProgramPlan
  readonly #filler = paddingPack()

  constructor(plan: ProgramPlan) {
    this.#plan = plan
  }

  rewrite(bytes: Uint8Array, firstUnit: number): void {
    let pack = firstUnit
    for (let at = 0; at < bytes.length; at += SECTOR_SIZE, pack++) this.#pack(bytes, at, pack)
  }

  #pack(bytes: Uint8Array, at: number, pack: number): void {
    const { edits, times, timeOffset, burst } = this.#plan
    const edited = edits.get(pack)
    if (edited !== undefined) bytes.set(edited, at)
    // A sector that is no MPEG-2 pack: damaged, or MPEG-1, whose clocks have another form and which no DVD-Video has in its VOBs.
    if (packPayloadStart(bytes, at) === -1 || ((bytes[at + 4] as number) & 0xc0) !== 0x40) bytes.set(this.#filler, at)
    const clock = readPackClock(bytes, at)
    const late = burst.arrival + pack * BURST_GAP + FILE_TIME_BASE * 300
    const moved = pack < burst.packs ? late : (clock.base + timeOffset) * 300 + clock.extension
    writePackClock(bytes, at, wrap(moved, CLOCK_MODULUS))
    for (const { streamId, start, end } of packetsOf(bytes, at)) {
      const delayed = programStream(streamId)?.kind === "video" ? times.get(pack) : undefined
      if (streamId === PRIVATE_STREAM_2) writePadding(bytes, start, end)
      else if (delayed !== undefined) writePesTimes(bytes, start, end, fileTime(delayed.pts), fileTime(delayed.dts))
      else if (streamId !== SYSTEM_HEADER) shiftPesTimes(bytes, start, end, wrapTimestamp(timeOffset))
    }
  }
}
