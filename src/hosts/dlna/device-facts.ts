import type { HttpBindings } from "@hono/node-server"
import type { Context } from "hono"
import type { DeviceFacts } from "./device-rules.ts"

/** What is known of the renderer at an address; null: none was found there. */
export type RendererAt = (address: string) => { readonly friendlyName: string; readonly sink: string } | null

/** What a request tells of the device that sends it. */
export function deviceOf(c: Context, rendererAt: RendererAt): DeviceFacts {
  const address = addressOf(c)
  const renderer = address === null ? null : rendererAt(address)
  return {
    userAgent: c.req.header("user-agent"),
    clientInfo: c.req.header("x-av-client-info"),
    ...(renderer === null ? {} : { friendlyName: renderer.friendlyName, sink: renderer.sink }),
  }
}

/** Who asks; an IPv4 address in its own form also where the server listens for both kinds. */
export function addressOf(c: Context): string | null {
  const address = (c.env as HttpBindings).incoming.socket.remoteAddress ?? null
  return address === null ? null : address.replace(/^::ffff:(?=\d+\.)/i, "")
}
