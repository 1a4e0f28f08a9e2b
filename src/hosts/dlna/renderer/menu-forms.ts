import * as v from "valibot"
import { DiscError } from "../../../base/index.ts"
import type { ListedDisc } from "../../host.ts"
import { protocolInfo } from "../profiles.ts"
import { itemMetadata } from "./metadata.ts"
import type { PlayForm } from "./playback.ts"

const begun = v.object({ stream: v.pipe(v.string(), v.startsWith("/")), remote: v.pipe(v.string(), v.startsWith("/")) })
const refused = v.object({ code: v.string(), message: v.string() })

/**
 * The disc's program as a stream for a renderer, begun at the server's own `/api/tv-sessions`; `remote`: the page that drives it, from the server's root.
 * @throws DiscError what the server refuses
 */
export async function menuForms(
  listed: ListedDisc,
  base: string,
): Promise<{ readonly forms: readonly PlayForm[]; readonly remote: string }> {
  const response = await fetch(`${base}/api/tv-sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ disc: listed.id }),
  })
  const answer: unknown = await response.json().catch(() => null)
  const session = v.safeParse(begun, answer)
  if (!response.ok || !session.success) {
    const said = v.safeParse(refused, answer)
    throw new DiscError("unavailable", said.success ? said.output.message : "this server plays no menus on renderers")
  }
  const { stream, remote } = session.output
  const uri = base + stream
  const facts = { mimeType: "video/mpeg", profile: null, seeking: "none", isConverted: true } as const
  const item = {
    name: listed.info.label || listed.name,
    uri,
    protocolInfo: protocolInfo(facts),
    durationSeconds: null,
    sizeBytes: null,
    resolution: null,
  }
  const load = async () => ({ uri, metadata: itemMetadata(item), startsAt: 0 })
  return { forms: [{ mimeType: facts.mimeType, profile: null, label: "menu", load }], remote }
}
