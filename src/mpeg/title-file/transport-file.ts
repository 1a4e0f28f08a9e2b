import type { Source, Warnings } from "../../base/index.ts"
import type { Segment } from "../segment.ts"
import { type Run, runsOf } from "./run.ts"
import { SOURCE_PACKET_SIZE, setNull } from "./source-packet.ts"
import { TitleFile, type TitleFormat } from "./title-file.ts"
import type { TitleStream } from "./title-stream.ts"
import { INITIAL_TRANSPORT_STATE, planTransport, type TransportState } from "./transport-plan.ts"
import { TransportRewriter } from "./transport-rewrite.ts"
import { scanTransport, type TransportScan } from "./transport-scan.ts"

export type TransportTitle = {
  /** For people and errors. */
  readonly name: string
  readonly segments: readonly Segment[]
  /** Streams of the title, in the order of its program map. */
  readonly streams: readonly TitleStream[]
  /** Index into `streams` by PID of a segment's clip. Packets of other PIDs become null packets. */
  pidsOf(segment: number): ReadonlyMap<number, number>
  /** A clip's transport stream of 192-byte packets. Called for each read: the source is kept and closed by who gave it. */
  openClip(clip: string): Promise<Source>
  /** Where `title-join-unreadable` is put. */
  readonly warnings?: Warnings
}

/**
 * A Blu-ray title as one transport stream of 192-byte packets: one set of PIDs, one program map, counters and times that run through every join.
 * @throws DiscError `limit`; reads throw what the clips' sources throw
 */
export function createTransportFile(title: TransportTitle): Source {
  const runs = runsOf(title.segments, SOURCE_PACKET_SIZE)
  return new TitleFile(title.name, runs, new TransportFormat(title), (run) => title.openClip(run.clip), title.warnings ?? null)
}

class TransportFormat implements TitleFormat<TransportScan, TransportState> {
  readonly unitSize = SOURCE_PACKET_SIZE
  readonly filler = nullPacket()
  readonly initial = INITIAL_TRANSPORT_STATE
  readonly #title: TransportTitle

  constructor(title: TransportTitle) {
    this.#title = title
  }

  scan(run: Run, read: (first: number, count: number) => Promise<Uint8Array>): Promise<TransportScan> {
    const kinds = new Map([...this.#streamsOf(run)].map(([pid, stream]) => [pid, stream.kind]))
    return scanTransport(run, kinds, read)
  }

  async plan(run: Run, scan: TransportScan, state: TransportState, read: (first: number, count: number) => Promise<Uint8Array>) {
    const planned = await planTransport(run, scan, state, this.#streamsOf(run), this.#title.streams, read)
    return { plan: new TransportRewriter(planned.plan), state: planned.state }
  }

  #streamsOf(run: Run): ReadonlyMap<number, TitleStream> {
    const streams = new Map<number, TitleStream>()
    for (const [pid, index] of this.#title.pidsOf(run.segment)) {
      const stream = this.#title.streams[index]
      if (stream !== undefined) streams.set(pid, stream)
    }
    return streams
  }
}

function nullPacket(): Uint8Array {
  const packet = new Uint8Array(SOURCE_PACKET_SIZE)
  setNull(packet, 0)
  return packet
}
