/** Entries of a device's list that are looked at: GStreamer's has 500. */
const MAX_ENTRIES = 5_000

/** One entry of a protocolInfo list (ConnectionManager:1 2.5.2): `http-get:*:video/mpeg:DLNA.ORG_PN=MPEG_PS_PAL`. */
export type ProtocolEntry = { readonly mimeType: string; readonly profile: string | null }

/** What a device takes over HTTP. Entries are divided by commas; a comma inside one comes as `\,`. */
export function parseProtocols(list: string): readonly ProtocolEntry[] {
  const entries = list.split(/(?<!\\),/, MAX_ENTRIES)
  return entries.flatMap((entry) => {
    const [protocol, , mimeType = "", info = ""] = entry.trim().split(":")
    if ((protocol !== "http-get" && protocol !== "*") || mimeType === "") return []
    // Parameters of a type say nothing that we could act on.
    const bare = (mimeType.split(";", 1)[0] ?? "").trim().toLowerCase()
    return [{ mimeType: bare, profile: /(?:^|;)\s*DLNA\.ORG_PN=([^;,\s]+)/i.exec(info)?.[1] ?? null }]
  })
}

/**
 * How well a device takes a form: `profile`: it names its profile; `type`: it names its type, without a word of profiles; `other-profile`: its type with other
 * profiles only; `no`.
 */
export type Fit = "profile" | "type" | "other-profile" | "no"

export function fitOf(form: ProtocolEntry, sinks: readonly ProtocolEntry[]): Fit {
  const ofType = sinks.filter(({ mimeType }) => isType(mimeType, form.mimeType))
  if (form.profile !== null && ofType.some(({ profile }) => profile === form.profile)) return "profile"
  if (ofType.some(({ profile }) => profile === null)) return "type"
  return ofType.length > 0 ? "other-profile" : "no"
}

function isType(pattern: string, type: string): boolean {
  if (pattern === "*" || pattern === "*/*" || pattern === type) return true
  return pattern.endsWith("/*") && type.startsWith(pattern.slice(0, -1))
}

const RANKS: Readonly<Record<Fit, number>> = { profile: 0, type: 0, "other-profile": 1, no: 2 }

/**
 * The forms in the order in which they are tried: those that the device names, then those of whose type it names other profiles, then the rest. Lists leave out
 * things that devices do play, so nothing is dropped; among equals the order stays. Without a list it stays altogether.
 */
export function inOrderOfFit<Form extends ProtocolEntry>(forms: readonly Form[], sinks: readonly ProtocolEntry[]): readonly Form[] {
  if (sinks.length === 0) return forms
  return [...forms].sort((a, b) => RANKS[fitOf(a, sinks)] - RANKS[fitOf(b, sinks)])
}
