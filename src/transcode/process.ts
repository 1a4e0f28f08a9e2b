import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { FromWorker, ToWorker } from "./protocol.ts"

type ProcessListener = {
  readonly message: (message: FromWorker) => void
  /** It ended, for whatever reason; nothing comes after this. */
  readonly gone: (reason: string) => void
}

const NOBODY: ProcessListener = { message: () => {}, gone: () => {} }

/** One converter process. */
export class ConverterProcess {
  readonly #child: ChildProcess
  #listener: ProcessListener = NOBODY
  /** What came while nobody listened, above all `ready` or `unavailable`. */
  #waiting: FromWorker[] = []
  #goneBecause: string | null = null

  constructor() {
    this.#child = fork(entry(), [], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      // From the sources the child needs what the parent has to read TypeScript; else nothing, not even the parent's debugger.
      execArgv: isSource ? process.execArgv : [],
    })
    processes.add(this)
    this.#child.on("message", (message) => this.#take(message as FromWorker))
    this.#child.on("error", (error) => this.#gone(error.message))
    this.#child.on("exit", (code, signal) => this.#gone(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`))
    this.release()
  }

  get id(): number | null {
    return this.#child.pid ?? null
  }

  get isAlive(): boolean {
    return this.#goneBecause === null
  }

  /** Whoever listens keeps the parent running. */
  listen(listener: ProcessListener): void {
    this.#listener = listener
    this.#child.ref()
    this.#child.channel?.ref()
    const waiting = this.#waiting
    this.#waiting = []
    for (const message of waiting) listener.message(message)
    if (this.#goneBecause !== null) listener.gone(this.#goneBecause)
  }

  /** Nobody listens: a process that waits does not keep the parent running. */
  release(): void {
    this.#listener = NOBODY
    this.#child.unref()
    this.#child.channel?.unref()
  }

  send(message: ToWorker): void {
    if (!this.#child.connected) return
    // A failed send means that the process is going: `exit` tells.
    this.#child.send(message, () => {})
  }

  /** Ends a process that hangs; the listener hears that it is gone. */
  abort(): void {
    this.#child.kill("SIGKILL")
  }

  /** Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#listener = NOBODY
    if (this.#goneBecause !== null) return
    // Whoever waits for its end must not end before it.
    this.#child.ref()
    const gone = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()))
    // It holds nothing that is worth a farewell, and in the middle of a picture it would not hear one.
    this.#child.kill("SIGKILL")
    await gone
  }

  #take(message: FromWorker): void {
    if (this.#listener === NOBODY) this.#waiting.push(message)
    else this.#listener.message(message)
  }

  #gone(reason: string): void {
    if (this.#goneBecause !== null) return
    this.#goneBecause = reason
    processes.delete(this)
    this.#listener.gone(reason)
  }
}

const processes = new Set<ConverterProcess>()
let spare: ConverterProcess | null = null

const isSource = import.meta.url.endsWith(".ts")

function entry(): string {
  return fileURLToPath(new URL(isSource ? "./worker/main.ts" : "./worker/main.js", import.meta.url))
}

/** Starts a process in advance, so that the next converter need not wait for Node and FFmpeg to load (about 150 ms). */
export function warmUp(): void {
  if (spare?.isAlive !== true) spare = new ConverterProcess()
}

/** The process started in advance, or a new one. */
export function takeProcess(): ConverterProcess {
  const taken = spare?.isAlive === true ? spare : new ConverterProcess()
  if (taken === spare) spare = null
  return taken
}

/** Keeps an idle, unharmed process for whoever needs one next. */
export async function giveBack(used: ConverterProcess): Promise<void> {
  if (spare?.isAlive === true || !used.isAlive) return used.kill()
  used.release()
  spare = used
}

/** Running converter processes, and how many of them wait for work. */
export function processCounts(): { readonly processes: number; readonly spare: number } {
  return { processes: processes.size, spare: spare?.isAlive === true ? 1 : 0 }
}
