import * as v from "valibot"
import type { PageMessage } from "./protocol.ts"

/** A message of the page is a few short fields; anything longer is not from our page. */
export const MAX_MESSAGE_BYTES = 16 * 1024

const number = v.pipe(v.number(), v.finite())
const ordinal = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))
const time = v.pipe(number, v.minValue(0))
const act = { id: v.pipe(v.number(), v.integer(), v.minValue(0)), presented: v.exactOptional(time) }
/** BCP 47 tags are at most 35 characters long. */
const language = v.pipe(v.string(), v.maxLength(35))
const subtitle = v.nullable(ordinal)
const key = v.union([
  v.picklist(["up", "down", "left", "right", "enter", "next", "previous", "return", "popup", "audio", "subtitle", "angle"]),
  v.picklist(["red", "green", "yellow", "blue"]),
  v.custom<`digit-${number}`>((value) => typeof value === "string" && /^digit-[0-9]$/.test(value)),
])
const menu = v.picklist(["root", "title", "audio", "subtitle", "angle", "chapter"])
/** No plane is larger than a UHD picture. */
const pixel = v.pipe(number, v.minValue(0), v.maxValue(4096))
const start = v.union([
  v.strictObject({ from: v.literal("first-play") }),
  v.strictObject({ menu }),
  v.strictObject({
    title: ordinal,
    time,
    angle: v.exactOptional(ordinal),
    program: v.exactOptional(v.boolean()),
  }),
])

const pageMessage = v.variant("type", [
  v.object({
    type: v.literal("play"),
    disc: v.pipe(v.string(), v.maxLength(100)),
    start,
    audio: v.exactOptional(ordinal),
    subtitle: v.exactOptional(subtitle),
    menuLanguage: v.exactOptional(language),
    audioLanguage: v.exactOptional(language),
    subtitleLanguage: v.exactOptional(language),
    videoCodecs: v.pipe(v.array(v.picklist(["h264", "hevc"])), v.maxLength(10)),
    audioCodecs: v.pipe(v.array(v.picklist(["aac", "ac3", "eac3"])), v.maxLength(10)),
  }),
  v.object({ type: v.literal("press"), ...act, key }),
  v.object({ type: v.literal("point"), ...act, x: pixel, y: pixel, activate: v.boolean() }),
  v.object({ type: v.literal("menu"), ...act, name: menu }),
  v.object({ type: v.literal("seek"), ...act, time: number }),
  v.object({ type: v.literal("chapter"), ...act, chapter: ordinal }),
  v.object({
    type: v.literal("select"),
    ...act,
    audio: v.exactOptional(ordinal),
    subtitle: v.exactOptional(subtitle),
    angle: v.exactOptional(ordinal),
  }),
  v.object({ type: v.literal("presented"), time }),
])

/** The message, or null when it is none that the page sends. */
export function parsePageMessage(text: string): PageMessage | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const result = v.safeParse(pageMessage, value)
  return result.success ? result.output : null
}
