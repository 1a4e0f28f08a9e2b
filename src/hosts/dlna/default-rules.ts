import { fileURLToPath } from "node:url"
import { type DeviceRule, readDeviceRules } from "./device-rules.ts"

/** Beside the manifest, where a packager finds them; as far away from the sources as from what is built of them. */
const OURS = fileURLToPath(new URL("../../../plugin-manifest/tv-rules", import.meta.url))

/** The rules of a folder, if one is given, before ours. @throws DiscError `not-found`, `bad-argument` */
export async function deviceRules(folder: string | null): Promise<readonly DeviceRule[]> {
  const [theirs, ours] = await Promise.all([folder === null ? [] : readDeviceRules(folder), readDeviceRules(OURS)])
  return [...theirs, ...ours]
}
