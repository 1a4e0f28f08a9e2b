import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { cacheFolder } from "../../src/hosts/cache-folder.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { Library } from "../../src/server/index.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"
import { Workplace } from "./support/discs.ts"

const WAIT = { timeout: 20_000, interval: 50 }

let place: Workplace
let films: string
const open: Library[] = []
let opened = 0

beforeEach(() => {
  place = new Workplace()
  films = place.folder("films")
  opened = 0
})
afterEach(async () => {
  for (const library of open.splice(0)) await library.close()
  place.remove()
})

/** As old as a film that was copied yesterday. */
const old = (path: string) => utimesSync(path, new Date(Date.now() - 86_400_000), new Date(Date.now() - 86_400_000))
const put = (source: string, path: string) => {
  copyFileSync(source, path)
  old(path)
}

async function library(specs: readonly string[] = [films], version = "1"): Promise<Library> {
  const made = await Library.open(specs, {
    openDisc: (input) => {
      opened++
      return openDisc(input)
    },
    version,
    cache: place.at("cache"),
  })
  open.push(made)
  return made
}

const names = (of: Library) => of.list.map(({ folder, name }) => [...folder, name].join("/"))
const settled = (of: Library) => expect.poll(() => of.status.reading, WAIT).toBe(0)

describe("a library", () => {
  test("lists the discs of a folder and its folders: images, VIDEO_TS and BDMV folders", async () => {
    put(sampleDvd, place.at("films", "b.iso"))
    place.folder("films", "series", "season 10")
    place.folder("films", "series", "season 2")
    put(sampleBluray, place.at("films", "series", "season 10", "A.ISO"))
    await place.dvd(place.at("films", "series", "season 2", "disc 1"), 1)
    writeFileSync(place.at("films", "notes.txt"), "no disc")
    writeFileSync(place.at("films", ".hidden.iso"), "a copy under way")
    const found = await library()
    await settled(found)
    expect(names(found)).toEqual(["b.iso", "series/season 2/disc 1", "series/season 10/A.ISO"])
    expect(found.list.map(({ info }) => info.kind)).toEqual(["dvd-video", "dvd-video", "blu-ray"])
    expect(found.status.problems).toEqual([])
    for (const listed of found.list) {
      const { disc, release } = await listed.hold()
      const title = await disc.openTitle(1)
      expect((await title.read(0, 4)).length).toBe(4)
      await title.close()
      release()
    }
  })

  test("of several folders puts their names above; discs given by themselves lie above all", async () => {
    put(sampleDvd, place.at("films", "a.iso"))
    const more = place.folder("more")
    put(sampleBluray, place.at("more", "b.iso"))
    put(sampleDvd, place.at("single.iso"))
    const found = await library([films, more, place.at("single.iso")])
    await settled(found)
    expect(names(found).sort()).toEqual(["films/a.iso", "more/b.iso", "single.iso"])
  })

  test("has addresses that last: ids come from the content, with an ending for equal discs", async () => {
    for (const name of ["a.iso", "b.iso", "c.iso"]) put(sampleDvd, place.at("films", name))
    const first = await library()
    await settled(first)
    const ids = first.list.map(({ id }) => id)
    const { fingerprint } = first.list[0]?.info ?? { fingerprint: "" }
    expect(ids.filter((id) => id === fingerprint.slice(0, 16))).toHaveLength(1)
    expect(new Set(ids).size).toBe(3)
    await first.close()
    // One more, and one whose name comes first.
    put(sampleDvd, place.at("films", "0.iso"))
    const second = await library()
    await settled(second)
    expect(second.list.slice(1).map(({ id }) => id)).toEqual(ids)
    for (const id of ids) expect(second.find(id)?.id).toBe(id)
  })

  test("reads each disc once, then starts from what it knows, until the disc or opentray changes", async () => {
    put(sampleDvd, place.at("films", "a.iso"))
    await place.dvd(place.at("films", "b"), 1)
    for (const file of readdirSync(place.at("films", "b", "VIDEO_TS"))) old(place.at("films", "b", "VIDEO_TS", file))
    await settled(await library())
    expect(opened).toBe(2)
    const again = await library()
    expect(names(again)).toEqual(["a.iso", "b"])
    expect(again.list[0]?.info.titles.length).toBeGreaterThan(1)
    await settled(again)
    expect(opened).toBe(2)
    put(sampleBluray, place.at("films", "a.iso"))
    const changed = await library()
    await settled(changed)
    expect(opened).toBe(3)
    expect(changed.list[0]?.info.kind).toBe("blu-ray")
    await settled(await library([films], "2"))
    expect(opened).toBe(5)
  })

  test("lives with a cache that is broken, or of something else, and forgets discs that are gone", async () => {
    put(sampleDvd, place.at("films", "a.iso"))
    put(sampleBluray, place.at("films", "b.iso"))
    await settled(await library())
    const kept = () => readdirSync(place.at("cache", "library"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    // It is written beside what is asked.
    await expect.poll(() => kept().filter(({ name }) => name.endsWith(".json")).length, { timeout: 20_000 }).toBe(2)
    const files = kept()
    for (const broken of ["", "{", "null", '{"format":1}', '{"format":1,"version":"1","stamp":"x","id":5,"info":{}}']) {
      for (const { parentPath, name } of files) writeFileSync(`${parentPath}/${name}`, broken)
      opened = 0
      const found = await library()
      await settled(found)
      expect(names(found)).toEqual(["a.iso", "b.iso"])
      expect(opened).toBe(2)
    }
    rmSync(place.at("films", "b.iso"))
    await library()
    await expect.poll(() => readdirSync(files[0]?.parentPath ?? "").length, { timeout: 20_000 }).toBe(1)
    expect(cacheFolder({ XDG_CACHE_HOME: "/c" })).toBe("/c/opentray")
    expect(cacheFolder({ XDG_CACHE_HOME: "relative" })).not.toContain("relative")
  })

  test("says what cannot be opened and why, and goes on", async () => {
    put(sampleDvd, place.at("films", "good.iso"))
    writeFileSync(place.at("films", "nothing.iso"), Buffer.alloc(100_000))
    writeFileSync(place.at("films", "empty.iso"), "")
    mkdirSync(place.at("films", "broken", "VIDEO_TS"), { recursive: true })
    for (const name of ["nothing.iso", "empty.iso"]) old(place.at("films", name))
    const found = await library()
    await settled(found)
    expect(names(found)).toEqual(["good.iso"])
    expect(found.status.problems.map(({ name, code }) => [name, code]).sort()).toEqual([
      ["broken", "not-a-disc"],
      ["empty.iso", "not-a-disc"],
      ["nothing.iso", "not-a-disc"],
    ])
    expect(JSON.stringify(found.status)).not.toContain(place.path)
  })

  test("refuses a path that is not there", async () => {
    await expect(library([place.at("nowhere")])).rejects.toMatchObject({ code: "not-found" })
  })
})

describe("a library that is watched", () => {
  test("sees discs come, move and go, and tells so", async () => {
    const found = await library()
    expect(names(found)).toEqual([])
    let told = 0
    found.watch(() => told++)
    put(sampleDvd, place.at("films", "a.iso"))
    await expect.poll(() => names(found), WAIT).toEqual(["a.iso"])
    const { id } = found.list[0] ?? { id: "" }
    place.folder("films", "new")
    await expect.poll(() => found.status.reading, WAIT).toBe(0)
    put(sampleBluray, place.at("films", "new", "b.iso"))
    await expect.poll(() => names(found), WAIT).toEqual(["a.iso", "new/b.iso"])
    renameSync(place.at("films", "a.iso"), place.at("films", "new", "c.iso"))
    await expect.poll(() => names(found), WAIT).toEqual(["new/b.iso", "new/c.iso"])
    expect(found.find(id)?.name).toBe("c.iso")
    rmSync(place.at("films", "new"), { recursive: true })
    await expect.poll(() => names(found), WAIT).toEqual([])
    await expect.poll(() => told, WAIT).toBeGreaterThanOrEqual(4)
  })

  test("waits for a copy to end: half of a disc is not listed", async () => {
    const found = await library()
    const image = readFileSync(sampleDvd)
    const path = place.at("films", "a.iso")
    writeFileSync(path, image.subarray(0, 1_000_000))
    for (let at = 1_000_000; at < image.length; at += 2_000_000) {
      await new Promise((resolve) => setTimeout(resolve, 700))
      expect(names(found)).toEqual([])
      expect(found.status.problems).toEqual([])
      appendFileSync(path, image.subarray(at, at + 2_000_000))
    }
    await expect.poll(() => names(found), WAIT).toEqual(["a.iso"])
    expect(opened).toBe(1)
  })

  test("tries again what stopped growing too early", async () => {
    const image = readFileSync(sampleDvd)
    const path = place.at("films", "a.iso")
    writeFileSync(path, image.subarray(0, 200_000))
    old(path)
    const found = await library()
    await settled(found)
    expect(found.status.problems).toHaveLength(1)
    appendFileSync(path, image.subarray(200_000))
    await expect.poll(() => names(found), WAIT).toEqual(["a.iso"])
    expect(found.status.problems).toEqual([])
  })

  test("closes a disc that goes while it is held", async () => {
    put(sampleDvd, place.at("films", "a.iso"))
    const found = await library()
    await settled(found)
    const listed = found.list[0]
    const { disc, release } = (await listed?.hold()) ?? expect.fail("nothing is listed")
    rmSync(place.at("films", "a.iso"))
    await expect.poll(() => names(found), WAIT).toEqual([])
    await expect(disc.openTitle(1)).rejects.toThrow()
    release()
    await expect(listed?.hold()).rejects.toMatchObject({ code: "not-found" })
  })
})

describe("links", () => {
  test("out of the folder are not followed; those inside it are, once", async () => {
    const outside = place.folder("outside")
    put(sampleBluray, place.at("outside", "secret.iso"))
    put(sampleDvd, place.at("films", "a.iso"))
    place.folder("films", "inner")
    put(sampleBluray, place.at("films", "inner", "b.iso"))
    symlinkSync(place.at("outside", "secret.iso"), place.at("films", "link.iso"))
    symlinkSync(outside, place.at("films", "outside"))
    symlinkSync("/", place.at("films", "everything"))
    symlinkSync(films, place.at("films", "inner", "loop"))
    symlinkSync(place.at("films", "inner"), place.at("films", "again"))
    symlinkSync(place.at("films", "nowhere"), place.at("films", "nowhere.iso"))
    const found = await library()
    await settled(found)
    expect(names(found)).toEqual(["a.iso", "inner/b.iso"])
    expect(found.status.problems.map(({ name, code }) => [name, code]).sort()).toEqual([
      ["everything", "not-permitted"],
      ["link.iso", "not-permitted"],
      ["outside", "not-permitted"],
    ])
    expect(JSON.stringify(found.status)).not.toContain(place.path)
  })

  test("that replace a listed disc later lead nowhere", async () => {
    place.folder("outside")
    put(sampleBluray, place.at("outside", "secret.iso"))
    await place.dvd(place.at("films", "disc"), 1)
    put(sampleDvd, place.at("films", "a.iso"))
    const found = await library()
    await settled(found)
    const [image, folder] = found.list
    await found.close()
    const again = await library()
    expect(again.list.map(({ id }) => id)).toEqual([image?.id, folder?.id])
    rmSync(place.at("films", "a.iso"))
    symlinkSync(place.at("outside", "secret.iso"), place.at("films", "a.iso"))
    await expect(again.find(image?.id ?? "")?.hold()).rejects.toMatchObject({ code: "not-permitted" })
    const held = (await again.find(folder?.id ?? "")?.hold()) ?? expect.fail("nothing is listed")
    rmSync(place.at("films", "disc", "VIDEO_TS", "VTS_01_1.VOB"))
    symlinkSync(place.at("outside", "secret.iso"), place.at("films", "disc", "VIDEO_TS", "VTS_01_1.VOB"))
    await expect(held.disc.files.open("/VIDEO_TS/VTS_01_1.VOB")).rejects.toMatchObject({ code: "not-permitted" })
    held.release()
  })
})

describe("many discs", () => {
  test("2,000 are listed at once at the second start, and no more than a bounded number is open", { timeout: 240_000 }, async () => {
    for (let number = 0; number < 2_000; number++) {
      await place.dvd(place.at("films", `shelf ${number % 20}`, `disc ${number}`), number)
    }
    const first = await library()
    await expect.poll(() => first.status.reading, { timeout: 200_000, interval: 500 }).toBe(0)
    expect(first.list).toHaveLength(2_000)
    expect(new Set(first.list.map(({ id }) => id)).size).toBe(2_000)
    if (process.platform === "linux") expect(readdirSync("/proc/self/fd").length).toBeLessThan(400)
    await first.close()
    const began = Date.now()
    const second = await library()
    const took = Date.now() - began
    expect(second.list).toHaveLength(2_000)
    console.log(`2,000 known discs are listed after ${took} ms`)
    expect(took).toBeLessThan(5_000)
  })
})
