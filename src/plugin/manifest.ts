import * as v from "valibot"
import { DiscError } from "../base/index.ts"

/** More is no manifest: the loader reads it whole. */
export const MAX_MANIFEST_BYTES = 256 * 1024
/** Entries of any list or table in a manifest: far more than there are file extensions for discs. */
const MAX_ENTRIES = 64

const text = (maxLength: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(maxLength))
const nameList = v.pipe(v.array(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9+.-]{0,15}$/))), v.maxLength(MAX_ENTRIES))
const camelCase = v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9]{0,63}$/))

const option = v.pipe(
  v.strictObject({
    type: v.picklist(["boolean", "integer", "number", "string"]),
    default: v.union([v.boolean(), v.number(), v.string(), v.null()]),
    values: v.optional(v.pipe(v.array(text(100)), v.minLength(1), v.maxLength(MAX_ENTRIES))),
    minimum: v.optional(v.number()),
    maximum: v.optional(v.number()),
    description: text(500),
  }),
  v.check((given) => isOfType(given.default, given.type, given.values), "the default is not of the option's type"),
)
const options = v.pipe(v.record(camelCase, option), v.maxEntries(MAX_ENTRIES))

/** null is a default of any type: nothing is chosen. */
function isOfType(value: unknown, type: string, values: readonly string[] | undefined): boolean {
  if (value === null) return true
  if (type === "integer") return Number.isInteger(value)
  return typeof value === type && (values === undefined || values.includes(String(value)))
}

/** The rules of `opentray.schema.json`, for a program. */
const manifest = v.strictObject({
  $schema: v.optional(v.string()),
  manifestVersion: v.literal(1),
  name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  title: text(200),
  license: text(100),
  entry: v.strictObject({
    module: v.pipe(
      v.string(),
      v.maxLength(200),
      v.regex(
        /^(\.{1,2}\/[^\\]+|(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*(\/[a-zA-Z0-9._-]+)*)$/,
        "no package name and no path beside the manifest",
      ),
    ),
    function: v.pipe(v.string(), v.regex(/^[A-Za-z_$][A-Za-z0-9_$]{0,63}$/)),
    runtime: v.optional(v.pipe(v.record(v.string(), text(100)), v.maxEntries(8))),
  }),
  opens: v.strictObject({
    extensions: nameList,
    mediaTypes: v.optional(v.pipe(v.array(v.pipe(v.string(), v.regex(/^[a-z]+\/[a-z0-9.+-]+$/))), v.maxLength(MAX_ENTRIES))),
    folders: v.pipe(
      v.array(
        v.strictObject({
          mark: v.pipe(text(200), v.regex(/^[^/\\][^\\]*$/)),
          kind: v.picklist(["dvd-video", "blu-ray", "uhd-blu-ray", "blu-ray-3d", "avchd"]),
        }),
      ),
      v.maxLength(MAX_ENTRIES),
    ),
    schemes: nameList,
    devices: v.optional(v.boolean()),
  }),
  capabilities: v.pipe(v.record(camelCase, v.boolean()), v.maxEntries(MAX_ENTRIES)),
  options: v.strictObject({ open: v.optional(options), play: v.optional(options), preferences: v.optional(options) }),
})

/** What a player's loader reads: what a plug-in opens, where its code is, what it can do. `plugin-manifest/opentray.schema.json` describes each field. */
export type PluginManifest = v.InferOutput<typeof manifest>

/**
 * Reads a manifest. It is untrusted: it comes from wherever the plug-in came from.
 * @param path names the manifest in errors
 * @throws DiscError `damaged` (no JSON, or a field that breaks the schema, which `field` names), `unsupported` (a version of later days)
 */
export function parseManifest(json: string, path: string): PluginManifest {
  if (json.length > MAX_MANIFEST_BYTES) throw new DiscError("limit", `a manifest has at most ${MAX_MANIFEST_BYTES} bytes`, { path })
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new DiscError("damaged", "this is no JSON; the plug-in's manifest cannot be read", { path }, { cause })
  }
  const version = typeof value === "object" && value !== null && "manifestVersion" in value ? value.manifestVersion : 1
  if (typeof version === "number" && version > 1) {
    throw new DiscError("unsupported", `version ${version} of the manifest is not known; this loader reads version 1`, {
      path,
      field: "manifestVersion",
    })
  }
  const parsed = v.safeParse(manifest, value)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw new DiscError("damaged", `${issue.message}; the plug-in's manifest breaks its schema`, {
    path,
    field: v.getDotPath(issue) ?? "manifest",
  })
}
