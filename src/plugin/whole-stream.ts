import { DiscError, type Source, type Warnings } from "../base/index.ts"
import { ALIGNED_UNIT_SIZE, type BlurayDisc } from "../disc/bluray/index.ts"
import { type AccessUnit, type CodecName, TransportStreamDemuxer } from "../mpeg/index.ts"

/** Read at once: the clip is needed whole before anything of it is shown. */
const RUN_BYTES = Math.floor((4 * 1024 * 1024) / ALIGNED_UNIT_SIZE) * ALIGNED_UNIT_SIZE

/** A stream in a clip of its own. `maxBytes`: more is no such clip. `what`: what the clip holds, for people. */
export type WholeStream = {
  readonly clip: string
  readonly pid: number
  readonly codec: CodecName
  readonly maxBytes: number
  readonly what: string
}

/** All units of a stream whose clip is read whole. @throws DiscError `not-found`, `limit`, `read-failed`, `aborted` */
export async function readWholeStream(
  bluray: BlurayDisc,
  stream: WholeStream,
  warnings: Warnings,
  signal: AbortSignal,
): Promise<readonly AccessUnit[]> {
  const source = await bluray.openClip(stream.clip, { signal })
  try {
    return await unitsOf(source, stream, warnings, signal)
  } finally {
    await source.close()
  }
}

async function unitsOf(
  source: Source,
  { pid, codec, maxBytes, what }: WholeStream,
  warnings: Warnings,
  signal: AbortSignal,
): Promise<readonly AccessUnit[]> {
  if (source.size > maxBytes) {
    throw new DiscError("limit", `a clip of ${what} has no more than ${maxBytes} bytes, this one ${source.size}`, { path: source.name })
  }
  const units: AccessUnit[] = []
  const demuxer = new TransportStreamDemuxer({
    codecs: new Map([[pid, codec]]),
    streams: new Set([pid]),
    packetSize: 192,
    warnings,
    path: source.name,
    sink: { unit: (unit) => void units.push(unit) },
  })
  for (let at = 0; at < source.size; at += RUN_BYTES) demuxer.push(await source.read(at, RUN_BYTES, { signal }))
  demuxer.flush()
  return units
}
