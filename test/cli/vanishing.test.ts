import { copyFileSync, utimesSync } from "node:fs"
import { type IncomingMessage, request } from "node:http"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { DiscDescription } from "../../src/hosts/browser/catalogue-message.ts"
import { Client, playMessage } from "../hosts/client.ts"
import { Workplace } from "../server/support/discs.ts"
import { samplePath } from "./cli.ts"
import { type Held, Serving } from "./serving.ts"

/** `VANISHING_SECONDS=180` is the whole of it; fewer show the same within the time that tests may take. */
const SECONDS = Number(process.env.VANISHING_SECONDS ?? 20)
const CLIENTS = 200
const AT_ONCE = 20
/** Everything of a client that has gone is freed by then. */
const FREED_WITHIN_MS = 10_000
/** Longer than this no client stays. */
const LONGEST_MS = 1_500

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A linear congruential generator (Numerical Recipes): the same clients each time. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Begins an answer, takes some of it and goes, in one of the ways in which clients go. Resolves with the status, or null where it left before. */
function readSome(url: string, headers: Record<string, string>, random: (below: number) => number): Promise<number | null> {
  return new Promise((done) => {
    const asked = request(url, { agent: false, headers })
    let answer: IncomingMessage | null = null
    const leave = () => {
      // A reset, a closed connection, or an answer that is stopped in its middle.
      if (random(2) === 0) asked.socket?.resetAndDestroy()
      else asked.destroy()
      done(answer?.statusCode ?? null)
    }
    const timer = setTimeout(leave, random(LONGEST_MS))
    asked.on("error", () => {})
    asked.on("response", (response) => {
      answer = response
      response.on("error", () => {})
      const most = random(2_000_000)
      let taken = 0
      // Every third takes nothing at all of the body.
      if (random(3) === 0) return
      response.on("data", (chunk: Buffer) => {
        taken += chunk.length
        if (taken < most) return
        clearTimeout(timer)
        leave()
      })
      response.on("end", () => {
        clearTimeout(timer)
        done(response.statusCode ?? null)
      })
    })
    asked.end()
  })
}

describe.skipIf(process.platform !== "linux")("clients that connect, read a little and vanish", () => {
  const place = new Workplace()
  let serving: Serving
  let url = ""
  let discs: readonly DiscDescription[] = []
  const seen = new Map<string, number>()
  const problems: string[] = []
  beforeAll(async () => {
    for (const [from, to] of [
      [samplePath("dvd.iso"), "a.iso"],
      [samplePath("bluray.iso"), "b.iso"],
    ] as const) {
      place.folder("films")
      copyFileSync(from, place.at("films", to))
      utimesSync(place.at("films", to), 1, 1)
    }
    serving = new Serving([place.at("films"), "--port", "0"], place.at("cache"))
    url = (await serving.url()).replace("localhost", "127.0.0.1")
    await expectEventually(async () => {
      discs = (await (await fetch(`${url}api/discs`)).json()) as DiscDescription[]
      return discs.length === 2
    })
  })
  afterAll(() => {
    serving?.child.kill("SIGKILL")
    place.remove()
  })

  async function expectEventually(holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 30_000; !(await holds()); await wait(50)) if (Date.now() > end) throw new Error("not in 30 s")
  }

  const at = (path: string) => url + path.replace(/^\//, "")
  const titleOf = (random: (below: number) => number) => {
    const disc = discs[random(discs.length)] as DiscDescription
    return { disc, title: disc.titles[random(Math.min(disc.titles.length, 4))] as DiscDescription["titles"][number] }
  }
  /** Statuses that a client brings upon itself: too many converters (503), what is not there. */
  const note = (kind: string, status: number | null) => {
    seen.set(`${kind} ${status ?? "left"}`, (seen.get(`${kind} ${status ?? "left"}`) ?? 0) + 1)
    if (status !== null && status >= 400 && status !== 503) problems.push(`${kind}: ${status}`)
  }

  async function file(random: (below: number) => number): Promise<void> {
    const { title } = titleOf(random)
    note("file", await readSome(at(title.urls.file), { range: `bytes=${random(title.size >> 1)}-` }, random))
  }

  async function hls(random: (below: number) => number): Promise<void> {
    const { title } = titleOf(random)
    const base = at(title.urls.hls).replace("master.m3u8", "")
    const list = ["master.m3u8", "video.m3u8", "iframes.m3u8"][random(3)] as string
    note("playlist", await readSome(base + list, {}, random))
    // Segments have 6 s and a little more.
    const segments = Math.max(1, Math.floor(title.duration / 12))
    for (let segment = 0; segment < Math.min(1 + random(3), segments); segment++)
      note("segment", await readSome(`${base}video/${segment}.ts`, {}, random))
  }

  async function browser(random: (below: number) => number): Promise<void> {
    const { disc } = titleOf(random)
    const client = await Client.connect(url, "api/session")
    client.socket.on("error", () => {})
    client.say({ ...playMessage(disc.id), audioCodecs: ["aac", "ac3"] })
    const begun = await Promise.race([client.hear("session"), client.hear("error"), wait(5_000)])
    const stream = begun !== undefined && (begun as { type: string }).type === "session" ? (begun as { stream: string }).stream : null
    if (stream !== null) note("stream", await readSome(at(stream), {}, random))
    const said = client.messages.find(({ type }) => type === "error")
    if (said !== undefined && said.type === "error" && said.code !== "limit") problems.push(`session: ${said.code} ${said.message}`)
    if (random(2) === 0) client.socket.terminate()
    else client.socket.close()
  }

  const kinds = [file, file, hls, browser]

  /** All clients, so many at once, again until the time is over. */
  async function come(seconds: number, clients: number): Promise<number> {
    const end = Date.now() + seconds * 1000
    let came = 0
    const next = async () => {
      while (came < clients || Date.now() < end) {
        const random = generator(++came)
        random(1)
        await (kinds[came % kinds.length] as typeof file)(random)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, next))
    return came
  }

  const sockets = ({ files }: Held) => files.filter((file) => file.startsWith("socket:")).length
  const count = ({ resources }: Held, kind: string) => resources.filter((name) => name === kind).length

  test(`${CLIENTS} of them, ${AT_ONCE} at once, for ${SECONDS} s leave nothing behind`, { timeout: (SECONDS + 120) * 1000 }, async () => {
    // What is made once and stays (a converter at hand, threads) is made by the first ones.
    await come(0, AT_ONCE)
    await wait(FREED_WITHIN_MS)
    const before = await serving.held()
    const came = await come(SECONDS, CLIENTS)
    const during = await serving.held()
    await wait(FREED_WITHIN_MS)
    const after = await serving.held()
    console.log(`${came} clients: ${[...seen].map(([kind, times]) => `${kind}: ${times}`).join(", ")}`)
    console.log(
      [before, during, after]
        .map((held) => `${held.files.length} files, ${sockets(held)} sockets, ${held.children} processes, ${Math.round(held.rss / 1e6)} MB`)
        .join("; "),
    )
    expect(came).toBeGreaterThanOrEqual(CLIENTS)
    expect(problems).toEqual([])
    expect(serving.stderr).toBe("")
    expect(after.children).toBeLessThanOrEqual(before.children)
    expect(sockets(after)).toBeLessThanOrEqual(sockets(before))
    expect([...after.files].sort()).toEqual([...before.files].sort())
    for (const kind of ["TCPSocketWrap", "ProcessWrap", "PipeWrap", "Timeout", "FSReqPromise", "HTTPINCOMINGMESSAGE"])
      expect(`${kind} ${count(after, kind)}`).toBe(`${kind} ${count(before, kind)}`)
    expect((await fetch(`${url}api/library`)).status).toBe(200)
  })
})
