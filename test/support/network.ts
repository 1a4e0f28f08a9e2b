import { execFileSync, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { hasProgram } from "./oracles.ts"

/** Names of namespaces of ours begin so; the process that made one follows. */
const PREFIX = "opentray-"
/** Of 198.18.0.0/15, which is set aside for tests of networks (RFC 2544): so many networks of four addresses. */
const SUBNETS = 1 << 15

/** Namespaces can be made here: by root, with iproute2. */
export const hasNetworks = hasProgram("ip") && process.getuid?.() === 0 && spawnSync("ip", ["netns", "list"]).status === 0

let made = 0

/** A network namespace with one cable to this one: what runs in it has a network of its own. Always `close` it. */
export class Network {
  readonly name: string
  /** This side's address, and the interface that has it. */
  readonly here: string
  readonly device: string
  /** The address and interface inside. */
  readonly there: string
  readonly innerDevice: string
  readonly #onExit = () => this.close()

  constructor() {
    removeAbandoned()
    this.name = `${PREFIX}${process.pid}-${made++}`
    const { first, id } = freeSubnet()
    this.here = dotted(first + 1)
    this.there = dotted(first + 2)
    this.device = `ot${id}a`
    this.innerDevice = `ot${id}b`
    process.on("exit", this.#onExit)
    ip("netns", "add", this.name)
    // An IPv6 address is tentative for a second, and gmediarender does not wait.
    ip("netns", "exec", this.name, "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6")
    ip("link", "add", this.device, "type", "veth", "peer", "name", this.innerDevice, "netns", this.name)
    ip("addr", "add", `${this.here}/30`, "dev", this.device)
    ip("link", "set", this.device, "up")
    ip("-n", this.name, "addr", "add", `${this.there}/30`, "dev", this.innerDevice)
    ip("-n", this.name, "link", "set", "lo", "up")
    ip("-n", this.name, "link", "set", this.innerDevice, "up")
    ip("-n", this.name, "route", "add", "default", "via", this.here)
  }

  /** The words that run a command inside; the process they start becomes that command. */
  inside(...command: readonly string[]): readonly [string, ...string[]] {
    return ["ip", "netns", "exec", this.name, ...command]
  }

  /** As if the cable were pulled. */
  unplug(): void {
    ip("-n", this.name, "link", "set", this.innerDevice, "down")
  }

  close(): void {
    process.off("exit", this.#onExit)
    // The interfaces go with it.
    spawnSync("ip", ["netns", "delete", this.name])
    spawnSync("ip", ["link", "delete", this.device])
  }
}

const ip = (...args: readonly string[]): string => execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
const dotted = (address: number): string => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")

function freeSubnet(): { readonly first: number; readonly id: string } {
  const used = ip("-4", "-o", "addr")
  for (;;) {
    const index = Math.floor(Math.random() * SUBNETS)
    const first = ((198 << 24) | (18 << 16)) + index * 4
    if (!used.includes(` ${dotted(first + 1)}/`)) return { first, id: index.toString(36) }
  }
}

/** A test that was killed could not tidy up. */
function removeAbandoned(): void {
  for (const line of ip("netns", "list").split("\n")) {
    const [name = ""] = line.split(" ")
    const [, pid] = /^opentray-(\d+)-\d+$/.exec(name) ?? []
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) spawnSync("ip", ["netns", "delete", name])
  }
}
