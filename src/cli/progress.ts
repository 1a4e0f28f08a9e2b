import { Presets, SingleBar } from "cli-progress"

/** Less is over before a bar is read. */
const MIN_BYTES = 64 * 1024 * 1024

/** Progress of long work on stderr, when that is a terminal and stdout is not the same one; silent otherwise. */
export function progress(totalBytes: number): { update(bytes: number): void; stop(): void } {
  if (!process.stderr.isTTY || process.stdout.isTTY || totalBytes < MIN_BYTES) return { update: () => {}, stop: () => {} }
  const bar = new SingleBar({ format: "{bar} {percentage}% | {eta_formatted}", stream: process.stderr }, Presets.shades_classic)
  bar.start(totalBytes, 0)
  return { update: (bytes) => bar.update(bytes), stop: () => bar.stop() }
}
