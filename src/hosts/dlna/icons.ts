import { readFile } from "node:fs/promises"
import type { Hono } from "hono"
import { DiscError } from "../../base/index.ts"

/** Beside the manifest, where a packager finds them; as far away from the sources as from what is built of them. */
const FOLDER = new URL("../../../plugin-manifest/icons/", import.meta.url)

/** What televisions show beside the server's name: both of DLNA's sizes in both of its types (Guidelines part 1-1, 7.3.2.33). */
export const ICONS = (["png", "jpg"] as const).flatMap((ending) =>
  [48, 120].map((pixels) => ({ name: `icon-${pixels}.${ending}`, pixels, mimeType: ending === "png" ? "image/png" : "image/jpeg" })),
)

export const iconPath = (name: string): string => `/dlna/icons/${name}`

/** Serves them: `/dlna/icons/icon-48.png`. */
export function serveIcons(routes: Hono): void {
  routes.get(iconPath(":name"), async (c) => {
    const icon = ICONS.find(({ name }) => name === c.req.param("name"))
    if (icon === undefined) throw new DiscError("not-found", "there is no such icon")
    const bytes = new Uint8Array(await readFile(new URL(icon.name, FOLDER)))
    return c.body(bytes, 200, { "content-type": icon.mimeType, "cache-control": "private, max-age=86400" })
  })
}
