import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { samplePath } from "./cli.ts"

const main = join(import.meta.dirname, "../../dist/cli/main.js")
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
})

/** Starts the player; resolves with what it printed once an address is among it. */
function play(args: readonly string[]): Promise<{ child: ChildProcess; said: string; url: string; stderr: () => string }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  children.push(child)
  let said = ""
  let complaints = ""
  child.stderr?.on("data", (chunk) => {
    complaints += chunk
  })
  return new Promise((done, failed) => {
    child.on("exit", (code) => failed(new Error(`ended with ${code}: ${complaints}`)))
    child.stdout?.on("data", (chunk) => {
      said += chunk
      const url = /https?:\/\/[^\s]+/.exec(said)?.[0]
      if (url !== undefined && said.endsWith("\n")) done({ child, said, url, stderr: () => complaints })
    })
  })
}

const ended = (child: ChildProcess): Promise<number | NodeJS.Signals | null> =>
  new Promise((done) => child.on("exit", (code, signal) => done(code ?? signal)))

describe("opentray DISC", () => {
  it.each(["dvd.iso", "bluray.iso"] as const)("prints the page's address, serves the page, and stops on a signal: %s", async (name) => {
    const { child, said, url, stderr } = await play([samplePath(name), "--no-open"])
    expect(said).toMatch(/^.+ plays at http:\/\/127\.0\.0\.1:\d+\/.*\n$/)
    const page = await fetch(url)
    expect(page.status).toBe(200)
    expect(page.headers.get("content-type")).toMatch(/text\/html/)
    expect(await page.text()).toMatch(/<script/)
    const stopped = ended(child)
    child.kill("SIGTERM")
    expect(await stopped).toBe(0)
    expect(stderr()).toBe("")
  })

  it("prints the address of the film alone when told to", async () => {
    const { url } = await play([samplePath("dvd.iso"), "--no-open", "--film"])
    expect(new URL(url).search).toBe("?start=film")
    expect((await fetch(url)).status).toBe(200)
  })

  it("listens on the port that was asked for, and says when another program has it", async () => {
    const first = await play([samplePath("dvd.iso"), "--no-open"])
    const port = new URL(first.url).port
    const second = play([samplePath("dvd.iso"), "--no-open", "--port", port])
    await expect(second).rejects.toThrow(new RegExp(`ended with 1: opentray: .*${port}`))
  })
})
