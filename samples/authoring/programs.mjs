// The programs the samples are made with, run plainly: their complaints go to the terminal, their failure ends the making.
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"

/** Runs a program to its end. `env`, `cwd` and `stdin` (bytes) as for a child process; gives its stdout. */
export function run(program, args, { input, env, cwd, quiet = false } = {}) {
  const result = spawnSync(program, args, {
    input,
    cwd,
    env: { ...process.env, ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", quiet ? "pipe" : "inherit"],
    maxBuffer: 2 ** 30,
  })
  if (result.error?.code === "ENOENT") throw new Error(`${program} is not installed`)
  if (result.status !== 0) throw new Error(`${program} ${args.join(" ")} failed (${result.status})\n${result.stderr ?? ""}`)
  return result.stdout
}

const FFMPEG = ["-hide_banner", "-loglevel", "error", "-y"]

/** ffmpeg, saying only what goes wrong. */
export const ffmpeg = (args, options) => run("ffmpeg", [...FFMPEG, "-nostdin", ...args], options)

/** ffmpeg fed with pictures: `pictures` gives one Buffer after the other, each read before the next is asked for. */
export async function encodePictures({ width, height, rate, pictures, args }) {
  const input = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", `${width}x${height}`, "-r", rate, "-i", "pipe:0"]
  const child = spawn("ffmpeg", [...FFMPEG, ...input, ...args], { stdio: ["pipe", "inherit", "inherit"] })
  const ended = once(child, "close")
  child.stdin.on("error", () => {}) // an encoder that gives up is seen by its exit code
  for (const picture of pictures) {
    // The drawing goes on in the same bytes: the encoder gets a copy.
    if (!child.stdin.write(Buffer.from(picture))) await Promise.race([once(child.stdin, "drain"), ended])
    if (child.exitCode !== null) break
  }
  child.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new Error(`ffmpeg ${args.join(" ")} failed (${code})`)
}
