import { readdirSync, readlinkSync } from "node:fs"
import { Agent, request } from "node:http"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createFileHost } from "../../src/hosts/file/index.ts"
import type { HostContext } from "../../src/hosts/host.ts"
import { TitleFiles } from "../../src/hosts/title-files.ts"
import { titleUrls } from "../../src/hosts/urls.ts"
import type { Disc } from "../../src/plugin/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { type RunningServer, startServer } from "../../src/server/index.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"

const CLIENTS = 50
const RANGES = 500
const LONGEST = 400_000

/** A linear congruential generator (Numerical Recipes): the same ranges each time. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

async function whole(disc: Disc, title: number): Promise<Buffer> {
  const file = await disc.openTitle(title)
  const parts: Uint8Array[] = []
  for (let at = 0; at < file.size; at += 1 << 20) parts.push(await file.read(at, 1 << 20))
  await file.close()
  return Buffer.concat(parts)
}

const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })

function ask(url: string, headers: Record<string, string> = {}): Promise<{ status: number; type: string | undefined; body: Buffer }> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"], body: Buffer.concat(chunks) }),
      )
      response.on("error", reject)
    })
      .on("error", reject)
      .end()
  })
}

describe("titles as files", () => {
  let server: RunningServer
  let context: HostContext
  const discs: Disc[] = []
  beforeAll(async () => {
    for (const path of [sampleDvd, sampleBluray]) discs.push(await openDisc(path))
    server = await startServer({
      discs: discs.map((disc) => ({ disc, name: "disc" })),
      openDisc,
      hosts: [
        (lent) => {
          context = lent
          return createFileHost(lent)
        },
      ],
    })
  })
  afterAll(async () => {
    agent.destroy()
    await server?.close()
  })

  const listed = (index: number) => {
    const disc = context.discs()[index]
    if (disc === undefined) throw new Error("the disc is not listed")
    return disc
  }
  const address = (index: number, title: number) => `http://127.0.0.1:${server.port}${titleUrls(listed(index), title).file}`

  test.each([
    ["DVD", 0, "video/mpeg", "title.mpg"],
    ["Blu-ray", 1, "video/mp2t", "title.m2ts"],
  ] as const)(`${RANGES} random ranges of the %s, by ${CLIENTS} clients at once, are those of the title`, async (_, index, type, name) => {
    const disc = discs[index] as Disc
    const titles = disc.info.titles.slice(0, 3).map(({ number }) => number)
    const wholes = new Map(await Promise.all(titles.map(async (title) => [title, await whole(disc, title)] as const)))
    const random = generator(index + 1)
    const ranges = Array.from({ length: RANGES }, (_, at) => {
      const title = titles[at % titles.length] ?? 1
      const first = random((wholes.get(title) as Buffer).length)
      return { title, first, last: first + random(LONGEST) }
    })
    const client = async () => {
      for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
        const { title, first, last } = range
        expect(address(index, title)).toMatch(new RegExp(`/${name}$`))
        const answer = await ask(address(index, title), { range: `bytes=${first}-${last}` })
        expect(answer).toMatchObject({ status: 206, type })
        expect(answer.body.equals((wholes.get(title) as Buffer).subarray(first, last + 1)), `title ${title}, from ${first}`).toBe(true)
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
  })

  test.each([
    ["another disc", (good: string) => good.replace(/discs\/[^/]+/, "discs/nothing"), 404],
    ["no such title", (good: string) => good.replace("titles/1/", "titles/99/"), 404],
    ["title 0", (good: string) => good.replace("titles/1/", "titles/0/"), 404],
    ["a title that is no number", (good: string) => good.replace("titles/1/", "titles/1e0/"), 404],
    ["another ending", (good: string) => good.replace("title.mpg", "title.m2ts"), 404],
    ["no such angle", (good: string) => `${good}?angle=9`, 404],
    ["an angle that is no number", (good: string) => `${good}?angle=x`, 404],
    ["the first angle", (good: string) => `${good}?angle=1`, 206],
  ])("%s is answered by name", async (_, change, status) => {
    const answer = await ask(change(address(0, 1)), { range: "bytes=0-9" })
    expect(answer.status).toBe(status)
    if (status === 404) expect(JSON.parse(answer.body.toString())).toMatchObject({ code: "not-found" })
  })
})

describe("a title that is read by ranges", () => {
  const openImages = () =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === sampleBluray
      } catch {
        return false
      }
    }).length

  test.skipIf(process.platform !== "linux")(
    "holds its disc while it is read, lets go of it when it is not, and can be read again",
    async () => {
      let open = 0
      const info = (await openDisc(sampleBluray)).info
      const before = openImages()
      const files = new TitleFiles(100)
      const content = await files.content(
        {
          id: "a",
          name: "a",
          folder: [],
          info,
          hold: async () => {
            const disc = await openDisc(sampleBluray)
            open++
            return {
              disc,
              release: () => {
                open--
                void disc.close()
              },
            }
          },
        },
        1,
      )
      const first = await content.read(1_000, 500)
      expect(open).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 400))
      expect(open).toBe(0)
      expect(openImages()).toBe(before)
      const [again, beside] = await Promise.all([content.read(1_000, 500), content.read(1_100, 10)])
      expect(again).toEqual(first)
      expect(beside).toEqual(first.subarray(100, 110))
      expect(open).toBe(1)
      await files.close()
      expect(open).toBe(0)
      await expect(content.read(0, 1)).rejects.toThrow("stops")
    },
  )

  test("is opened anew after its disc was closed below it", async () => {
    let disc = await openDisc(sampleDvd)
    const files = new TitleFiles()
    const listed = { id: "a", name: "a", folder: [], info: disc.info, hold: async () => ({ disc, release: () => {} }) }
    const content = await files.content(listed, 1)
    const first = await content.read(0, 4096)
    await disc.close()
    await expect(content.read(50_000_000, 4096).then(() => content.read(1_000_000, 4096))).rejects.toThrow()
    disc = await openDisc(sampleDvd)
    await expect.poll(() => content.read(0, 4096).catch(() => null)).toEqual(first)
    await files.close()
    await disc.close()
  })
})
