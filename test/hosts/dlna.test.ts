import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, rmSync, utimesSync } from "node:fs"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createDlnaHost } from "../../src/hosts/dlna/index.ts"
import type { HostContext, ListedDisc } from "../../src/hosts/host.ts"
import type { OpenTitleOptions } from "../../src/plugin/disc.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { Library, type RunningServer, startServer } from "../../src/server/index.ts"
import { Workplace } from "../server/support/discs.ts"
import { readFrameCode } from "../support/frame-code.ts"
import { madeDisc as madeImage } from "../support/samples.ts"
import { ControlPoint, readXml, type Xml } from "./support/control-point.ts"
import { madeDisc, madeTitle } from "./support/made-disc.ts"
import { serveDlna, serveList } from "./support/serve-dlna.ts"

const sample = (name: string) => join(import.meta.dirname, "../../samples", name)
const DVD = sample("dvd.iso")
const BLURAY = sample("bluray.iso")

let server: RunningServer
let point: ControlPoint
beforeAll(async () => {
  server = await serveDlna({ images: [DVD, BLURAY] })
  point = new ControlPoint(server.url)
})
afterAll(() => server?.close())

describe("the tree of two discs", () => {
  test("has the discs, and in each the film, chapters, languages and all titles", async () => {
    const { objects } = await point.browse("0")
    expect(objects.map(({ title, kind }) => [kind, title])).toEqual([
      ["container", "dvd"],
      ["container", "opentray sample Blu-ray"],
    ])
    const inside = await point.browse(objects[0]?.id ?? "")
    expect(inside.objects.map(({ title }) => title)).toEqual(["dvd", "Extras", "Chapters", "Languages", "All titles"])
    expect(objects[0]?.childCount).toBe(5)
  })

  test("names chapters, languages and titles", async () => {
    const titles = async (...path: string[]) => (await point.browse((await point.at(...path)).id)).objects.map(({ title }) => title)
    expect(await titles("dvd", "All titles")).toEqual(["Title 1 (0:36)", "Title 2 (0:12)", "Title 3 (0:12)", "Title 4 (0:10)"])
    const chapters = await titles("dvd", "Chapters")
    expect(chapters.slice(0, 4)).toEqual(["Chapter 1 (0:00)", "Chapter 2 (0:08)", "Chapter 3 (0:18)", "Chapter 4 (0:28)"])
    expect(chapters.slice(4)).toEqual(["Title 2 (0:12)", "Title 3 (0:12)", "Title 4 (0:10)"])
    expect((await titles("dvd", "Languages")).slice(0, 4)).toEqual([
      "English (AC-3 stereo)",
      "French (AC-3 stereo)",
      "English subtitles",
      "French subtitles",
    ])
  })

  test("gives every object the parent under which it is found, and the same identifier the next time", async () => {
    const walk = async (id: string): Promise<string[]> => {
      const { objects, returned, total } = await point.browse(id)
      expect(returned).toBe(total)
      const below = await Promise.all(
        objects.map(async (object) => {
          expect(object.parentId).toBe(id)
          const alone = await point.browse(object.id, { flag: "BrowseMetadata" })
          expect(alone.objects).toEqual([object])
          if (object.kind === "item") return []
          const inside = await walk(object.id)
          return inside
        }),
      )
      return [...objects.map((object) => object.id), ...below.flat()]
    }
    const ids = await walk("0")
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(80)
    expect(await walk("0")).toEqual(ids)
  })

  test("points from the film to its title", async () => {
    const film = await point.at("dvd", "dvd")
    expect(film.upnpClass).toBe("object.item.videoItem.movie")
    const title = await point.browse(film.refId ?? "", { flag: "BrowseMetadata" })
    expect(title.objects[0]?.title).toBe("Title 1 (0:36)")
    expect(title.objects[0]?.resources).toEqual(film.resources)
  })

  test("tells of a film's resources: type, size, duration, resolution, sound", async () => {
    const film = await point.at("dvd", "dvd")
    const [asItIs] = film.resources
    expect(asItIs?.attributes).toMatchObject({ size: "3401728", duration: "0:00:36.000", resolution: "720x576", nrAudioChannels: "2" })
    expect(asItIs?.protocolInfo).toContain("DLNA.ORG_PN=MPEG_PS_PAL;DLNA.ORG_OP=01;DLNA.ORG_CI=0")
    expect(asItIs?.url.startsWith(server.url)).toBe(true)
    const pictures = film.resources.filter(({ protocolInfo }) => protocolInfo.includes("image/jpeg"))
    expect(pictures.map(({ attributes }) => attributes.resolution)).toEqual(["160x90", "640x360"])
    expect(film.art.map(({ profile }) => profile)).toEqual(["JPEG_TN", "JPEG_SM"])
  })

  test("leaves out what the filter does not name", async () => {
    const bare = await point.browse("0", { filter: "dc:title" })
    expect(bare.objects[0]).toMatchObject({ childCount: null, art: [] })
    const { id } = await point.at("dvd", "dvd")
    const [sized] = (await point.browse(id, { flag: "BrowseMetadata", filter: "res@size" })).objects
    expect(Object.keys(sized?.resources[0]?.attributes ?? {}).sort()).toEqual(["protocolInfo", "size"])
    const [none] = (await point.browse(id, { flag: "BrowseMetadata", filter: "" })).objects
    expect(none?.resources).toEqual([])
  })

  test("refuses what it does not have, by the standard's codes", async () => {
    const browse = { ObjectID: "0", BrowseFlag: "BrowseDirectChildren", Filter: "*", StartingIndex: 0, RequestedCount: 0, SortCriteria: "" }
    const fails = (changed: Record<string, string | number>) => point.errorOf("ContentDirectory", "Browse", { ...browse, ...changed })
    expect(await fails({ ObjectID: "d-nothing" })).toBe(701)
    expect(await fails({ ObjectID: "../../etc/passwd" })).toBe(701)
    expect(await fails({ ObjectID: "x".repeat(5_000) })).toBe(701)
    expect(await fails({ ObjectID: (await point.at("dvd", "dvd")).id })).toBe(701)
    expect(await fails({ BrowseFlag: "BrowseAll" })).toBe(402)
    expect(await fails({ StartingIndex: "first" })).toBe(402)
    expect(await fails({ StartingIndex: -1 })).toBe(402)
    expect(await fails({ RequestedCount: 5_000_000_000 })).toBe(402)
    expect(await fails({ SortCriteria: "+opentray:nothing" })).toBe(709)
    expect(await fails({ SortCriteria: "+dc:title;-dc:date" })).toBe(709)
    expect(await point.errorOf("ContentDirectory", "DestroyObject", { ObjectID: "0" })).toBe(401)
    expect(await point.errorOf("ContentDirectory", "Browse", { ObjectID: "0" })).toBe(402)
    expect(await point.errorOf("ConnectionManager", "GetCurrentConnectionInfo", { ConnectionID: 7 })).toBe(706)
    const { Filter: _, ...unfiltered } = browse
    expect(await point.errorOf("ContentDirectory", "Browse", unfiltered)).toBe(402)
  })

  test("is sorted as asked", async () => {
    const { id } = await point.at("dvd", "All titles")
    const sorted = async (sort: string) => (await point.browse(id, { sort })).objects.map(({ title }) => title.slice(0, 7))
    expect(await sorted("-dc:title")).toEqual(["Title 4", "Title 3", "Title 2", "Title 1"])
    expect(await sorted("+res@duration,-dc:title")).toEqual(["Title 4", "Title 3", "Title 2", "Title 1"])
    expect(await sorted("res@duration,dc:title")).toEqual(["Title 4", "Title 2", "Title 3", "Title 1"])
    // What receivers ask for that know of music alone.
    expect(await sorted("+upnp:originalTrackNumber,-dc:title")).toEqual(["Title 4", "Title 3", "Title 2", "Title 1"])
    expect(await sorted("-dc:date")).toEqual(["Title 1", "Title 2", "Title 3", "Title 4"])
  })

  test("is searched", async () => {
    const found = async (criteria: string, id = "0") => (await point.search(id, criteria)).objects.map(({ title }) => title)
    const all = await point.items()
    expect((await point.search("0", 'upnp:class derivedfrom "object.item.videoItem"')).total).toBe(all.length)
    const whole = all.filter(({ title }) => title.startsWith("Title"))
    expect((await found('upnp:class derivedfrom "object.item" and dc:title contains "title " and @refID exists false')).length).toBe(
      whole.filter(({ refId }) => refId === null).length,
    )
    const { id } = await point.at("dvd")
    expect(await found('dc:title = "chapter 2 (0:08)"', id)).toEqual(["Chapter 2 (0:08)"])
    expect(
      await found(
        '(dc:language = "fr" or dc:language = "de") and dc:title doesNotContain "subtitles" and @parentID contains "languages"',
        id,
      ),
    ).toHaveLength(2)
    expect(await found('res@duration > "0:00:30" and @refID exists true', id)).toEqual(["dvd"])
    expect(await found("*", (await point.at("dvd", "All titles")).id)).toHaveLength(4)
    expect(await found('dc:title = "quo\\"ted"')).toEqual([])
    expect(await found('upnp:genre = "western" or dc:creator contains "x"')).toEqual([])
    expect(await found('upnp:genre exists false and dc:title = "chapter 2 (0:08)"', id)).toEqual(["Chapter 2 (0:08)"])
    const page = await point.search(id, "*", { start: 2, count: 3 })
    expect(page.returned).toBe(3)
    expect(page.total).toBe((await point.search(id, "*")).objects.length)
  })

  test("understands devices that leave out the quotes of SOAPACTION", async () => {
    const soapaction = "urn:schemas-upnp-org:service:ContentDirectory:1#GetSystemUpdateID"
    expect((await point.answer("ContentDirectory", "GetSystemUpdateID", {}, { soapaction })).Id).toMatch(/^\d+$/)
  })

  test("refuses searches that it cannot read", async () => {
    const fails = (criteria: string, id = "0") =>
      point.errorOf("ContentDirectory", "Search", {
        ContainerID: id,
        SearchCriteria: criteria,
        Filter: "*",
        StartingIndex: 0,
        RequestedCount: 0,
        SortCriteria: "",
      })
    const wrong = [
      "",
      "dc:title",
      "dc:title =",
      'dc:title = "x',
      'dc:title ~ "x"',
      'dc:title constructor "x"',
      'opentray:nothing = "x"',
      'dc:title = "x" and',
      '(dc:title = "x"',
      'dc:title = "x")',
      "@refID exists maybe",
      'dc:title exists "true',
      "(".repeat(5_000),
      `${"(".repeat(100)}dc:title = "x"${")".repeat(100)}`,
      `dc:title = "${"x".repeat(3_000)}"`,
    ]
    for (const criteria of wrong) expect(await fails(criteria), criteria.slice(0, 40)).toBe(708)
    expect(await fails("*", "d-nothing")).toBe(710)
  })

  test("says what it can search and sort by, and which streams it has", async () => {
    expect((await point.answer("ContentDirectory", "GetSearchCapabilities")).SearchCaps).toContain("dc:title")
    expect((await point.answer("ContentDirectory", "GetSortCapabilities")).SortCaps).toContain("dc:title")
    const { Source, Sink } = await point.answer("ConnectionManager", "GetProtocolInfo")
    expect(Sink).toBe("")
    const sources = new Set(Source.split(","))
    for (const { resources } of await point.items()) for (const { protocolInfo } of resources) expect(sources).toContain(protocolInfo)
    expect((await point.answer("ConnectionManager", "GetCurrentConnectionIDs")).ConnectionIDs).toBe("0")
    const connection = await point.answer("ConnectionManager", "GetCurrentConnectionInfo", { ConnectionID: 0 })
    expect(connection).toMatchObject({ Direction: "Output", Status: "OK", RcsID: "-1" })
  })
})

describe("a library", () => {
  const library = (count: number): ListedDisc[] =>
    Array.from({ length: count }, (_, index) =>
      madeDisc(`disc-${index}`, { name: `Film ${index}.iso`, titles: Array.from({ length: 12 }, (__, title) => madeTitle(title + 1)) }),
    )

  test("of 2,000 discs comes in pages, each disc once; a page looks at no more discs than it shows, and opens none", async () => {
    let looks = 0
    const counted = library(2_000).map(
      ({ info, ...disc }): ListedDisc => ({
        ...disc,
        get info() {
          looks++
          return info
        },
      }),
    )
    const server = await serveList(counted)
    try {
      const point = new ControlPoint(server.url)
      const page = async (start: number, count: number) => {
        looks = 0
        const { objects, returned, total } = await point.browse("0", { start, count })
        expect([returned, total]).toEqual([objects.length, 2_000])
        return objects.map(({ title }) => title)
      }
      const seen: string[] = []
      for (let titles = await page(0, 50); titles.length > 0; titles = await page(seen.length, 50)) {
        seen.push(...titles)
        // The first one sorts them all, once.
        expect(looks).toBeLessThan(seen.length === 50 ? 2_000 * 3 : 50 * 12)
      }
      expect(seen).toEqual(Array.from({ length: 2_000 }, (_, index) => `Film ${index}`))
      expect(await page(0, 0)).toEqual(seen)
      expect(await page(1_990, 50)).toEqual(seen.slice(1_990))
      expect(await page(4_000_000_000, 50)).toEqual([])
      expect(looks).toBe(0)
    } finally {
      await server.close()
    }
  })

  test("has its folders", async () => {
    const discs = [
      madeDisc("a", { name: "A.iso" }),
      madeDisc("b", { name: "B.iso", folder: ["Series", "One"] }),
      madeDisc("c", { name: "C.iso", folder: ["Series"] }),
      madeDisc("d", { name: "D & <D>.iso", folder: ["Films"] }),
    ]
    const server = await serveList(discs)
    try {
      const point = new ControlPoint(server.url)
      const titles = async (id: string) => (await point.browse(id)).objects.map(({ title }) => title)
      expect(await titles("0")).toEqual(["Films", "Series", "A"])
      const series = await point.at("Series")
      expect(series.childCount).toBe(2)
      expect(await titles(series.id)).toEqual(["One", "C"])
      expect(await titles((await point.at("Series", "One")).id)).toEqual(["B"])
      expect(await titles((await point.at("Films")).id)).toEqual(["D & <D>"])
    } finally {
      await server.close()
    }
  })

  test("shows episodes and extras", async () => {
    const lengths = [2_700, 2_650, 2_800, 2_690, 300, 2]
    const discs = [
      madeDisc("series", { titles: lengths.map((duration, index) => madeTitle(index + 1, { duration })) }),
      // All in one, and each alone.
      madeDisc("joined", {
        titles: [8_000, 2_650, 2_700, 2_650].map((duration, index) => madeTitle(index + 1, { duration, partOf: index === 0 ? null : 1 })),
      }),
      madeDisc("film", { titles: [7_000, 1_200].map((duration, index) => madeTitle(index + 1, { duration })) }),
    ]
    const server = await serveList(discs)
    try {
      const point = new ControlPoint(server.url)
      const titles = async (...path: string[]) => (await point.browse((await point.at(...path)).id)).objects.map(({ title }) => title)
      expect(await titles("series", "Episodes")).toEqual([
        "Episode 1 (45:00)",
        "Episode 2 (44:10)",
        "Episode 3 (46:40)",
        "Episode 4 (44:50)",
      ])
      expect(await titles("series", "Extras")).toEqual(["Title 5 (5:00)"])
      expect(await titles("joined", "Episodes")).toEqual(["Episode 1 (44:10)", "Episode 2 (45:00)", "Episode 3 (44:10)"])
      expect(await titles("film")).not.toContain("Episodes")
      expect(await titles("film", "Extras")).toEqual(["Title 2 (20:00)"])
    } finally {
      await server.close()
    }
  })

  test("does not offer what is scrambled", async () => {
    const server = await serveList([madeDisc("a", { titles: [madeTitle(1, { scrambled: true }), madeTitle(2)] })])
    try {
      const point = new ControlPoint(server.url)
      const items = await point.items()
      expect(items.length).toBeGreaterThan(0)
      for (const { resources } of items) for (const { url } of resources) expect(url).not.toMatch(/media\/a\/1\//)
    } finally {
      await server.close()
    }
  })
})

describe("events", () => {
  /** A place that hears events. */
  async function listen() {
    const heard: { headers: IncomingHttpHeaders; xml: Xml; method: string }[] = []
    const server = createServer((request, response) => {
      let text = ""
      request.on("data", (part) => {
        text += part
      })
      request.on("end", () => {
        heard.push({ headers: request.headers, xml: readXml(text), method: request.method ?? "" })
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    return { heard, port, close: () => new Promise((resolve) => server.close(resolve)) }
  }
  const until = async (isTrue: () => boolean, ms = 6_000) => {
    const end = Date.now() + ms
    while (!isTrue() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(isTrue()).toBe(true)
  }
  const values = (xml: Xml): Record<string, string> => Object.assign({}, ...xml["e:propertyset"]["e:property"])

  test("begin with all variables, tell what changed, and end", async () => {
    const discs = [madeDisc("a"), madeDisc("b", { folder: ["Films"] })]
    const [server, listener] = await Promise.all([serveList(discs), listen()])
    const events = new URL("/dlna/ContentDirectory/events", server.url)
    const callback = `<http://127.0.0.1:${listener.port}/hear>`
    try {
      const begun = await fetch(events, { method: "SUBSCRIBE", headers: { callback, nt: "upnp:event", timeout: "Second-300" } })
      expect(begun.status).toBe(200)
      expect(begun.headers.get("timeout")).toBe("Second-300")
      const sid = begun.headers.get("sid") ?? ""
      expect(sid).toMatch(/^uuid:/)
      await until(() => listener.heard.length === 1)
      const [first] = listener.heard
      expect(first?.method).toBe("NOTIFY")
      expect(first?.headers).toMatchObject({ sid, seq: "0", nt: "upnp:event", nts: "upnp:propchange" })
      const before = Number(values(first?.xml).SystemUpdateID)

      discs.push(madeDisc("c", { folder: ["Films"] }))
      server.changed()
      server.changed()
      await until(() => listener.heard.length === 2)
      expect(listener.heard[1]?.headers.seq).toBe("1")
      const told = values(listener.heard[1]?.xml)
      expect(Number(told.SystemUpdateID)).toBe(before + 2)
      const point = new ControlPoint(server.url)
      expect(told.ContainerUpdateIDs).toBe(`${(await point.at("Films")).id},${before + 2}`)
      expect((await point.browse("0")).updateId).toBe(before + 2)
      expect((await point.answer("ContentDirectory", "GetSystemUpdateID")).Id).toBe(String(before + 2))

      const renewed = await fetch(events, { method: "SUBSCRIBE", headers: { sid, timeout: "Second-infinite" } })
      expect([renewed.status, renewed.headers.get("sid"), renewed.headers.get("timeout")]).toEqual([200, sid, "Second-1800"])
      expect((await fetch(events, { method: "UNSUBSCRIBE", headers: { sid } })).status).toBe(200)
      expect((await fetch(events, { method: "UNSUBSCRIBE", headers: { sid } })).status).toBe(412)
      expect((await fetch(events, { method: "SUBSCRIBE", headers: { sid } })).status).toBe(412)
      server.changed()
      await new Promise((resolve) => setTimeout(resolve, 2_500))
      expect(listener.heard.length).toBe(2)
    } finally {
      await Promise.all([server.close(), listener.close()])
    }
  })

  test("tell of discs that are copied into a folder and of those that go, and of the folder that they came to", async () => {
    const place = new Workplace()
    place.folder("films", "Crime")
    const put = (...path: string[]) => {
      copyFileSync(DVD, place.at("films", ...path))
      // What was written just now is left alone for a while.
      utimesSync(place.at("films", ...path), 1, 1)
    }
    put("First.iso")
    const library = await Library.open([place.at("films")], { openDisc, version: "1", cache: place.at("cache") })
    const hosts = [(context: HostContext) => createDlnaHost(context, { name: "Test", version: "0" })]
    const [server, listener] = await Promise.all([startServer({ discs: [], library, openDisc, hosts }), listen()])
    const point = new ControlPoint(server.url)
    const shown = async (id = "0") => (await point.browse(id)).objects.map(({ title }) => title)
    const toldOf = (id: string) => listener.heard.some(({ xml }) => values(xml).ContainerUpdateIDs?.includes(`${id},`))
    try {
      await expect.poll(() => shown(), { timeout: 15_000 }).toEqual(["First"])
      const headers = { callback: `<http://127.0.0.1:${listener.port}/hear>`, nt: "upnp:event" }
      expect((await fetch(new URL("/dlna/ContentDirectory/events", server.url), { method: "SUBSCRIBE", headers })).status).toBe(200)
      await until(() => listener.heard.length > 0)

      put("Crime", "Second.iso")
      await expect.poll(() => shown(), { timeout: 15_000 }).toEqual(["Crime", "First"])
      const { id } = await point.at("Crime")
      expect(await shown(id)).toEqual(["Second"])
      await until(() => toldOf("0") && toldOf(id), 15_000)

      listener.heard.length = 0
      rmSync(place.at("films", "First.iso"))
      await expect.poll(() => shown(), { timeout: 15_000 }).toEqual(["Crime"])
      await until(() => toldOf("0"), 15_000)
      expect(toldOf(id)).toBe(false)
      expect(Number(values(listener.heard.at(-1)?.xml).SystemUpdateID)).toBe((await point.browse("0")).updateId)
    } finally {
      await Promise.all([server.close(), listener.close()])
      place.remove()
    }
  }, 60_000)

  test("are refused to who asks wrongly, and to who asks for more than a house has", async () => {
    const server = await serveList([])
    const events = new URL("/dlna/ConnectionManager/events", server.url)
    const ask = async (headers: Record<string, string>) => (await fetch(events, { method: "SUBSCRIBE", headers })).status
    try {
      expect(await ask({ nt: "upnp:event" })).toBe(412)
      expect(await ask({ callback: "<http://127.0.0.1:9/>" })).toBe(412)
      expect(await ask({ callback: "<http://127.0.0.1:9/>", nt: "upnp:other" })).toBe(412)
      expect(await ask({ callback: "http://127.0.0.1:9/", nt: "upnp:event" })).toBe(412)
      expect(await ask({ callback: "<http://127.0.0.1:9/>", sid: "uuid:1" })).toBe(400)
      for (let count = 0; count < 20; count++) expect(await ask({ callback: "<http://127.0.0.1:9/>", nt: "upnp:event" })).toBe(200)
      expect(await ask({ callback: "<http://127.0.0.1:9/>", nt: "upnp:event" })).toBe(503)
    } finally {
      await server.close()
    }
  })
})

describe("titles over HTTP", () => {
  const resourceOf = async (path: readonly string[], profile: string) => {
    const { resources } = await point.at(...path)
    const found = resources.find(({ protocolInfo }) => protocolInfo.includes(`DLNA.ORG_PN=${profile};`))
    if (found === undefined) throw new Error(`no ${profile} among ${resources.map(({ protocolInfo }) => protocolInfo).join("\n")}`)
    return found
  }
  const bytesOf = async (url: string, headers: Record<string, string> = {}) =>
    Buffer.from(await (await fetch(url, { headers })).arrayBuffer())
  const fileOf = async (image: string, title: number, options: OpenTitleOptions = {}) => {
    const disc = await openDisc(image)
    const file = await disc.openTitle(title, options)
    const bytes = Buffer.from(await file.read(0, file.size))
    await file.close()
    await disc.close()
    return bytes
  }

  test("as a DVD has it, whole and in ranges", async () => {
    const { url, attributes } = await resourceOf(["dvd", "dvd"], "MPEG_PS_PAL")
    const file = await fileOf(DVD, 1)
    expect(Number(attributes.size)).toBe(file.length)
    expect((await bytesOf(url)).equals(file)).toBe(true)
    const part = await fetch(url, { headers: { range: "bytes=1000000-1000999" } })
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 1000000-1000999/${file.length}`])
    expect(Buffer.from(await part.arrayBuffer()).equals(file.subarray(1_000_000, 1_001_000))).toBe(true)
  })

  test("tell DLNA devices what they are", async () => {
    const { url, protocolInfo } = await resourceOf(["dvd", "dvd"], "MPEG_PS_PAL")
    const head = await fetch(url, {
      method: "HEAD",
      headers: { "getcontentFeatures.dlna.org": "1", "transferMode.dlna.org": "Streaming", "realTimeInfo.dlna.org": "DLNA.ORG_TLAG=*" },
    })
    expect(head.status).toBe(200)
    expect(head.headers.get("contentFeatures.dlna.org")).toBe(protocolInfo.split(":").slice(3).join(":"))
    expect(head.headers.get("transferMode.dlna.org")).toBe("Streaming")
    expect(head.headers.get("realTimeInfo.dlna.org")).toBe("DLNA.ORG_TLAG=*")
    expect(head.headers.get("content-type")).toBe("video/mpeg")
    expect(head.headers.get("accept-ranges")).toBe("bytes")
    const background = await fetch(url, { method: "HEAD", headers: { "transferMode.dlna.org": "Background" } })
    expect(background.headers.get("transferMode.dlna.org")).toBe("Background")
  })

  test("refuse what a form cannot do", async () => {
    const { url } = await resourceOf(["dvd", "dvd"], "MPEG_PS_PAL")
    const status = async (headers: Record<string, string>) => (await fetch(url, { method: "HEAD", headers })).status
    expect(await status({ "transferMode.dlna.org": "Interactive" })).toBe(406)
    expect(await status({ "transferMode.dlna.org": "Teleport" })).toBe(400)
    expect(await status({ "getcontentFeatures.dlna.org": "2" })).toBe(400)
    expect(await status({ "PlaySpeed.dlna.org": "speed=2" })).toBe(406)
    expect(await status({ "PlaySpeed.dlna.org": "speed=1" })).toBe(200)
    expect(await status({ "TimeSeekRange.dlna.org": "npt=10-" })).toBe(406)
    expect(await status({ "TimeSeekRange.dlna.org": "npt=0-" })).toBe(200)
    expect(await status({ "TimeSeekRange.dlna.org": "npt=soon" })).toBe(400)
    expect((await fetch(url, { headers: { range: "bytes=99999999-" } })).status).toBe(416)
  })

  test("of a Blu-ray come with time stamps and without, packet by packet the same", async () => {
    const file = await fileOf(BLURAY, 1)
    const stamped = await bytesOf((await resourceOf(["opentray sample", "All titles", "Title 1"], "AVC_TS_HD_24_AC3_T")).url)
    expect(stamped.equals(file)).toBe(true)
    const { url } = await resourceOf(["opentray sample", "All titles", "Title 1"], "AVC_TS_HD_24_AC3_ISO")
    const plain = await bytesOf(url)
    expect(plain.length).toBe((file.length / 192) * 188)
    const expected = Buffer.concat(
      Array.from({ length: file.length / 192 }, (_, packet) => file.subarray(packet * 192 + 4, packet * 192 + 192)),
    )
    expect(plain.equals(expected)).toBe(true)
    for (const [start, end] of [
      [0, 0],
      [1, 187],
      [187, 188],
      [188, 1000],
      [555_555, 777_777],
      [plain.length - 5, plain.length - 1],
    ] as const) {
      expect((await bytesOf(url, { range: `bytes=${start}-${end}` })).equals(expected.subarray(start, end + 1))).toBe(true)
    }
  })

  test("tell a Blu-ray title's size once it was read", async () => {
    const path = ["opentray sample", "All titles", "Title 6"]
    await bytesOf((await resourceOf(path, "AVC_TS_HD_24_AC3_T")).url, { range: "bytes=0-0" })
    expect((await resourceOf(path, "AVC_TS_HD_24_AC3_T")).attributes.size).toBe("17160192")
    expect((await resourceOf(path, "AVC_TS_HD_24_AC3_ISO")).attributes.size).toBe(String((17_160_192 / 192) * 188))
  })

  /** What ffprobe says of a stream that is cut off after a while. */
  const probe = (bytes: Buffer, format = "mpegts"): Xml => {
    const args = [
      "-v",
      "error",
      "-f",
      format,
      "-show_streams",
      "-show_entries",
      "stream=codec_name,codec_type,profile,level,width,height,channels,r_frame_rate",
      "-of",
      "json",
      "-",
    ]
    // It stops reading when it knows enough, which is no error.
    return JSON.parse(spawnSync("ffprobe", args, { input: bytes, encoding: "utf8" }).stdout)
  }
  const someOf = async (url: string, bytes: number, headers: Record<string, string> = {}) => {
    const abort = new AbortController()
    const response = await fetch(url, { headers, signal: abort.signal })
    const parts: Uint8Array[] = []
    let length = 0
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      parts.push(part)
      length += part.length
      if (length >= bytes) break
    }
    abort.abort()
    return { response, bytes: Buffer.concat(parts) }
  }

  /** Presentation times of a program stream's pictures. */
  const pictureTimes = (bytes: Buffer): number[] => {
    const args = ["-v", "error", "-f", "mpeg", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", "-"]
    const lines = execFileSync("ffprobe", args, { input: bytes, encoding: "utf8" }).split("\n")
    return lines.filter((line) => /^\d/.test(line)).map((line) => Number.parseFloat(line))
  }

  test.each([
    ["ntsc", "MPEG_PS_NTSC", { codec_name: "mpeg2video", width: 720, height: 480 }],
    ["mpeg2", "MPEG_TS_HD_NA_ISO", { codec_name: "mpeg2video", width: 1920, height: 1080, r_frame_rate: "30000/1001" }],
    ["mpeg2", "MPEG_TS_HD_NA_T", { codec_name: "mpeg2video", width: 1920, height: 1080, r_frame_rate: "30000/1001" }],
  ] as const)("of the disc %s are what %s says", { timeout: 240_000 }, async (name, profile, expected) => {
    const image = name === "ntsc" ? madeImage(name) : madeImage(name, 3)
    const own = await serveDlna({ images: [image] })
    try {
      const [title] = (await new ControlPoint(own.url).items()).filter(({ title }) => title.startsWith("Title 1"))
      const resource = title?.resources.find(({ protocolInfo }) => protocolInfo.includes(`PN=${profile};DLNA.ORG_OP=01;DLNA.ORG_CI=0;`))
      const bytes = await bytesOf(resource?.url ?? "", { range: "bytes=0-3000000" })
      const [video] = probe(bytes, profile.startsWith("MPEG_PS") ? "mpeg" : "mpegts").streams.filter(
        (one: Xml) => one.codec_type === "video",
      )
      expect(video).toMatchObject(expected)
      expect(resource?.attributes.resolution).toBe(`${expected.width}x${expected.height}`)
    } finally {
      await own.close()
    }
  })

  test("begin at a chapter", async () => {
    const chapter = await point.at("dvd", "Chapters", "Chapter 3")
    const [resource] = chapter.resources
    expect(resource?.attributes.duration).toBe("0:00:18.000")
    const file = await fileOf(DVD, 1)
    const bytes = await bytesOf(resource?.url ?? "")
    expect(bytes.length).toBeLessThan(file.length)
    const times = pictureTimes(bytes.subarray(0, 500_000))
    // Times in the file are title time and 10 s.
    expect(Math.min(...times)).toBeGreaterThan(27.9)
    expect(Math.min(...times)).toBeLessThan(28.2)
  })

  test.each([
    ["dvd", DVD, "MPEG_PS_PAL"],
    ["opentray sample", BLURAY, "AVC_TS_HD_24_AC3_T"],
  ])("have the sound track first that is asked for: %s", async (disc, image, profile) => {
    const { url } = await resourceOf([disc, "Languages", "French (AC-3"], profile)
    const file = await fileOf(image, 1, { audio: 2 })
    expect((await bytesOf(url)).equals(file)).toBe(true)
    expect((await bytesOf(url, { range: "bytes=100001-300002" })).equals(file.subarray(100_001, 300_003))).toBe(true)
    expect(file.equals(await fileOf(image, 1))).toBe(false)
  })

  test("are converted, from any time on", async () => {
    const { url } = await resourceOf(["dvd", "All titles", "Title 2"], "AVC_TS_MP_HD_AC3_ISO")
    const { response, bytes } = await someOf(url, 400_000, { "TimeSeekRange.dlna.org": "npt=0:00:06.0-" })
    expect(response.status).toBe(200)
    expect(response.headers.get("TimeSeekRange.dlna.org")).toBe("npt=6.000-12.000/12.000")
    expect(response.headers.get("content-type")).toBe("video/mpeg")
    const { streams } = probe(bytes)
    expect(streams.map(({ codec_name }: Xml) => codec_name).sort()).toEqual(["ac3", "h264"])
    const aac = await someOf((await resourceOf(["dvd", "All titles", "Title 2"], "AVC_TS_MP_HD_AAC_MULT5_ISO")).url, 300_000)
    expect(
      probe(aac.bytes)
        .streams.map(({ codec_name }: Xml) => codec_name)
        .sort(),
    ).toEqual(["aac", "h264"])
  })

  test.each([
    ["dvd", "All titles", "Title 1", "AVC_TS_MP_HD_AC3_ISO", "1024x576"],
    ["dvd", "Languages", "English subtitles", "AVC_TS_MP_HD_AAC_MULT5_ISO", "1024x576"],
    ["opentray sample", "Languages", "English subtitles", "AVC_TS_MP_HD_AC3_ISO", "1920x1080"],
    // Nothing is drawn into it: the disc's own pictures.
    ["opentray sample", "All titles", "Title 1", "AVC_TS_HD_24_AC3_ISO;DLNA.ORG_OP=10", "1920x1080"],
  ] as const)("that are converted keep to their profile: %s, %s, %s, %s", async (disc, section, title, profile, size) => {
    const { resources } = await point.at(disc, section, title)
    const resource = resources.find(({ protocolInfo }) => protocolInfo.includes(`DLNA.ORG_PN=${profile}`))
    expect(resource?.attributes.resolution).toBe(size)
    const { streams } = probe((await someOf(resource?.url ?? "", 1_500_000)).bytes)
    const [video] = streams.filter(({ codec_type }: Xml) => codec_type === "video")
    if (profile.includes("_MP_")) {
      expect(["Main", "Constrained Baseline"]).toContain(video.profile)
      // A machine that others keep busy makes smaller pictures as it goes.
      expect(video.level).toBeLessThanOrEqual(40)
      expect(video.height).toBeLessThanOrEqual(Number(size.split("x")[1]))
    } else expect([video.profile, video.level, `${video.width}x${video.height}`]).toEqual(["High", 41, size])
    const [sound] = streams.filter(({ codec_type }: Xml) => codec_type === "audio")
    const codec = profile.includes("AC3") ? "ac3" : "aac"
    expect([sound.codec_name, String(sound.channels)]).toEqual([codec, resource?.attributes.nrAudioChannels])
  })

  test("that are converted begin at the picture of the time asked for, with the subtitle in it that was chosen", { retry: 2 }, async () => {
    const [width, height] = [640, 360]
    const pictureAt = async (url: string, seconds: number) => {
      const { bytes } = await someOf(url, 400_000, { "TimeSeekRange.dlna.org": `npt=${seconds}.000-` })
      const args = ["-v", "error", "-f", "mpegts", "-i", "-", "-frames:v", "1", "-vf", `scale=${width}:${height}`]
      return spawnSync("ffmpeg", [...args, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"], { input: bytes, maxBuffer: 1 << 24 }).stdout
    }
    const plain = (await resourceOf(["dvd", "All titles", "Title 2"], "AVC_TS_MP_HD_AC3_ISO")).url
    const drawn = (await resourceOf(["dvd", "Languages", "Title 2", "English subtitles"], "AVC_TS_MP_HD_AC3_ISO")).url
    /** How much the pictures differ where subtitles are, of 1. */
    const difference = (one: Buffer, other: Buffer) => {
      const from = Math.round(height * 0.83) * width * 3
      const sum = one.subarray(from).reduce((total, value, at) => total + Math.abs(value - (other[from + at] ?? 0)), 0)
      return sum / (one.length - from) / 255
    }
    // It is shown from 2 to 5 s.
    for (const [seconds, isShown] of [
      [3, true],
      [6, false],
    ] as const) {
      const [clear, burnt] = [await pictureAt(plain, seconds), await pictureAt(drawn, seconds)]
      for (const picture of [clear, burnt]) {
        const code = readFrameCode(picture, width, height)
        expect(code).toMatchObject({ disc: 1, title: 2 })
        expect(Math.abs((code?.frame ?? 0) - seconds * 25)).toBeLessThanOrEqual(1)
      }
      if (isShown) expect(difference(clear, burnt)).toBeGreaterThan(0.02)
      else expect(difference(clear, burnt)).toBeLessThan(0.01)
    }
  })

  test("that are converted refuse times behind the end and bytes in the middle", async () => {
    const { url } = await resourceOf(["dvd", "All titles", "Title 2"], "AVC_TS_MP_HD_AC3_ISO")
    const status = async (headers: Record<string, string>) => (await fetch(url, { method: "HEAD", headers })).status
    expect(await status({ "TimeSeekRange.dlna.org": "npt=12-" })).toBe(416)
    expect(await status({ "TimeSeekRange.dlna.org": "npt=5-3" })).toBe(400)
    expect((await fetch(url, { headers: { range: "bytes=1000-" } })).status).toBe(416)
    const head = await fetch(url, { method: "HEAD", headers: { "getAvailableSeekRange.dlna.org": "1" } })
    expect(head.headers.get("availableSeekRange.dlna.org")).toBe("1 npt=0.000-12.000")
  })

  test("have pictures in DLNA's sizes", async () => {
    const { art } = await point.at("dvd", "dvd")
    for (const { url, profile } of art) {
      const response = await fetch(url)
      expect(response.headers.get("content-type")).toBe("image/jpeg")
      expect(response.headers.get("contentFeatures.dlna.org")).toContain(`DLNA.ORG_PN=${profile};`)
      const out = execFileSync("ffprobe", ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", "-"], {
        input: Buffer.from(await response.arrayBuffer()),
        encoding: "utf8",
      })
      expect(out.trim()).toBe(profile === "JPEG_TN" ? "160,90" : "640,360")
    }
  })
})
