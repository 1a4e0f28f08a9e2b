import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openDisc } from "../../src/plugin/node.ts"
import { hasChromium, Rig, sample, until } from "../support/browser.ts"
import { playedPast, untilSeen } from "./watching.ts"

/** A disc's files as a folder of this machine. */
async function unpack(image: string, into: string): Promise<void> {
  const disc = await openDisc(image)
  const copy = async (path: string) => {
    for (const entry of await disc.files.list(path)) {
      const target = join(into, entry.path)
      if (entry.type === "directory") await copy(entry.path)
      else {
        mkdirSync(dirname(target), { recursive: true })
        const file = await disc.files.open(entry)
        writeFileSync(target, await file.read(0, file.size))
      }
    }
  }
  await copy("/")
  await disc.close()
}

/** Files of this machine held above the page and let go there, as the browser itself tells of it; text, where there are no files. */
async function drag(page: Page, what: { readonly files?: readonly string[]; readonly text?: string }, upTo: "over" | "drop" = "drop") {
  const session = await page.context().newCDPSession(page)
  const items = what.text === undefined ? [] : [{ mimeType: "text/plain", data: what.text }]
  const data = { items, files: [...(what.files ?? [])], dragOperationsMask: 1 }
  for (const type of ["dragEnter", "dragOver", ...(upTo === "drop" ? (["drop"] as const) : [])] as const)
    await session.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data })
}

describe.skipIf(!hasChromium)("discs that are dropped, chosen and named", () => {
  let rig: Rig
  let work = ""
  let folder = ""
  beforeAll(async () => {
    rig = await Rig.start()
    work = mkdtempSync(join(tmpdir(), "opentray-dropped-"))
    folder = join(work, "my film")
    await unpack(sample("dvd.iso"), folder)
  })
  afterAll(async () => {
    await rig?.stop()
    rmSync(work, { recursive: true, force: true })
  })

  const empty = async () => {
    const page = await rig.open((await rig.serve([])).url)
    await page.addStyleTag({ content: ".stage { border-radius: 0 !important }" })
    await page.getByRole("heading", { name: "Open a disc" }).waitFor()
    return page
  }

  test("a dropped image plays", async () => {
    const page = await empty()
    await drag(page, { files: [sample("bluray.iso")] }, "over")
    await page.getByText("Drop it here to open it").waitFor()
    await drag(page, { files: [sample("bluray.iso")] })
    await page.getByRole("heading", { name: "opentray sample Blu-ray" }).waitFor({ timeout: 60_000 })
    expect(await page.getByText("Drop it here to open it").count()).toBe(0)
    await playedPast(page, 1)
    await page.context().close()
  })

  test("a dropped folder plays, by its own name; so does its VIDEO_TS alone", async () => {
    const page = await empty()
    await drag(page, { files: [folder] })
    await page.getByRole("heading", { name: "my film" }).waitFor({ timeout: 60_000 })
    await page.getByRole("button", { name: /^Title 2/ }).click()
    await untilSeen(page, 2)
    await drag(page, { files: [join(folder, "VIDEO_TS")] })
    await page.getByRole("heading", { name: "VIDEO TS" }).waitFor({ timeout: 60_000 })
    await page.getByRole("button", { name: /^Title 1/ }).click()
    await untilSeen(page, 1)
    await page.context().close()
  })

  test("a folder that is chosen plays", async () => {
    const page = await empty()
    await page.getByTestId("folder-files").setInputFiles(folder)
    await page.getByRole("heading", { name: "my film" }).waitFor({ timeout: 60_000 })
    await page.getByRole("button", { name: /^Title 2/ }).click()
    await untilSeen(page, 2)
    await page.context().close()
  })

  test("a path that is dropped as text opens; what is no disc is named, and the page stays as it is", async () => {
    const page = await empty()
    await drag(page, { text: sample("dvd.iso") })
    await page.getByRole("heading", { name: "OPENTRAY DVD" }).waitFor({ timeout: 60_000 })
    const other = join(work, "other")
    mkdirSync(other)
    writeFileSync(join(other, "letter.txt"), "Dear Sir or Madam")
    await drag(page, { files: [other] })
    await page.locator('.banner[role="alert"][data-code="not-a-disc"]').waitFor({ timeout: 60_000 })
    expect(await page.getByRole("heading", { name: "OPENTRAY DVD" }).count()).toBe(1)
    await page.context().close()
  })
})

describe.skipIf(!hasChromium)("around the picture", () => {
  let rig: Rig
  let url = ""
  beforeAll(async () => {
    rig = await Rig.start()
    url = (await rig.serve([sample("dvd.iso")])).url
  })
  afterAll(() => rig?.stop())

  test("full screen: the picture fills it in its own shape, by key, button and double click", async () => {
    const page = await rig.open(`${url}?title=1`, { width: 1000, height: 900 })
    await playedPast(page, 0.5)
    const isFull = (wanted: boolean) =>
      page.waitForFunction((full) => (document.fullscreenElement !== null) === full, wanted, { timeout: 10_000 })
    await page.keyboard.press("f")
    await isFull(true)
    expect(await page.evaluate(() => document.fullscreenElement?.className)).toBe("stage")
    await until(page, () => document.querySelector(".screen")?.getBoundingClientRect().height === innerHeight, 5_000)
    const shape = await page.evaluate(() => {
      const box = document.querySelector(".picture")?.getBoundingClientRect()
      return { ...box?.toJSON(), screen: { width: innerWidth, height: innerHeight } }
    })
    expect(shape.width / shape.height).toBeCloseTo(16 / 9, 2)
    expect(Math.min(shape.screen.width - shape.width, shape.screen.height - shape.height)).toBeCloseTo(0, 0)
    expect(shape.y).toBeCloseTo((shape.screen.height - shape.height) / 2, 0)
    await page.keyboard.press("f")
    await isFull(false)
    await page.getByRole("button", { name: "Full screen" }).click()
    await isFull(true)
    await page.mouse.dblclick(300, 300)
    await isFull(false)
    await page.context().close()
  })

  test("the keys are listed, by key and by button; Escape closes the list and says nothing to the disc", async () => {
    const page = await rig.open(`${url}?title=1`)
    const said: string[] = []
    page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => said.push(String(payload))))
    await page.reload()
    await playedPast(page, 0.5)
    const sheet = page.getByRole("dialog", { name: "Keys" })
    await page.keyboard.press("?")
    await sheet.waitFor()
    for (const words of ["In a menu", "Press the button", "In the film", "Next angle", "Full screen"])
      expect(await sheet.getByText(words).count()).toBe(1)
    await page.keyboard.press("n")
    await page.keyboard.press("Escape")
    await sheet.waitFor({ state: "hidden" })
    await page.getByRole("button", { name: "Keys" }).click()
    await sheet.waitFor()
    await sheet.getByRole("button", { name: "Close" }).click()
    await sheet.waitFor({ state: "hidden" })
    expect(said.filter((message) => message.includes('"press"'))).toEqual([])
    await page.context().close()
  })
})
