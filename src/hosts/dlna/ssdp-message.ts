/** One datagram of the Simple Service Discovery Protocol (UPnP Device Architecture 1.0, 1.1 to 1.3). */
export type SsdpMessage = {
  readonly kind: "search" | "notify" | "response"
  /** By lower-case name; the first of each. */
  readonly headers: ReadonlyMap<string, string>
}

/** A datagram that fits a network's packets; real ones have 200 to 500 bytes. */
export const MAX_SSDP_BYTES = 2048
/** Real ones have about ten. */
const MAX_LINES = 40

/** A token of HTTP (RFC 9110 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

const FIRST_LINES = { search: "M-SEARCH * HTTP/1.1", notify: "NOTIFY * HTTP/1.1", response: "HTTP/1.1 200 OK" } as const
const KINDS: ReadonlyMap<string, SsdpMessage["kind"]> = new Map([
  [FIRST_LINES.search, "search"],
  [FIRST_LINES.notify, "notify"],
  [FIRST_LINES.response, "response"],
])

/** Null: no message of the protocol, or one that nobody sends who means well. */
export function parseSsdp(bytes: Uint8Array): SsdpMessage | null {
  if (bytes.length > MAX_SSDP_BYTES) return null
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1").split(/\r?\n/)
  const kind = KINDS.get((lines[0] ?? "").trim())
  if (kind === undefined || lines.length > MAX_LINES) return null
  const headers = new Map<string, string>()
  for (const line of lines.slice(1)) {
    if (line === "") break
    const colon = line.indexOf(":")
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase()
    if (!HEADER_NAME.test(name) || hasControlCharacter(line)) return null
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return { kind, headers }
}

/** A tab may separate words; nothing else below a space belongs into a header. */
function hasControlCharacter(line: string): boolean {
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true
  }
  return false
}

export function formatSsdp(kind: SsdpMessage["kind"], headers: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`.trimEnd())
  return Buffer.from([FIRST_LINES[kind], ...lines, "", ""].join("\r\n"), "latin1")
}

/** Seconds of `CACHE-CONTROL: max-age=1800`; null where it says none. */
export function maxAgeOf({ headers }: SsdpMessage): number | null {
  const match = /(?:^|[\s,])max-age\s*=\s*(\d{1,9})/i.exec(headers.get("cache-control") ?? "")
  return match === null ? null : Number(match[1])
}
