import { spawnSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import WebSocket from "ws"
import { createTvHost } from "../../src/hosts/tv/index.ts"
import type { RemoteHostMessage, RemoteMessage, RemoteState, TvSessionListing } from "../../src/hosts/tv/protocol.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { type RunningServer, startServer } from "../../src/server/index.ts"
import { converterCounts } from "../../src/transcode/index.ts"
import { readFrameCode } from "../support/frame-code.ts"
import { FIRST_BUTTONS, litButton } from "../support/menu-light.ts"
import { hasProgram } from "../support/oracles.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"

/** samples/README.md: what the pictures of the DVD's menus say they are. */
const MAIN_MENU = 0

type Discs = { readonly dvd: string; readonly bluray: string }

let server: RunningServer
let discs: Discs
beforeAll(async () => {
  const ids: string[] = []
  server = await startServer({
    discs: [
      { disc: await openDisc(sampleDvd), name: "dvd" },
      { disc: await openDisc(sampleBluray), name: "bluray" },
    ],
    openDisc,
    hosts: [
      (context) => {
        ids.push(...context.discs().map(({ id }) => id))
        return createTvHost(context)
      },
    ],
  })
  discs = { dvd: ids[0] ?? "", bluray: ids[1] ?? "" }
})
afterAll(() => server?.close())

const post = (body: unknown) =>
  fetch(`${server.url}api/tv-sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  })

/** A television: it takes the endless stream and keeps what came last. */
class Television {
  readonly listing: TvSessionListing
  readonly #abort = new AbortController()
  /** From the newest key pictures on. */
  #bytes = Buffer.alloc(0)
  received = 0

  private constructor(listing: TvSessionListing) {
    this.listing = listing
  }

  static async begin(disc: string, from: "first-play" | "menu" = "first-play"): Promise<Television> {
    const response = await post({ disc, from })
    expect(response.status).toBe(201)
    const television = new Television((await response.json()) as TvSessionListing)
    void television.#take().catch(() => {})
    return television
  }

  async #take(): Promise<void> {
    const { body } = await fetch(new URL(this.listing.stream, server.url), { signal: this.#abort.signal })
    for await (const chunk of body ?? []) {
      this.received += chunk.length
      this.#bytes = Buffer.concat([this.#bytes, chunk])
    }
  }

  /** All that came. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** The last picture that came, as RGB. */
  picture(width: number, height: number): Buffer {
    return this.#last(`scale=${width}:${height}`, width, height)
  }

  #last(filter: string, width: number, height: number): Buffer {
    const tail = this.#bytes.subarray(Math.max(0, Math.floor((this.#bytes.length - 3_000_000) / 188)) * 188)
    const args = ["-v", "error", "-f", "mpegts", "-i", "-", "-an", "-vf", filter, "-pix_fmt", "rgb24"]
    const { stdout } = spawnSync("ffmpeg", [...args, "-f", "rawvideo", "-"], { input: tail, maxBuffer: 1 << 30 })
    return stdout.subarray(stdout.length - width * height * 3)
  }

  /** The last picture that came, of a sample's menu: which of its first two buttons is lit. */
  lit(name: "dvd.iso" | "bluray.iso"): 1 | 2 | null {
    const { left, top, width, height } = FIRST_BUTTONS[name]
    return litButton(this.#last(`crop=iw*${width}:ih*${height}:iw*${left}:ih*${top},scale=192:64`, 192, 64), 3)
  }

  async end(): Promise<void> {
    this.#abort.abort()
    await fetch(`${server.url}api/tv-sessions/${this.listing.id}`, { method: "DELETE" })
  }
}

/** A phone with the page of keys. */
class Remote {
  readonly socket: WebSocket
  readonly messages: RemoteHostMessage[] = []
  pictures = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on("message", (data, isBinary) => {
      if (isBinary) this.pictures++
      else this.messages.push(JSON.parse(String(data)) as RemoteHostMessage)
    })
  }

  static async connect(session: string): Promise<Remote> {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}api/remote?session=${session}`)
    const remote = new Remote(socket)
    await new Promise((resolve, reject) => {
      socket.on("open", resolve)
      socket.on("error", reject)
    })
    return remote
  }

  get state(): RemoteState | undefined {
    return this.messages.findLast((message): message is RemoteState => message.type === "state")
  }

  async until(is: (state: RemoteState) => boolean): Promise<RemoteState> {
    for (;;) {
      const { state } = this
      if (state !== undefined && is(state)) return state
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** What the disc answers. */
  async say(message: RemoteMessage): Promise<RemoteHostMessage> {
    const before = this.messages.length
    this.socket.send(JSON.stringify(message))
    for (;;) {
      const answer = this.messages.slice(before).find(({ type }) => type === "answer" || type === "error")
      if (answer !== undefined) return answer
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 50))
}

const isMenu = ({ domain, hasButtons }: RemoteState) => domain === "menu" && hasButtons

describe.skipIf(!hasProgram("ffmpeg"))("a disc's program on a device that plays only a stream", { timeout: 120_000 }, () => {
  test("the DVD's intro and menu come by themselves; keys move the light, and title 2 plays", async () => {
    const television = await Television.begin(discs.dvd)
    const remote = await Remote.connect(television.listing.id)
    await remote.until(isMenu)
    const [width, height] = [1024, 576]
    const codeOf = () => readFrameCode(television.picture(width, height), width, height)
    await until(() => codeOf()?.title === MAIN_MENU)
    await until(() => television.lit("dvd.iso") === 1)
    expect(await remote.say({ press: "down" })).toEqual({ type: "answer", outcome: "done", by: null })
    await until(() => television.lit("dvd.iso") === 2)
    expect(await remote.say({ press: "enter" })).toMatchObject({ outcome: "done" })
    const state = await remote.until(({ domain }) => domain === "title")
    expect(state).toMatchObject({ title: 2, isWatched: true })
    await until(() => codeOf()?.title === 2)
    expect(remote.pictures).toBeGreaterThan(0)
    remote.socket.terminate()
    await television.end()
    await until(() => converterCounts().open === 0)
  })

  test("the Blu-ray's menu, multiplexed apart from its film, is lit and leads to title 2", async () => {
    const television = await Television.begin(discs.bluray, "menu")
    const remote = await Remote.connect(television.listing.id)
    await remote.until(isMenu)
    await until(() => television.lit("bluray.iso") === 1)
    expect(await remote.say({ press: "down" })).toMatchObject({ outcome: "done" })
    await until(() => television.lit("bluray.iso") === 2)
    expect(await remote.say({ press: "enter" })).toMatchObject({ outcome: "done" })
    expect(await remote.until(({ domain }) => domain === "title")).toMatchObject({ title: 2 })
    await until(() => readFrameCode(television.picture(1280, 720), 1280, 720)?.title === 2)
    remote.socket.terminate()
    await television.end()
  })

  test("one stream through menu, jump, pause and title: nothing that FFmpeg complains of, and no gap in time", async () => {
    const television = await Television.begin(discs.dvd, "menu")
    const remote = await Remote.connect(television.listing.id)
    await remote.until(isMenu)
    await remote.say({ press: "enter" })
    await remote.until(({ domain, time }) => domain === "title" && time >= 1)
    await remote.say({ pause: true })
    const { time } = await remote.until(({ isPaused }) => isPaused)
    const length = television.received
    await until(() => television.received > length + 100_000)
    expect(remote.state?.time).toBeLessThanOrEqual(time + 3)
    await remote.say({ pause: false })
    await remote.until((state) => state.time > time + 3)
    const { bytes } = television
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 188))
    const decoded = spawnSync(
      "ffmpeg",
      ["-v", "error", "-f", "mpegts", "-i", "-", "-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-f", "null", "-"],
      { input: whole },
    )
    expect(String(decoded.stderr)).toBe("")
    for (const [track, most] of [
      ["v", 0.2],
      ["a", 0.03],
    ] as const) {
      const args = [
        "-v",
        "error",
        "-select_streams",
        `${track}:0`,
        "-show_entries",
        "packet=pts_time",
        "-of",
        "csv=p=0",
        "-f",
        "mpegts",
        "-",
      ]
      const times = String(spawnSync("ffprobe", args, { input: whole, maxBuffer: 1 << 26 }).stdout)
        .split("\n")
        .map(Number.parseFloat)
        .filter(Number.isFinite)
      expect(times.length).toBeGreaterThan(50)
      for (const [index, next] of times.slice(1).entries()) {
        expect(next - (times[index] ?? 0), track).toBeGreaterThan(0)
        expect(next - (times[index] ?? 0), track).toBeLessThan(most)
      }
    }
    remote.socket.terminate()
    await television.end()
  })

  test("as low-latency HLS: parts make up their segments, each of which begins with a key picture", async () => {
    const response = await post({ disc: discs.dvd, from: "menu" })
    const { hls, id } = (await response.json()) as TvSessionListing
    const address = new URL(hls, server.url)
    const playlist = async (query = "") => (await fetch(`${address}${query}`)).text()
    let text = await playlist()
    expect(text).toContain("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES")
    // A player asks for what is not there yet, and is answered as soon as it is.
    for (let part = 0; part < 16 && !text.includes("segment-2.ts"); part++) text = await playlist(`?_HLS_msn=2&_HLS_part=${part}`)
    expect(text).toContain("segment-2.ts")
    const whole = text.match(/^segment-\d+\.ts$/gm) ?? []
    for (const name of whole) {
      const segment = Buffer.from(await (await fetch(new URL(name, address))).arrayBuffer())
      const number = Number(/\d+/.exec(name)?.[0])
      const parts: Buffer[] = []
      for (const uri of new Set(text.match(new RegExp(`part-${number}-\\d+\\.ts`, "g")))) {
        parts.push(Buffer.from(await (await fetch(new URL(uri, address))).arrayBuffer()))
      }
      expect(Buffer.concat(parts).equals(segment), name).toBe(true)
      const args = ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=flags", "-of", "csv=p=0", "-f", "mpegts", "-"]
      expect(String(spawnSync("ffprobe", args, { input: segment }).stdout)).toMatch(/^K/)
    }
    const durations = (text.match(/^#EXTINF:([\d.]+)/gm) ?? []).map((line) => Number(line.slice(8)))
    for (const duration of durations) expect(Math.round(duration)).toBeLessThanOrEqual(2)
    expect((await fetch(`${address}?_HLS_msn=99`)).status).toBe(400)
    expect((await fetch(`${address}?_HLS_part=1`)).status).toBe(400)
    expect((await fetch(new URL("segment-999.ts", address))).status).toBe(404)
    await fetch(`${server.url}api/tv-sessions/${id}`, { method: "DELETE" })
    expect((await fetch(address)).status).toBe(404)
  })
})

describe("whoever asks wrongly", () => {
  test("is told so", async () => {
    expect((await post({ disc: "unknown" })).status).toBe(404)
    for (const wrong of [{}, { disc: 1 }, { disc: discs.dvd, from: "the end" }, "{", "x".repeat(5000)])
      expect((await post(wrong)).status).toBe(400)
    for (const path of ["stream.ts", "live.m3u8", "segment-0.ts"]) expect((await fetch(`${server.url}tv/unknown/${path}`)).status).toBe(404)
  })

  test("gets no more sessions than the machine has converters for, and those who end make room", async () => {
    const started: string[] = []
    let refused: { code: string } | null = null
    while (refused === null && started.length < 10) {
      const response = await post({ disc: discs.dvd })
      const answer = (await response.json()) as { id: string; code: string }
      if (response.status === 201) started.push(answer.id)
      else refused = answer
    }
    expect(refused?.code).toBe("limit")
    expect(((await (await fetch(`${server.url}api/tv-sessions`)).json()) as unknown[]).length).toBe(started.length)
    for (const id of started) expect((await fetch(`${server.url}api/tv-sessions/${id}`, { method: "DELETE" })).status).toBe(204)
    expect((await (await fetch(`${server.url}api/tv-sessions`)).json()) as unknown[]).toEqual([])
    await until(() => converterCounts().open === 0)
  })

  test("over the socket is cut off: no session, another site, nonsense, too many", async () => {
    const { id } = (await (await post({ disc: discs.dvd })).json()) as TvSessionListing
    const closed = (socket: WebSocket) => new Promise<number>((resolve) => socket.on("close", resolve))
    const address = `${server.url.replace("http", "ws")}api/remote`
    expect(await closed(new WebSocket(`${address}?session=unknown`))).toBe(4404)
    const foreign = new WebSocket(`${address}?session=${id}`, { origin: "http://elsewhere.example" })
    expect(await new Promise((resolve) => foreign.on("error", ({ message }) => resolve(message)))).toContain("403")
    for (const nonsense of [
      "{",
      "{}",
      '{"press":"any"}',
      '{"press":"up","menu":"root"}',
      '{"seek":-1}',
      '{"seek":1e999}',
      '{"point":{"x":2,"y":0}}',
    ]) {
      const remote = await Remote.connect(id)
      remote.socket.send(nonsense)
      expect(await closed(remote.socket), nonsense).toBe(1008)
    }
    const long = await Remote.connect(id)
    long.socket.send(JSON.stringify({ press: "x".repeat(2000) }))
    expect(await closed(long.socket)).toBe(1009)
    const remotes = await Promise.all(Array.from({ length: 8 }, () => Remote.connect(id)))
    expect(await closed((await Remote.connect(id)).socket)).toBe(4429)
    const over = remotes.map(({ socket }) => closed(socket))
    await fetch(`${server.url}api/tv-sessions/${id}`, { method: "DELETE" })
    await Promise.all(over)
    for (const { messages } of remotes) expect(messages.at(-1)).toEqual({ type: "over", code: null, message: null })
  })
})
