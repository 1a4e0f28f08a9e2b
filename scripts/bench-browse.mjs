// What a television waits for when it looks through a library of 2,000 discs, over HTTP: each page of 50, the first ones after the start too, and a search.
import { spawn } from "node:child_process"
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const DISCS = 2_000
const PAGE = 50
const ROUNDS = 5

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function serve(folder, cache) {
  const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), "serve", folder, "--port", "0", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, XDG_CACHE_HOME: cache },
  })
  let said = ""
  child.stdout.on("data", (chunk) => {
    said += chunk
  })
  while (!said.trimEnd().endsWith("}")) await wait(50)
  const url = JSON.parse(said).urls[0].replace("localhost", "127.0.0.1")
  return { url, stop: () => child.kill() }
}

async function call(url, action, args) {
  const type = "urn:schemas-upnp-org:service:ContentDirectory:1"
  const fields = Object.entries(args).map(([name, value]) => `<${name}>${value}</${name}>`)
  const body = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:${action} xmlns:u="${type}">${fields.join("")}</u:${action}></s:Body></s:Envelope>`
  const begun = performance.now()
  const response = await fetch(`${url}dlna/ContentDirectory/control`, {
    method: "POST",
    body,
    headers: { soapaction: `"${type}#${action}"` },
  })
  const text = await response.text()
  const took = performance.now() - begun
  const number = (name) => Number(new RegExp(`<${name}>(\\d+)</${name}>`).exec(text)?.[1])
  return { took, returned: number("NumberReturned"), total: number("TotalMatches") }
}

const page = (url, id, start) =>
  call(url, "Browse", {
    ObjectID: id,
    BrowseFlag: "BrowseDirectChildren",
    Filter: "*",
    StartingIndex: start,
    RequestedCount: PAGE,
    SortCriteria: "",
  })

export async function run() {
  const place = mkdtempSync(join(tmpdir(), "opentray-bench-"))
  const films = join(place, "films")
  let server = null
  try {
    mkdirSync(films)
    const first = join(films, "Film 1.iso")
    copyFileSync(join(root, "samples/dvd.iso"), first)
    // What was written just now is left alone for a while.
    utimesSync(first, 1, 1)
    for (let number = 2; number <= DISCS; number++) linkSync(first, join(films, `Film ${number}.iso`))
    server = await serve(films, join(place, "cache"))
    while ((await page(server.url, "0", 0)).total < DISCS) await wait(500)
    const all = []
    for (let round = 0; round < ROUNDS; round++) {
      let seen = 0
      while (seen < DISCS) {
        const { took, returned } = await page(server.url, "0", seen)
        all.push(took)
        seen += returned
      }
    }
    const ms = (value) => `${value.toFixed(1)} ms`
    console.log(`browse ${DISCS} discs, a page of ${PAGE}: ${ms(median(all))} (slowest of ${all.length}: ${ms(Math.max(...all))})`)
    const search = await call(server.url, "Search", {
      ContainerID: "0",
      SearchCriteria: 'upnp:class derivedfrom "object.item.videoItem" and dc:title contains "film 1999"',
      Filter: "*",
      StartingIndex: 0,
      RequestedCount: PAGE,
      SortCriteria: "",
    })
    console.log(`search ${DISCS} discs and all that is in them: ${ms(search.took)} (${search.total} found)`)
  } finally {
    server?.stop()
    await wait(300)
    rmSync(place, { recursive: true, force: true })
  }
}
