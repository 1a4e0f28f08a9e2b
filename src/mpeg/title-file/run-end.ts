import { DiscError, type Source } from "../../base/index.ts"
import { type Run, readRun } from "./run.ts"

/** What a run's end is read in once a read of it has failed. */
const PIECE_BYTES = 64 * 1024
/** A drive tries a bad sector for seconds. Behind this many bad pieces of one read the rest of it counts as lost. */
const MAX_LOST_PIECES = 16

/** Bytes of a run to look at, and how many of them could not be read and are zero: no packet, no pack. */
export type RunEnd = { readonly bytes: Uint8Array; readonly lostBytes: number }

/**
 * Reads whole units of a run's end for a look at it. Where bytes cannot be read, the others are, as long as the medium answers somewhere: a bad sector is
 * the same for every reader, a lost connection is not. `filler` as in `readRun`.
 * @throws DiscError of the source; `read-failed` only where nothing at all can be read
 */
export async function readRunEnd(
  run: Run,
  clip: Source,
  offset: number,
  length: number,
  filler: Uint8Array,
  signal: AbortSignal,
): Promise<RunEnd> {
  const read = (from: number, size: number): Promise<Uint8Array> => readRun(run, clip, from, size, filler, { signal })
  const whole = await orFailure(read(offset, length))
  if (whole instanceof Uint8Array) return { bytes: whole, lostBytes: 0 }
  const bytes = new Uint8Array(Math.max(0, Math.min(length, run.length - offset)))
  const pieceBytes = Math.floor(PIECE_BYTES / filler.length) * filler.length
  let lostBytes = 0
  let lostPieces = 0
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const size = Math.min(pieceBytes, bytes.length - at)
    const piece = lostPieces < MAX_LOST_PIECES ? await orFailure(read(offset + at, size)) : whole
    if (piece instanceof Uint8Array) bytes.set(piece, at)
    else {
      lostBytes += size
      lostPieces++
    }
  }
  if (lostBytes === bytes.length) await probe(run, read, filler.length, whole)
  return { bytes, lostBytes }
}

/** Throws `failure` unless the run can be read at one of its ends or in its middle. */
async function probe(
  run: Run,
  read: (from: number, size: number) => Promise<Uint8Array>,
  unitSize: number,
  failure: DiscError,
): Promise<void> {
  const units = run.length / unitSize
  for (const unit of [0, Math.floor(units / 2), units - 1]) {
    if ((await orFailure(read(unit * unitSize, unitSize))) instanceof Uint8Array) return
  }
  throw failure
}

async function orFailure(reading: Promise<Uint8Array>): Promise<Uint8Array | DiscError> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof DiscError && error.code === "read-failed") return error
    throw error
  }
}
