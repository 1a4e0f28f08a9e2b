import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { RunningServer } from "../../src/server/index.ts"
import { readFrameCode } from "../support/frame-code.ts"
import { hasNetworks, Network } from "../support/network.ts"
import { hasProgram } from "../support/oracles.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"
import { ControlPoint } from "./support/control-point.ts"
import { madeDisc } from "./support/made-disc.ts"
import { serveDlna, serveList } from "./support/serve-dlna.ts"

/** Debian's own: bindings to its libraries are made for no other. */
const PYTHON = "/usr/bin/python3"
const canImport = (code: string): boolean => hasNetworks && spawnSync(PYTHON, ["-c", code]).status === 0
const hasGupnp = canImport('import gi; gi.require_version("GUPnP", "1.6"); from gi.repository import GUPnP')
const hasVlc = canImport('import ctypes; ctypes.CDLL("libvlc.so.5")') && hasProgram("vlc")
const script = (name: string): string => join(import.meta.dirname, "support", name)

/** What a program prints, a line at a time. */
class Listener {
  readonly lines: string[] = []
  readonly #child: ChildProcess

  constructor(network: Network, ...command: string[]) {
    const [program, ...args] = network.inside(...command)
    this.#child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] })
    if (this.#child.stdout !== null) createInterface(this.#child.stdout).on("line", (line) => this.lines.push(line))
  }

  async until(isThere: (lines: readonly string[]) => boolean, ms = 30_000): Promise<void> {
    const end = Date.now() + ms
    while (!isThere(this.lines) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 30))
    expect(isThere(this.lines), this.lines.slice(-5).join("\n")).toBe(true)
  }

  /** Lines that are JSON objects, by what they `say`. */
  said(what: string) {
    return this.lines.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : [])).filter(({ say }) => say === what)
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return resolve()
      this.#child.once("exit", () => resolve())
      this.#child.kill("SIGKILL")
    })
  }
}

describe.skipIf(!hasNetworks)("a server of one interface", () => {
  let network: Network
  beforeAll(() => {
    network = new Network()
  })
  afterAll(() => network?.close())
  const serve = (options = {}): Promise<RunningServer> =>
    serveDlna({ images: [sampleDvd, sampleBluray], host: "0.0.0.0", interfaces: [network.device], name: "Den", ...options })

  test.skipIf(!hasProgram("gssdp-discover"))("is found by gssdp-discover, at its address there, and said goodbye to", async () => {
    const discover = (...args: string[]) => new Listener(network, "gssdp-discover", "-i", network.innerDevice, "-m", "all", ...args)
    const all = discover()
    const listeners = [all]
    let server: RunningServer | null = await serve()
    const location = `http://${network.here}:${server.port}/dlna/description.xml`
    try {
      const late = discover("-t", "urn:schemas-upnp-org:device:MediaServer:1")
      listeners.push(late)
      for (const heard of listeners) await heard.until((lines) => lines.some((line) => line.includes(location)))
      const kinds = ["upnp:rootdevice", "device:MediaServer:1", "service:ContentDirectory:1", "service:ConnectionManager:1"]
      await all.until((lines) => kinds.every((kind) => lines.some((line) => line.includes(kind))))
      await server.close()
      server = null
      await late.until((lines) => lines.some((line) => line === "resource unavailable"))
    } finally {
      await Promise.all(listeners.map((one) => one.end()))
      await server?.close()
    }
  })

  test("is silent where it was not asked to be heard", async () => {
    const server = await serve({ interfaces: ["lo"] })
    const point = new Listener(network, "gssdp-discover", "-i", network.innerDevice, "-t", "urn:schemas-upnp-org:device:MediaServer:1")
    try {
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      expect(point.lines.filter((line) => line.includes("Location"))).toEqual([])
    } finally {
      await point.end()
      await server.close()
    }
  })

  test.skipIf(!hasGupnp)("is walked by GUPnP, which sees what a plain control point sees, and hears its events", async () => {
    const server = await serve()
    const walker = new Listener(network, PYTHON, script("gupnp-walk.py"), network.innerDevice, "Den")
    try {
      await walker.until(() => walker.said("event").length > 0)
      expect(walker.said("found")[0]).toMatchObject({ name: "Den", model: "opentray" })
      const walked = walker.said("object").map(({ id }) => id)
      const seen: string[] = []
      const walk = async (id: string): Promise<void> => {
        for (const object of (await new ControlPoint(server.url).browse(id)).objects) {
          seen.push(object.id)
          if (object.kind === "container") await walk(object.id)
        }
      }
      await walk("0")
      expect([...walked].sort()).toEqual([...seen].sort())
      expect(walked.length).toBeGreaterThan(150)
    } finally {
      await walker.end()
      await server.close()
    }
  })

  describe.skipIf(!hasVlc)("in VLC", () => {
    const folder = mkdtempSync(join(tmpdir(), "opentray-vlc-"))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    test("is found and listed by the UPnP module", async () => {
      const server = await serve()
      const vlc = new Listener(network, PYTHON, script("vlc-upnp.py"), "Den", "3")
      try {
        await vlc.until(() => vlc.said("done").length > 0, 60_000)
        expect(vlc.said("found")[0]?.names).toContain("Den")
        const listed = vlc.said("object").map(({ path }) => path.join("/"))
        for (const path of [
          "dvd",
          "dvd/dvd",
          "dvd/Chapters/Chapter 4 (0:28)",
          "dvd/All titles/Title 2 (0:12)",
          "dvd/Languages/French (AC-3 stereo)",
        ]) {
          expect(listed).toContain(path)
        }
        expect(listed.filter((path) => path.startsWith("opentray sample Blu-ray/All titles/")).length).toBe(14)
      } finally {
        await vlc.end()
        await server.close()
      }
    })

    test.each([
      ["dvd", { disc: 1, title: 1 }, 25, 36],
      ["opentray sample Blu-ray", { disc: 2, title: 1 }, 24_000 / 1_001, 20],
    ] as const)("plays a title of %s, and shows the right picture after a seek", async (disc, code, rate, duration) => {
      const server = await serve()
      const file = join(folder, `${code.disc}.rgb`)
      const vlc = new Listener(network, PYTHON, script("vlc-upnp.py"), "Den", "1", disc, "All titles", "Title 1", "--", "0.6", file)
      try {
        await vlc.until(() => vlc.said("done").length > 0, 60_000)
        expect(vlc.said("playing")[0]).toMatchObject({ begun: true, state: "playing" })
        expect(vlc.said("sought")[0]?.state).toBe("playing")
        const shown = readFrameCode(readFileSync(file), 320, 180)
        expect(shown).toMatchObject(code)
        const seconds = (shown?.frame ?? 0) / rate
        console.log(`${disc}: sought to ${(0.6 * duration).toFixed(1)} s, shown ${seconds.toFixed(1)} s a second later`)
        // It seeks by bytes, and the bit rate varies; it then went on for 25 pictures.
        expect(Math.abs(seconds - 1 - 0.6 * duration)).toBeLessThan(0.12 * duration)
      } finally {
        await vlc.end()
        await server.close()
      }
    })
  })
})

test("a server of this machine alone announces itself to nobody", async () => {
  const server = await serveList([madeDisc("a")])
  try {
    // The port is bound by whoever announces.
    expect(
      readFileSync("/proc/net/udp", "utf8")
        .split("\n")
        .filter((line) => line.includes(":076C ") && ownsSocket(line)),
    ).toEqual([])
  } finally {
    await server.close()
  }
})

/** Whether a line of /proc/net/udp is of a socket of this process. */
function ownsSocket(line: string): boolean {
  const inode = line.trim().split(/\s+/)[9]
  return spawnSync("sh", ["-c", `ls -l /proc/${process.pid}/fd | grep -q 'socket:\\[${inode}\\]'`]).status === 0
}
