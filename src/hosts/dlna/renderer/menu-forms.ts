import * as v from "valibot"
import { DiscError } from "../../../base/index.ts"
import type { ListedDisc } from "../../host.ts"
import { itemMetadata } from "./metadata.ts"
import type { PlayForm } from "./playback.ts"

const path = v.pipe(v.string(), v.startsWith("/"), v.maxLength(1000))
const begun = v.object({ id: v.string(), stream: path, remote: path })
const refused = v.object({ code: v.string(), message: v.string() })

/** A transport stream without end, which comes at its own pace and cannot be sought in (DLNA Guidelines part 1-1, 7.4.1.3.24). */
const LIVE_PROTOCOL = "http-get:*:video/mp2t:DLNA.ORG_OP=00;DLNA.ORG_CI=1;DLNA.ORG_FLAGS=8D100000000000000000000000000000"

/** A disc's program, begun as a stream for a renderer. */
export type BegunMenu = {
  readonly forms: readonly PlayForm[]
  /** The page that drives it, from the server's root. */
  readonly remote: string
  /** Best effort: a session that nobody watches ends by itself too. */
  end(): Promise<void>
}

/** Begins the disc's program at the server's own `/api/tv-sessions`. @throws DiscError what the server refuses */
export async function beginMenu(listed: ListedDisc, base: string): Promise<BegunMenu> {
  const sessions = `${base}/api/tv-sessions`
  const body = JSON.stringify({ disc: listed.id })
  const response = await fetch(sessions, { method: "POST", headers: { "content-type": "application/json" }, body })
  const answer: unknown = await response.json().catch(() => null)
  const session = v.safeParse(begun, answer)
  if (!response.ok || !session.success) {
    const said = v.safeParse(refused, answer)
    throw new DiscError("unavailable", said.success ? said.output.message : "this server plays no menus on renderers")
  }
  const { id, stream, remote } = session.output
  const uri = base + stream
  const name = listed.info.label || listed.name
  const metadata = itemMetadata({ name, uri, protocolInfo: LIVE_PROTOCOL, durationSeconds: null, sizeBytes: null, resolution: null })
  return {
    forms: [{ label: "menu", load: async () => ({ uri, metadata, startsAt: 0, isLive: true }) }],
    remote,
    end: async () => {
      await fetch(`${sessions}/${encodeURIComponent(id)}`, { method: "DELETE" }).catch(() => {})
    },
  }
}
