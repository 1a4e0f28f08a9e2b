import { Hono } from "hono"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { createMediaHost } from "../../src/hosts/dlna/media-host.ts"
import { ReadWatch } from "../../src/hosts/dlna/read-watch.ts"
import { createRendererHost, RendererDirectory } from "../../src/hosts/dlna/renderer/index.ts"
import type { RendererStatus } from "../../src/hosts/dlna/renderer/renderers.ts"
import type { Host, HostContext } from "../../src/hosts/host.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { type RunningServer, startServer } from "../../src/server/index.ts"
import { Network } from "../support/network.ts"
import { hasRenderer, Renderer } from "../support/renderer.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"
import { canMakeUnevenDvd, unevenDvd } from "./support/uneven-dvd.ts"

/** The ids of the sessions that were ended. */
const ended: string[] = []

/** As the host of menus answers; its stream is a title's. */
function tvSessions(context: HostContext): Host {
  const routes = new Hono()
  routes.post("/api/tv-sessions", async (c) => {
    const { disc } = (await c.req.json()) as { disc: string }
    if (context.find(disc) === null) return c.json({ code: "not-found", message: "no such disc" }, 404)
    return c.json({ id: "7", stream: `/dlna/media/${disc}/1/whole/title.ts`, remote: "/remote.html?session=7" }, 201)
  })
  routes.delete("/api/tv-sessions/:id", (c) => {
    ended.push(c.req.param("id"))
    return c.body(null, 204)
  })
  return { routes, sockets: new Map(), close: async () => {} }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(!hasRenderer)("titles on gmediarender over /api/renderers", () => {
  let network: Network
  let renderer: Renderer
  let directory: RendererDirectory
  const servers: RunningServer[] = []
  beforeAll(async () => {
    network = new Network()
    renderer = await Renderer.start(network, "Couch")
    directory = new RendererDirectory({ interfaces: [network.device] })
  })
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })
  afterAll(async () => {
    await directory?.close()
    await renderer?.kill()
    network?.close()
  })

  async function serve(path: string, host = network.here): Promise<Api> {
    const reads = new ReadWatch()
    let disc = ""
    const server = await startServer({
      host,
      discs: [{ disc: await openDisc(path), name: "disc" }],
      openDisc,
      hosts: [
        (context) => {
          disc = context.discs()[0]?.id ?? ""
          return createRendererHost(context, { directory, reads })
        },
        (context) => createMediaHost(context, reads),
        tvSessions,
      ],
    })
    servers.push(server)
    return new Api(`${server.url}api/renderers`, renderer.udn, disc)
  }

  /** What the page does. */
  class Api {
    readonly url: string
    readonly id: string
    readonly disc: string

    constructor(url: string, id: string, disc: string) {
      this.url = url
      this.id = id
      this.disc = disc
    }

    async get(path = `/${this.id}`): Promise<{ status: number; body: RendererStatus & Record<string, unknown> }> {
      const response = await fetch(this.url + path)
      return { status: response.status, body: (await response.json()) as RendererStatus & Record<string, unknown> }
    }

    async post(act: object, id = this.id): Promise<{ status: number; body: RendererStatus & { code?: string; remote?: string } }> {
      const response = await fetch(`${this.url}/${id}`, { method: "POST", body: JSON.stringify(act) })
      return { status: response.status, body: (await response.json()) as RendererStatus & { code?: string; remote?: string } }
    }

    async until(is: (status: RendererStatus) => boolean, ms = 40_000): Promise<RendererStatus> {
      for (const end = Date.now() + ms; ; await pause(50)) {
        const { body } = await this.get()
        if (is(body)) return body
        if (Date.now() > end) throw new Error(`it did not come so: ${JSON.stringify(body)} ${renderer.complaints.slice(-5).join(" ")}`)
      }
    }

    /** Seeks, lets it play on, and gives the second of the title with which the picture that is shown now began. */
    async landing(time: number, rate: number): Promise<number> {
      const from = renderer.shown.length
      expect((await this.post({ action: "seek", time })).status).toBe(200)
      await this.until((status) => status.state === "playing" && (status.time ?? 0) >= time + 1.5)
      const frames = renderer.shown.slice(from).flatMap(({ code }) => (code === null ? [] : [code.frame]))
      const first = frames.findLast((frame, index) => index === 0 || Math.abs(frame - (frames[index - 1] ?? 0)) > 3)
      return (first ?? Number.NaN) / rate
    }
  }

  test("the renderer is listed, at once when it is known and after a search when not", async () => {
    const api = await serve(sampleDvd)
    const found = await api.get("?search=1")
    expect(found.body).toEqual([{ id: renderer.udn, name: "Couch", kind: "dlna" }])
    const before = Date.now()
    expect((await api.get("")).body).toEqual(found.body)
    expect(Date.now() - before).toBeLessThan(300)
    expect((await api.get()).body).toEqual({
      state: "stopped",
      disc: null,
      title: null,
      time: null,
      duration: null,
      volume: null,
      error: null,
    })
  })

  test("a title plays, and does what is asked", { timeout: 90_000 }, async () => {
    const api = await serve(sampleDvd)
    const { disc } = api
    const begun = await api.post({ action: "play", disc, title: 1, time: 5 })
    expect(begun).toMatchObject({ status: 200, body: { state: "transitioning", disc, title: 1, time: 5, duration: 36 } })
    await api.until(({ state, time, volume }) => state === "playing" && (time ?? 0) >= 7 && volume === 100)
    expect((await api.post({ action: "pause" })).body.state).toBe("paused")
    expect((await api.post({ action: "resume" })).body.state).toBe("playing")
    expect((await api.post({ action: "volume", volume: 40 })).body.volume).toBe(40)
    expect(Math.abs((await api.landing(20, 25)) - 20)).toBeLessThan(1)
    expect((await api.post({ action: "stop" })).body).toMatchObject({ state: "stopped", error: null })
    expect(await api.post({ action: "pause" })).toMatchObject({ status: 400, body: { code: "not-permitted" } })
    expect(renderer.complaints).toEqual([])
  })

  test("a title takes another one's place", { timeout: 90_000 }, async () => {
    // On all addresses, as for the whole house: the renderer is given the one that it reaches.
    const api = await serve(sampleBluray, "0.0.0.0")
    await api.post({ action: "play", disc: api.disc, title: 1 })
    await api.until(({ state }) => state === "playing")
    const from = renderer.shown.length
    await api.post({ action: "play", disc: api.disc, title: 4 })
    await api.until(({ state, title, time }) => state === "playing" && title === 4 && (time ?? 0) > 1)
    expect(renderer.shown.slice(from).at(-1)?.code?.title).toBe(4)
    // To its end: 108 pictures.
    expect(await api.until(({ state }) => state === "stopped")).toMatchObject({ title: 4, error: null })
    expect(renderer.shown.at(-1)?.code?.frame).toBe(107)
  })

  test("a title with a subtitle is converted on the way, and still sought in", { timeout: 120_000 }, async () => {
    const api = await serve(sampleDvd)
    await api.post({ action: "play", disc: api.disc, title: 1, subtitle: 1, audio: 2 })
    await api.until(({ state, time }) => state === "playing" && (time ?? 0) >= 1)
    expect(Math.abs((await api.landing(20, 25)) - 20)).toBeLessThan(1)
    await api.post({ action: "stop" })
  })

  test.skipIf(!canMakeUnevenDvd)("seeks land within a second where the bit rate goes up and down by 20", { timeout: 180_000 }, async () => {
    const api = await serve(await unevenDvd())
    await api.post({ action: "play", disc: api.disc, title: 1 })
    await api.until(({ state }) => state === "playing")
    for (const time of [30, 65, 10, 55]) expect(Math.abs((await api.landing(time, 25)) - time)).toBeLessThan(1)
    await api.post({ action: "stop" })
  })

  test("a menu is what the server's own tv session streams, and ends with it", { timeout: 60_000 }, async () => {
    const api = await serve(sampleBluray)
    const begun = await api.post({ action: "menu", disc: api.disc })
    expect(begun).toMatchObject({ status: 200, body: { disc: api.disc, title: null, duration: null, remote: "/remote.html?session=7" } })
    await api.until(({ state }) => state === "playing")
    expect(await api.post({ action: "seek", time: 3 })).toMatchObject({ status: 400, body: { code: "not-permitted" } })
    await api.post({ action: "stop" })
    for (let i = 0; i < 50 && ended.length === 0; i++) await pause(50)
    expect(ended).toEqual(["7"])
    expect(await api.post({ action: "menu", disc: "none" })).toMatchObject({ status: 404 })
  })

  test("what cannot be is refused in words", async () => {
    const api = await serve(sampleDvd)
    const { disc } = api
    const refusals = [
      [await api.post({ action: "play", disc, title: 99 }), 404, "not-found"],
      [await api.post({ action: "play", disc: "none", title: 1 }), 404, "not-found"],
      [await api.post({ action: "play", disc, title: 1 }, "no-such-renderer"), 404, "not-found"],
      [await api.post({ action: "play", disc, title: 1, audio: 30 }), 404, "not-found"],
      [await api.post({ action: "play", disc, title: 1, time: 40 }), 404, "not-found"],
      [await api.post({ action: "jump" }), 400, "bad-argument"],
      [await api.post({ action: "seek", time: -1 }), 400, "bad-argument"],
      [await api.post({ action: "volume", volume: 101 }), 400, "bad-argument"],
      [await api.post({ action: "play", disc: "x".repeat(20_000), title: 1 }), 400, "limit"],
      [await api.get("/none"), 404, "not-found"],
    ] as const
    for (const [answer, status, code] of refusals) expect(answer).toMatchObject({ status, body: { code } })
  })

  test("a server that only this machine reaches says so", async () => {
    const api = await serve(sampleDvd, "127.0.0.1")
    expect(await api.post({ action: "play", disc: api.disc, title: 1 })).toMatchObject({
      status: 400,
      body: { code: "unavailable", message: expect.stringMatching(/--lan/) },
    })
  })
})
