import type { IncomingMessage } from "node:http"
import { hostname } from "node:os"

/**
 * Who may talk to the server. A page of another site must not reach it by a name that it points at us (DNS rebinding: the Host header
 * tells) nor by sending requests from its own scripts (the Origin header tells).
 */
export class Guard {
  readonly #names: Set<string>
  readonly #anyAddress: boolean

  /** `host` is what the server listens on. */
  constructor(host: string) {
    this.#names = new Set(["localhost", "127.0.0.1", "[::1]", host, `[${host}]`])
    // Listening beyond loopback, people reach it by any of this machine's addresses; names are still refused, for only names can be rebound.
    this.#anyAddress = !isLoopback(host)
    // But for the machine's own, which no other site's name server answers for.
    if (this.#anyAddress) for (const name of ownNames(hostname().toLowerCase())) this.#names.add(name)
  }

  /** Null when the request is welcome, else why not. */
  refusal(headers: IncomingMessage["headers"]): string | null {
    const { host, origin } = headers
    if (host === undefined || !this.#isOurs(hostName(host))) return `the Host header "${host ?? ""}" is not this server's`
    if (origin !== undefined && !isSameOrigin(origin, host)) return `the origin "${origin}" is another site`
    return null
  }

  #isOurs(name: string): boolean {
    if (this.#names.has(name)) return true
    return this.#anyAddress && (/^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.startsWith("["))
  }
}

/** A single word is looked up in the house, and so is what ends in `.local` (RFC 6762). */
function ownNames(name: string): readonly string[] {
  const [first = ""] = name.split(".")
  return first === "" ? [] : [first, `${first}.local`]
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host)
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase()
}

function isSameOrigin(origin: string, host: string): boolean {
  try {
    return new URL(origin).host === host.toLowerCase()
  } catch {
    return false
  }
}
