import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")
const main = join(root, "dist/cli/main.js")

export const samplePath = (name: "dvd.iso" | "bluray.iso"): string => join(root, "samples", name)

/** Ended by itself or, after `timeoutMs`, by us. `maxRss` is in bytes. */
export type Ended = { readonly status: number | null; readonly stdout: Buffer; readonly stderr: string; readonly maxRss: number }

/** Says at its end, on a pipe of its own, how much memory the process took at most. */
const REPORT_RSS =
  "data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))"

/** Runs the built command line as a process of its own; neither output is a terminal. */
export function opentray(args: readonly string[], options: { input?: string; timeoutMs?: number } = {}): Promise<Ended> {
  if (!existsSync(main)) throw new Error("dist/cli/main.js is not built: npm run build")
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ["--import", REPORT_RSS, main, ...args], { stdio: ["pipe", "pipe", "pipe", "pipe"] })
    const chunks: [Buffer[], Buffer[], Buffer[]] = [[], [], []]
    for (const [index, list] of chunks.entries()) {
      ;(child.stdio[index + 1] as NodeJS.ReadableStream).on("data", (chunk: Buffer) => list.push(chunk))
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 60_000)
    child.on("error", failed)
    child.on("close", (status) => {
      clearTimeout(timer)
      const [stdout, stderr, rss] = chunks.map((list) => Buffer.concat(list)) as [Buffer, Buffer, Buffer]
      done({ status, stdout, stderr: stderr.toString(), maxRss: Number(rss.toString()) * 1024 })
    })
    child.stdin?.end(options.input ?? "")
  })
}

/** What a command with `--json` printed. */
export async function json(args: readonly string[]): Promise<unknown> {
  const { status, stdout, stderr } = await opentray(args)
  if (status !== 0) throw new Error(`opentray ${args.join(" ")}: ${stderr}`)
  return JSON.parse(stdout.toString())
}
