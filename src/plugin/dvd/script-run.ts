import type { Warnings } from "../../base/index.ts"
import type { DvdDisc } from "../../disc/dvd/index.ts"
import type { FileSystem } from "../../filesystem/index.ts"
import type { ScriptLine, ScriptOptions, ScriptRun } from "../script.ts"
import { BlockReader } from "./block-reader.ts"
import { DvdScript } from "./script.ts"
import { dvdPreferences } from "./start.ts"

/** A DVD's program under a script, with the blocks of the disc. */
export function dvdScriptRun(files: FileSystem, dvd: DvdDisc, warnings: Warnings, options: ScriptOptions): ScriptRun {
  const reader = new BlockReader(files, dvd, warnings)
  const { signal } = new AbortController()
  let lines: ScriptLine[] = []
  const script = new DvdScript(dvd, {
    preferences: dvdPreferences({}, dvd),
    warnings,
    seed: options.seed ?? 1,
    obeyProhibitions: options.obeyProhibitions ?? false,
    packets: options.packets ?? true,
    emit: (line) => lines.push(line),
  })
  const taken = () => {
    const now = lines
    lines = []
    return now
  }
  async function* command(line: string): AsyncGenerator<ScriptLine> {
    const run = script.command(line)
    try {
      for (let next = run.next(); !next.done; ) {
        yield* taken()
        let block = reader.take(next.value)
        while (block === undefined) {
          await reader.fill(next.value, signal)
          block = reader.take(next.value)
        }
        next = run.next(block)
      }
    } catch (error) {
      // What came before an error is told before it.
      yield* taken()
      throw error
    }
    yield* taken()
  }
  return { command, close: () => reader.close() }
}
