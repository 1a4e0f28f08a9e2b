import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import type { Readable } from "node:stream"
import { type FrameCode, readFrameCode } from "./frame-code.ts"
import { hasNetworks, type Network } from "./network.ts"
import { hasProgram } from "./oracles.ts"

export const hasRenderer = hasNetworks && hasProgram("gmediarender")

/** Large enough for the frame code, small enough to look at every picture. */
const WIDTH = 320
const HEIGHT = 180
const FRAME_BYTES = WIDTH * HEIGHT * 3

/** A picture that was on its screen. */
export type Shown = { readonly code: FrameCode | null; readonly atMs: number }

/** gmediarender, a UPnP MediaRenderer around GStreamer, in a network of its own; its screen is a pipe whose every picture is looked at. */
export class Renderer {
  readonly name: string
  readonly udn = randomUUID()
  readonly #child: ChildProcess
  readonly #shown: Shown[] = []
  #log = ""
  #rest: Buffer[] = []
  #restBytes = 0

  private constructor(network: Network, name: string) {
    this.name = name
    const size = `video/x-raw,format=RGB,width=${WIDTH},height=${HEIGHT}`
    const [command, ...args] = network.inside(
      "gmediarender",
      ...["-I", network.innerDevice, "-f", name, "-u", this.udn, "--logfile", "stdout"],
      ...["--gstout-audiopipe", "audioconvert ! audioresample ! fakesink sync=true"],
      ...["--gstout-videopipe", `videoconvert ! videoscale ! ${size} ! fdsink fd=3 sync=true`],
    )
    // Warnings of decoders and demuxers are what GStreamer has to say of a damaged stream.
    const env = { ...process.env, GST_DEBUG: "1,libav:2,mpegpsdemux:2,tsdemux:2,mpegtspacketizer:2", GST_DEBUG_NO_COLOR: "1" }
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe", "pipe"], env })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (text) => {
        this.#log += text
      })
    }
    ;(this.#child.stdio[3] as Readable).on("data", (bytes: Buffer) => this.#take(bytes))
  }

  /** Resolves when it answers on the network. One network has one renderer: the library below it shares no port. */
  static async start(network: Network, name: string): Promise<Renderer> {
    const renderer = new Renderer(network, name)
    const until = Date.now() + 20_000
    while (!/Ready for rendering/.test(renderer.#log)) {
      if (renderer.#child.exitCode !== null || Date.now() > until)
        throw new Error(`gmediarender did not start: ${renderer.#log.slice(-2000)}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return renderer
  }

  /** Everything that was on the screen, in order. */
  get shown(): readonly Shown[] {
    return this.#shown
  }

  get log(): string {
    return this.#log
  }

  /** What GStreamer's decoders, demuxers and pipeline complained of. */
  get complaints(): readonly string[] {
    return this.#log.split("\n").filter((line) => /(?:WARN|ERROR) +(?:libav|mpeg|ts|audio|video)|gstreamer.*(?:Error|error)/.test(line))
  }

  /** As if its plug were pulled. */
  kill(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return resolve()
      this.#child.once("exit", () => resolve())
      this.#child.kill("SIGKILL")
    })
  }

  #take(bytes: Buffer): void {
    this.#rest.push(bytes)
    this.#restBytes += bytes.length
    if (this.#restBytes < FRAME_BYTES) return
    let all = Buffer.concat(this.#rest)
    for (; all.length >= FRAME_BYTES; all = all.subarray(FRAME_BYTES)) {
      this.#shown.push({ code: readFrameCode(all.subarray(0, FRAME_BYTES), WIDTH, HEIGHT), atMs: Date.now() })
    }
    this.#rest = [all]
    this.#restBytes = all.length
  }
}
