import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { walk } from "../../src/filesystem/index.ts"
import type { DiscDescription, LibraryListing } from "../../src/hosts/browser/catalogue-message.ts"
import { createBrowserHost } from "../../src/hosts/browser/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { Library, type RunningServer, startServer } from "../../src/server/index.ts"
import { Workplace } from "../server/support/discs.ts"
import { sampleBluray } from "../support/samples.ts"

/** No picture that any decoder takes, but one by its first bytes; larger where it says so. */
const SMALL = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1])
const LARGE = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 2])
const META = `<?xml version="1.0"?>
<disclib xmlns="urn:BDA:bdmv;disclib" xmlns:di="urn:BDA:bdmv;discinfo"><di:discinfo>
  <di:title><di:name>A &lt;b&gt;film&lt;/b&gt;</di:name></di:title>
  <di:description><di:thumbnail href="small.jpg" size="416x240"/><di:thumbnail href="large.jpg" size="640x360"/></di:description>
</di:discinfo></disclib>`

/** The sample Blu-ray as a folder, with a META folder of its own. */
async function blurayFolder(path: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  const disc = await openDisc(sampleBluray)
  for await (const entry of walk(disc.files, "/")) {
    if (entry.type === "directory" || entry.path.startsWith("/BDMV/META")) continue
    const file = await disc.files.open(entry)
    mkdirSync(join(path, dirname(entry.path)), { recursive: true })
    writeFileSync(join(path, entry.path), await file.read(0, file.size))
  }
  await disc.close()
  mkdirSync(join(path, "BDMV/META/DL"), { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, "BDMV/META/DL", name), content)
}

describe("what there is to be played", () => {
  const place = new Workplace()
  let server: RunningServer
  let library: Library
  beforeAll(async () => {
    await blurayFolder(place.at("films", "own"), { "bdmt_eng.xml": META, "small.jpg": SMALL, "large.jpg": LARGE })
    await blurayFolder(place.at("films", "script"), { "bdmt_eng.xml": META, "small.jpg": SMALL, "large.jpg": "<script>alert(1)</script>" })
    await blurayFolder(place.at("films", "without"), { "bdmt_eng.xml": META.replaceAll(/<di:thumbnail[^>]*>/g, "") })
    library = await Library.open([place.at("films")], { openDisc, version: "1", cache: place.at("cache") })
    server = await startServer({
      discs: [],
      library,
      openDisc,
      hosts: [(context) => createBrowserHost(context, { pictures: place.at("pictures") })],
    })
  })
  afterAll(async () => {
    await server?.close()
    place.remove()
  })

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(new URL(path, server.url), { headers })
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) }
  }
  const discs = async () => {
    await expect.poll(() => library.status.reading, { timeout: 30_000 }).toBe(0)
    return JSON.parse((await get("api/discs")).body.toString()) as DiscDescription[]
  }

  test("a disc's cover is its own largest picture", async () => {
    const [own] = await discs()
    const { status, headers, body } = await get(own?.cover ?? "")
    expect({ status, type: headers.get("content-type") }).toEqual({ status: 200, type: "image/jpeg" })
    expect(body.equals(LARGE)).toBe(true)
  })

  test("else a frame of its film, also where what it calls a picture is none; frames are kept for the next start", async () => {
    const [, script, without] = await discs()
    for (const disc of [script, without]) {
      const { status, headers, body } = await get(disc?.cover ?? "")
      expect({ status, type: headers.get("content-type") }).toEqual({ status: 200, type: "image/jpeg" })
      expect(body.length).toBeGreaterThan(1_000)
    }
    expect(readdirSync(place.at("pictures")).length).toBeGreaterThan(0)
  })

  test("a library that has not changed is not sent again", async () => {
    await discs()
    const { headers, body } = await get("api/library")
    const listing = JSON.parse(body.toString()) as LibraryListing
    expect(listing.discs).toHaveLength(3)
    expect(listing.discs[0]).toMatchObject({ name: "own", kind: "blu-ray", names: { eng: "A <b>film</b>" }, titles: expect.any(Number) })
    const etag = headers.get("etag") ?? ""
    expect((await get("api/library", { "if-none-match": etag })).status).toBe(304)
    expect((await get("api/library", { "if-none-match": '"else"' })).status).toBe(200)
  })

  test("what is not there is said so", async () => {
    for (const path of ["api/discs/nothing", "api/discs/nothing/cover.jpg", "api/discs/nothing/titles/1/thumbnail.jpg"]) {
      const { status, body } = await get(path)
      expect(status).toBe(404)
      expect(JSON.parse(body.toString())).toMatchObject({ code: "not-found" })
    }
    const [own] = await discs()
    expect((await get(`api/discs/${own?.id}/titles/999/thumbnail.jpg`)).status).toBe(404)
    expect(JSON.parse((await get("api/discs?offset=3")).body.toString())).toEqual([])
    expect(JSON.parse((await get("api/discs?offset=-1&limit=1")).body.toString())).toHaveLength(1)
  })
})
