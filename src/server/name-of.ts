import { basename } from "node:path"

/** For people: no folders, no credentials. */
export function nameOf(spec: string): string {
  if (!/^https?:/i.test(spec)) return basename(spec)
  try {
    return decodeURIComponent(basename(new URL(spec).pathname)) || new URL(spec).host
  } catch {
    return "disc"
  }
}
