import { Warnings } from "../../../../src/base/index.ts"
import { DEFAULT_PREFERENCES, type DvdNavigator, type NavigatorState } from "../../../../src/navigation/dvd/index.ts"
import { DvdScript } from "../../../../src/plugin/dvd/script.ts"
import type { ScriptLine } from "../../../../src/plugin/script.ts"
import type { LoadedDvd } from "./disc.ts"

export type TraceLine = Readonly<Record<string, unknown>> & { readonly type: string }

/** Items, and what the trace says of keys in its own way: libdvdnav has nothing like them. */
const OWN = new Set([...["packet", "streams", "position", "allowed", "overlay", "highlight", "discontinuity", "warning", "end"], "result"])

/** Runs `opentray trace`'s scripts on a disc whose blocks can be read at once, and keeps the lines that libdvdnav has too. */
export class ScriptRunner {
  readonly disc: LoadedDvd
  readonly script: DvdScript
  readonly lines: TraceLine[] = []
  /** Codes of the warnings so far. */
  readonly warnings: string[] = []
  /** Lines before a command that leads nowhere was left out: libdvdnav stops or aborts there. null: there was none. */
  lost: number | null = null

  constructor(disc: LoadedDvd) {
    this.disc = disc
    this.script = new DvdScript(disc.dvd, {
      preferences: DEFAULT_PREFERENCES,
      warnings: new Warnings(),
      seed: 1,
      obeyProhibitions: false,
      packets: false,
      emit: (line) => this.#take(line),
    })
  }

  get navigator(): DvdNavigator {
    return this.script.navigator
  }

  run(script: string): readonly TraceLine[] {
    for (const line of script.split("\n")) {
      const text = line.replace(/#.*/, "").trim()
      if (text === "stop") break
      if (text !== "") this.command(text)
    }
    return this.lines
  }

  /** Another runner that goes on from here with a saved state. */
  continued(state: NavigatorState): ScriptRunner {
    const other = new ScriptRunner(this.disc)
    other.navigator.state = state
    other.script.random.state = this.script.random.state
    other.script.position = this.script.position
    return other
  }

  isIn(phase: "cell" | "still" | "stopped"): boolean {
    return this.navigator.state.machine.phase.name === phase
  }

  command(line: string): void {
    const run = this.script.command(line)
    for (let next = run.next(); !next.done; ) next = run.next(this.disc.block(next.value))
  }

  #take(line: ScriptLine): void {
    if (line.type === "warning" && "warning" in line) {
      const { code } = line.warning as { readonly code: string }
      this.warnings.push(code)
      if (code === "dvd-jump-missing") this.lost ??= this.lines.length
    }
    if (!OWN.has(line.type)) this.lines.push(line as TraceLine)
  }
}
