import * as v from "valibot"
import type { RemoteMessage } from "./protocol.ts"

/** A key's name and a little around it. */
export const MAX_REMOTE_MESSAGE_BYTES = 1024

const part = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const ordinal = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))
const seconds = v.pipe(v.number(), v.finite(), v.minValue(0))
const key = v.union([
  v.picklist(["up", "down", "left", "right", "enter", "next", "previous", "return", "popup", "audio", "subtitle", "angle"]),
  v.picklist(["red", "green", "yellow", "blue"]),
  v.custom<`digit-${number}`>((value) => typeof value === "string" && /^digit-[0-9]$/.test(value)),
])

const remoteMessage = v.union([
  v.strictObject({ press: key }),
  v.strictObject({ point: v.strictObject({ x: part, y: part, activate: v.boolean() }) }),
  v.strictObject({ menu: v.picklist(["root", "title", "audio", "subtitle", "angle", "chapter"]) }),
  v.strictObject({ seek: seconds }),
  v.strictObject({ chapter: ordinal }),
  v.strictObject({ pause: v.boolean() }),
  v.strictObject({ select: v.strictObject({ audio: v.exactOptional(ordinal), subtitle: v.exactOptional(v.nullable(ordinal)) }) }),
])

/** The message, or null when it is none that the remote page sends. */
export function parseRemoteMessage(text: string): RemoteMessage | null {
  try {
    const result = v.safeParse(remoteMessage, JSON.parse(text))
    return result.success ? result.output : null
  } catch {
    return null
  }
}
