import { readdirSync, readFileSync } from "node:fs"
import { extname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import type { Hono } from "hono"

/** Where the build puts the page, from `dist/hosts/browser/`. */
const BUILT_PAGE = fileURLToPath(new URL("../../web/", import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
}

/** Scripts and connections of our own only; `blob:` is what MediaSource gives a video element, and pictures that come over a socket. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "media-src 'self' blob:",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ")

const HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
}

/** The built page: a handful of files, known at the start, so that no path of a request ever reaches the file system. */
export function servePage(routes: Hono, directory: string = BUILT_PAGE): void {
  for (const file of builtFiles(directory)) {
    const bytes = new Uint8Array(readFileSync(join(directory, file)))
    const type = TYPES[extname(file)] ?? "application/octet-stream"
    // Vite puts a hash of the content into the names below assets/.
    const cache = file.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache"
    const answer = () => new Response(bytes, { headers: { ...HEADERS, "content-type": type, "cache-control": cache } })
    routes.get(`/${file}`, answer)
    if (file === "index.html") routes.get("/", answer)
  }
}

function builtFiles(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
  } catch {
    // A library build without the page: its routes answer 404.
    return []
  }
}
