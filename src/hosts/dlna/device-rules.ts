import { readdir, readFile, stat } from "node:fs/promises"
import { basename, join } from "node:path"
import * as v from "valibot"
import { DiscError } from "../../base/index.ts"
import { protocolInfo } from "./profiles.ts"
import { inOrderOfFit, parseProtocols } from "./renderer/protocol-match.ts"
import { RESOURCE_FORMS, type Resource } from "./resources.ts"

/** What is known of a device that asks. */
export type DeviceFacts = {
  readonly userAgent?: string | undefined
  /** X-AV-Client-Info. */
  readonly clientInfo?: string | undefined
  /** What it calls itself, where it is a renderer that was found. */
  readonly friendlyName?: string | undefined
  /** What it says it takes: the `Sink` of its GetProtocolInfo. */
  readonly sink?: string | undefined
}

/** Rule files of a folder, and bytes of each. */
const MAX_FILES = 200
const MAX_FILE_BYTES = 64 * 1024
const MAX_WORDS = 50

const words = v.pipe(v.array(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200))), v.minLength(1), v.maxLength(MAX_WORDS))
const form = v.picklist(RESOURCE_FORMS)

const deviceRule = v.strictObject({
  /** For people. */
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  /** Each that is given must hold one of its words, whatever their case. */
  match: v.pipe(
    v.strictObject({
      userAgent: v.exactOptional(words),
      clientInfo: v.exactOptional(words),
      friendlyName: v.exactOptional(words),
      sink: v.exactOptional(words),
    }),
    v.check((match) => Object.keys(match).length > 0, "match names nothing"),
  ),
  /** Forms in the order in which the device is told of them; others follow. */
  first: v.exactOptional(v.pipe(v.array(form), v.maxLength(RESOURCE_FORMS.length))),
  /** Forms that it is not told of. */
  leaveOut: v.exactOptional(v.pipe(v.array(form), v.maxLength(RESOURCE_FORMS.length))),
  /** Types that it wants to hear for a form. */
  mimeTypes: v.exactOptional(v.record(form, v.pipe(v.string(), v.regex(/^[a-z]+\/[\w.+-]{1,60}$/i, "is no type")))),
  /** Profiles (DLNA.ORG_PN) that it wants to hear for a form. */
  profiles: v.exactOptional(v.record(form, v.pipe(v.string(), v.regex(/^[A-Z\d_]{1,60}$/, "is no profile")))),
})

/** Which forms of a title a device is told of, and in which order: a rule file. */
export type DeviceRule = v.InferOutput<typeof deviceRule>

/**
 * Reads the rule files (`*.json`) of a folder, in the order of their names.
 * @throws DiscError `not-found`, `bad-argument`: which file, and what in it is wrong
 */
export async function readDeviceRules(folder: string): Promise<readonly DeviceRule[]> {
  const names = await readdir(folder).catch((cause) => {
    throw new DiscError(
      "not-found",
      "the folder of device rules cannot be read; give one that holds .json files",
      { path: folder },
      { cause },
    )
  })
  const files = names.filter((name) => name.endsWith(".json")).sort()
  if (files.length > MAX_FILES) throw new DiscError("bad-argument", `more than ${MAX_FILES} rule files`, { path: folder })
  return Promise.all(files.map((name) => readRule(join(folder, name))))
}

async function readRule(path: string): Promise<DeviceRule> {
  const wrong = (why: string) => new DiscError("bad-argument", `is no device rule: ${why}; docs/tv-rules.md shows one`, { path })
  if ((await stat(path)).size > MAX_FILE_BYTES) throw wrong(`it has more than ${MAX_FILE_BYTES} bytes`)
  return parseDeviceRule(await readFile(path, "utf8"), basename(path))
}

/** @throws DiscError `bad-argument` */
export function parseDeviceRule(text: string, path: string): DeviceRule {
  const wrong = (why: string) => new DiscError("bad-argument", `is no device rule: ${why}; docs/tv-rules.md shows one`, { path })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw wrong(`it is no JSON (${(cause as Error).message})`)
  }
  const parsed = v.safeParse(deviceRule, value)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw wrong(`${v.getDotPath(issue) ?? "it"}: ${issue.message}`)
}

/** The first rule that is meant for a device; null: none. */
export function ruleFor(device: DeviceFacts, rules: readonly DeviceRule[]): DeviceRule | null {
  return rules.find(({ match }) => MATCHED.every((name) => holds(device[name], match[name]))) ?? null
}

const MATCHED = ["userAgent", "clientInfo", "friendlyName", "sink"] as const
/** What of a header or name is looked at. */
const MAX_LOOKED_AT = 64 * 1024

function holds(text: string | undefined, any: readonly string[] | undefined): boolean {
  if (any === undefined) return true
  const lower = (text ?? "").slice(0, MAX_LOOKED_AT).toLowerCase()
  return any.some((word) => lower.includes(word.toLowerCase()))
}

/**
 * What a device is told of a title: what it declares goes before what it does not, a rule before both. A rule that would leave out everything leaves
 * out nothing: a picture that may not play is better than none.
 */
export function resourcesFor(resources: readonly Resource[], device: DeviceFacts, rules: readonly DeviceRule[]): readonly Resource[] {
  const declared = inOrderOfFit(resources, device.sink === undefined ? [] : parseProtocols(device.sink))
  const rule = ruleFor(device, rules)
  if (rule === null) return declared
  const { first = [], leaveOut = [], mimeTypes = {}, profiles = {} } = rule
  const kept = declared.filter((resource) => !leaveOut.includes(resource.form))
  const place = ({ form }: Resource) => (first.includes(form) ? first.indexOf(form) : first.length)
  const ordered = (kept.length > 0 ? kept : declared).toSorted((one, other) => place(one) - place(other))
  return ordered.map((resource) => {
    const mimeType = mimeTypes[resource.form] ?? resource.mimeType
    const profile = profiles[resource.form] ?? resource.profile
    return { ...resource, mimeType, profile, protocolInfo: protocolInfo({ ...resource, mimeType, profile }) }
  })
}
