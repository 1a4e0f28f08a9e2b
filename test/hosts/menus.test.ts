import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createBrowserHost } from "../../src/hosts/browser/index.ts"
import type { HostMessage, PlayStart } from "../../src/hosts/browser/protocol.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { type RunningServer, startServer } from "../../src/server/index.ts"
import { sample } from "../support/browser.ts"
import { Client, discs, playMessage } from "./client.ts"

type Of<T extends HostMessage["type"]> = Extract<HostMessage, { type: T }>

/** A page that shows nothing: it takes the stream, and says what it presents when it is told to. */
class Watcher {
  readonly client: Client
  #acts = 0

  private constructor(client: Client) {
    this.client = client
  }

  static async begin(server: RunningServer, start: PlayStart): Promise<Watcher> {
    const client = await Client.connect(server.url, "api/session")
    client.say({ ...playMessage((await discs(server.url))[0]?.id ?? ""), start })
    const { stream } = await client.hear("session")
    void fetch(server.url + stream)
      .then((response) => response.body?.pipeTo(new WritableStream()))
      .catch(() => {})
    return new Watcher(client)
  }

  /** The first message that is so, now or later. */
  async heard<T extends HostMessage["type"]>(type: T, is: (message: Of<T>) => boolean = () => true): Promise<Of<T>> {
    const until = Date.now() + 20_000
    while (Date.now() < until) {
      const found = this.client.messages.find((message): message is Of<T> => message.type === type && is(message as Of<T>))
      if (found !== undefined) return found
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`no such ${type} among ${this.client.messages.map((message) => message.type).join(" ")}`)
  }

  present(time: number): void {
    this.client.say({ type: "presented", time })
  }

  async act(act: object): Promise<Of<"answer">["answer"]> {
    const id = ++this.#acts
    this.client.say({ ...act, id })
    return (await this.heard("answer", (message) => message.id === id)).answer
  }

  press(key: string) {
    return this.act({ type: "press", key })
  }

  end(): void {
    this.client.socket.terminate()
  }
}

describe("a DVD's program over the browser host", () => {
  let server: RunningServer
  beforeAll(async () => {
    const disc = await openDisc(sample("dvd.iso"))
    server = await startServer({ discs: [{ disc, name: "dvd.iso" }], openDisc, hosts: [(context) => createBrowserHost(context)] })
  })
  afterAll(() => server?.close())

  test("tells of buttons, moves among them, refuses in the intro, and goes where a button leads", async () => {
    const watcher = await Watcher.begin(server, { from: "first-play" })
    const intro = await watcher.heard("discontinuity")
    watcher.present(intro.showFrom + 0.5)
    expect(await watcher.press("next")).toEqual({ outcome: "refused", by: "uop-pgc", flush: false })

    const highlight = await watcher.heard("highlight", ({ buttons }) => buttons.length > 0)
    expect(highlight).toMatchObject({ planeWidth: 720, planeHeight: 576, selected: 1 })
    expect(highlight.at).toBeGreaterThan(intro.showFrom + 3)
    for (const { selectedPalette, activatedPalette } of highlight.buttons) {
      expect(selectedPalette).toMatch(/^[0-9a-f]{32}$/)
      expect(activatedPalette).toMatch(/^[0-9a-f]{32}$/)
      expect(activatedPalette).not.toBe(selectedPalette)
    }
    // What the page shows is the intro still: it was not taken for granted that the menu is on the screen.
    expect((await watcher.press("down")).outcome).not.toBe("done")

    watcher.present(highlight.at + 0.1)
    const moved = await watcher.press("down")
    expect(moved).toMatchObject({ outcome: "done", flush: false, highlight: { selected: 2 } })
    const fifth = highlight.buttons.find(({ number }) => number === 5)
    const middle = { x: (fifth?.x ?? 0) + (fifth?.width ?? 0) / 2, y: (fifth?.y ?? 0) + (fifth?.height ?? 0) / 2 }
    expect(await watcher.act({ type: "point", ...middle, activate: false })).toMatchObject({ outcome: "done", highlight: { selected: 5 } })
    expect(await watcher.act({ type: "point", x: 0, y: 0, activate: true })).toEqual({ outcome: "nothing", flush: false })
    expect(await watcher.act({ type: "point", ...middle, activate: true })).toMatchObject({ outcome: "done", flush: true })

    const extras = await watcher.heard("discontinuity", ({ flush }) => flush)
    expect(extras.showFrom).toBeGreaterThan(highlight.at)
    watcher.present(extras.showFrom + 1)
    const still = await watcher.heard("still", ({ at }) => at > extras.showFrom)
    expect(still.seconds).toBe("until-key")
    watcher.end()
  })

  test("time goes on through a still without end, as far as the page shows it", async () => {
    const watcher = await Watcher.begin(server, { menu: "chapter" })
    const still = await watcher.heard("still")
    watcher.present(still.at + 1)
    await watcher.heard("position", ({ at }) => at > still.at + 2)
    watcher.present(still.at + 20)
    await watcher.heard("position", ({ at }) => at > still.at + 21)
    expect((await watcher.heard("position", ({ at }) => at > still.at + 20)).domain).toBe("menu")
    watcher.end()
  })

  test("a title by the disc's rules has its menus; one without has none", async () => {
    const ruled = await Watcher.begin(server, { title: 2, time: 0, program: true })
    const start = await ruled.heard("discontinuity")
    ruled.present(start.showFrom + 0.5)
    expect(await ruled.act({ type: "menu", name: "root" })).toMatchObject({ outcome: "done", flush: true })
    await ruled.heard("position", ({ domain }) => domain === "menu")
    ruled.end()

    const plain = await Watcher.begin(server, { title: 2, time: 0 })
    await plain.heard("discontinuity")
    plain.client.say({ type: "menu", id: 1, name: "root" })
    expect(await plain.heard("error")).toMatchObject({ code: "unsupported", id: 1 })
    plain.end()
  })
})
