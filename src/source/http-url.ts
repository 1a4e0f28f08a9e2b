import { DiscError } from "../base/index.ts"

/** An http(s) URL taken apart so that its secrets stay out of names and errors. */
export type HttpAddress = {
  /** What is asked for: no credentials, no fragment. */
  readonly url: string
  readonly origin: string
  /** For people: without credentials, and without the query, which often holds a signature or token. */
  readonly name: string
  /** The value of an `Authorization` header for the URL's credentials. */
  readonly authorization: string | null
}

/** @throws DiscError `bad-argument` when it is no URL, `unsupported` for other schemes */
export function parseHttpUrl(text: string): HttpAddress {
  const url = URL.canParse(text) ? new URL(text) : null
  // The text itself is not shown: it may hold a password.
  if (url === null) throw new DiscError("bad-argument", "this is not a URL that can be opened; it should look like https://host/disc.iso")
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new DiscError("unsupported", `addresses with ${url.protocol} are not read; give an http or https URL`)
  }
  const { username, password } = url
  url.username = ""
  url.password = ""
  url.hash = ""
  return {
    url: url.href,
    origin: url.origin,
    name: url.origin + url.pathname,
    authorization: username === "" && password === "" ? null : basic(decodeURIComponent(username), decodeURIComponent(password)),
  }
}

/** Basic credentials, RFC 7617, in UTF-8. */
function basic(user: string, password: string): string {
  let binary = ""
  for (const byte of new TextEncoder().encode(`${user}:${password}`)) binary += String.fromCharCode(byte)
  return `Basic ${btoa(binary)}`
}
