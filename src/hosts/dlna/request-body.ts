import type { Context } from "hono"

/** The whole body as text; null: it is longer than `maxBytes`, and the rest is not read. */
export async function textBody(c: Context, maxBytes: number): Promise<string | null> {
  if (Number(c.req.header("content-length") ?? 0) > maxBytes) return null
  const reader = c.req.raw.body?.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    bytes += part.value.length
    if (bytes > maxBytes) {
      await reader?.cancel()
      return null
    }
    chunks.push(part.value)
  }
  return Buffer.concat(chunks).toString("utf8")
}
