import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { RendererControl } from "../../src/hosts/dlna/renderer/control.ts"
import { Playback, type PlaybackOptions, type PlaybackStatus, type PlayForm } from "../../src/hosts/dlna/renderer/playback.ts"
import { FakeRenderer } from "./support/fake-renderer.ts"

let fake: FakeRenderer
const playbacks: Playback[] = []
beforeEach(async () => {
  fake = await FakeRenderer.start()
})
afterEach(async () => {
  await Promise.all(playbacks.splice(0).map((playback) => playback.stop()))
  await fake.close()
})

/** Each form's address says where it begins; a second has 100 bytes. */
const form = (label: string): PlayForm => ({
  label,
  load: async (seconds) => ({
    uri: `http://us/${label}/${Math.floor(seconds)}`,
    metadata: `<DIDL-Lite>${label}</DIDL-Lite>`,
    startsAt: Math.floor(seconds),
    timeAt: async (offset) => Math.floor(seconds) + offset / 100,
  }),
})

function play(options: Partial<PlaybackOptions> = {}): { playback: Playback; said: PlaybackStatus[] } {
  const said: PlaybackStatus[] = []
  const playback = new Playback(new RendererControl(fake.description), {
    forms: [form("first"), form("second")],
    onStatus: (status) => said.push(status),
    ...options,
  })
  playbacks.push(playback)
  return { playback, said }
}

async function until(is: () => boolean, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; !is(); ) {
    if (Date.now() > end) throw new Error("it did not come so")
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const isPlaying = (playback: Playback) => () => playback.status.state === "playing"

describe("a title on a renderer", () => {
  test("plays in the first form, from where it was left, and its position rises", async () => {
    const { playback, said } = play({ time: 40 })
    await until(() => (playback.status.time ?? 0) >= 43)
    expect(fake.loaded).toEqual(["http://us/first/40"])
    expect(fake.calls.find(({ action }) => action === "SetAVTransportURI")?.args.CurrentURIMetaData).toContain("first")
    const times = said.flatMap(({ state, time }) => (state === "playing" ? [time ?? -1] : []))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    // 15 of the 30 steps that its description names.
    expect(playback.status.volume).toBe(50)
    await playback.setVolume(80)
    expect(fake.calls.find(({ action }) => action === "SetVolume")?.args.DesiredVolume).toBe("24")
  })

  test("that counts from the title's beginning, not the stream's, is understood", async () => {
    fake.answers.SetAVTransportURI = ({ CurrentURI = "" }) => {
      fake.uri = CurrentURI
      fake.moveTo(40)
      return {}
    }
    const { playback } = play({ time: 40 })
    await until(() => (playback.status.time ?? 0) > 40)
    expect(playback.status.time).toBeLessThan(45)
    await playback.seek(20)
    expect(fake.loaded.at(-1)).toBe("http://us/first/20")
  })

  test.each([
    ["SetAVTransportURI", 714],
    ["SetAVTransportURI", 716],
    ["Play", 704],
    ["Play", 701],
  ])("is given in the next form when %s is refused with %i", async (action, code) => {
    const usual = fake.answers[action]!
    fake.answers[action] = (args) => (fake.loaded.length === 1 ? code : usual(args))
    const { playback } = play()
    await until(isPlaying(playback))
    expect(fake.loaded).toEqual(["http://us/first/0", "http://us/second/0"])
  })

  test("is given in the next form when the renderer stops before it has shown anything, or reports an error", async () => {
    fake.answers.Play = () => {
      if (fake.uri.includes("first")) return {}
      if (fake.uri.includes("second")) fake.status = "ERROR_OCCURRED"
      else fake.status = "OK"
      return fake.play()
    }
    const { playback } = play({ forms: [form("first"), form("second"), form("third")] })
    await until(isPlaying(playback))
    expect(fake.loaded.map((uri) => uri.split("/")[3])).toEqual(["first", "second", "third"])
  })

  test("ends with what each form met when none is taken", async () => {
    fake.answers.SetAVTransportURI = ({ CurrentURI = "" }) => (CurrentURI.includes("first") ? 714 : 716)
    const { playback } = play()
    await expect(playback.done).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringMatching(/Fake plays .*first: .*714 so it is; second: .*716/),
    })
    expect(playback.status).toMatchObject({ state: "stopped", error: { code: "unsupported" } })
  })

  test("pauses, goes on and stops", async () => {
    const { playback } = play()
    await until(isPlaying(playback))
    await playback.pause()
    expect(fake.state).toBe("PAUSED_PLAYBACK")
    await until(() => playback.status.state === "paused")
    await playback.resume()
    await until(isPlaying(playback))
    await playback.stop()
    await playback.done
    expect([fake.state, playback.status.state]).toEqual(["STOPPED", "stopped"])
    await expect(playback.seek(3)).rejects.toMatchObject({ code: "not-permitted" })
  })

  test("ends when the renderer comes to its end, and lets go when another's title plays there", async () => {
    const { playback } = play()
    await until(isPlaying(playback))
    fake.state = "STOPPED"
    await playback.done
    expect(playback.status).toMatchObject({ state: "stopped", error: null })

    const other = play().playback
    await until(isPlaying(other))
    fake.uri = "http://another/film"
    await other.done
    expect(fake.state).toBe("PLAYING")
  })
})

describe("a seek", () => {
  test("that lands is left alone", async () => {
    const { playback } = play()
    await until(isPlaying(playback))
    await playback.seek(30)
    await until(() => (playback.status.time ?? 0) >= 32)
    expect(fake.calls.filter(({ action }) => action === "Seek").map(({ args }) => args)).toMatchObject([
      { Unit: "REL_TIME", Target: "0:00:30" },
    ])
    expect(fake.loaded.length).toBe(1)
  })

  test("that is refused gives the title anew from there; so do all later ones", async () => {
    fake.answers.Seek = () => 710
    const { playback } = play()
    await until(isPlaying(playback))
    await playback.seek(30)
    expect(fake.loaded.at(-1)).toBe("http://us/first/30")
    await until(() => (playback.status.time ?? 0) >= 31)
    await playback.seek(10)
    expect(fake.loaded.at(-1)).toBe("http://us/first/10")
    expect(fake.calls.filter(({ action }) => action === "Seek").length).toBe(1)
    expect(playback.status.time).toBeLessThan(13)
  })

  test("that comes to another place gives the title anew from there", async () => {
    fake.answers.Seek = () => {
      fake.moveTo(12)
      return {}
    }
    const { playback } = play()
    await until(isPlaying(playback))
    await playback.seek(30)
    await until(() => fake.loaded.length === 2)
    expect(fake.loaded.at(-1)).toBe("http://us/first/30")
    await until(() => (playback.status.time ?? 0) >= 31 && playback.status.state === "playing")
  })

  test("whose bytes lie behind what was asked for gives the title anew, whatever position is told", async () => {
    let onRead: (offset: number) => void = () => {}
    const usual = fake.answers.Seek!
    fake.answers.Seek = (args) => {
      setTimeout(() => onRead(4900), 50)
      return usual(args)
    }
    const watchReads: PlaybackOptions["watchReads"] = (_uri, listener) => {
      onRead = listener
      return () => {}
    }
    const { playback } = play({ watchReads })
    await until(isPlaying(playback))
    await playback.seek(30)
    expect(fake.loaded.at(-1)).toBe("http://us/first/30")
  })

  test("in a paused title leaves it paused", async () => {
    fake.answers.Seek = () => 710
    const { playback } = play()
    await until(isPlaying(playback))
    await playback.pause()
    await playback.seek(30)
    expect([fake.loaded.at(-1), fake.state]).toEqual(["http://us/first/30", "PAUSED_PLAYBACK"])
  })
})

describe("a renderer that goes away", () => {
  test.each([
    ["its plug pulled", () => fake.close()],
    [
      "falling silent",
      async () => {
        for (const action of Object.keys(fake.answers)) fake.answers[action] = () => null
      },
    ],
  ])("is noticed within 10 s: %s", async (_how, go) => {
    const { playback } = play()
    await until(isPlaying(playback))
    const before = Date.now()
    await go()
    await expect(playback.done).rejects.toMatchObject({ code: "read-failed", message: expect.stringMatching(/Fake does not answer/) })
    expect(Date.now() - before).toBeLessThan(10_000)
    expect(playback.status.state).toBe("gone")
  })

  test("before it was given anything is an error too", async () => {
    const control = new RendererControl(fake.description)
    await fake.close()
    await expect(new Playback(control, { forms: [form("first")] }).done).rejects.toMatchObject({ code: "read-failed" })
    fake = await FakeRenderer.start()
  })
})
