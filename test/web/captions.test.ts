import { rmSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { canAuthor } from "../disc/dvd/support/authored.ts"
import { CAPTION, captionedDvd } from "../plugin/support/captioned-dvd.ts"
import { hasChromium, Rig } from "../support/browser.ts"

describe.skipIf(!hasChromium || !canAuthor)("closed captions in the page", () => {
  let rig: Rig
  let made: ReturnType<typeof captionedDvd>
  beforeAll(async () => {
    made = captionedDvd()
    rig = await Rig.start()
  }, 60_000)
  afterAll(async () => {
    await rig?.stop()
    rmSync(made.folder, { recursive: true, force: true })
  })

  test("are one of the subtitles to choose, and are read over the picture", async () => {
    const page = await rig.open((await rig.serve([made.disc])).url)
    const picker = page.getByRole("button", { name: /^Subtitles:/ })
    await picker.click()
    await page.getByRole("menuitemradio", { name: "Closed captions" }).click()
    expect(await picker.getAttribute("aria-label")).toBe("Subtitles: Closed captions")
    // Four seconds of film: from its beginning again.
    await page.keyboard.press("Home")
    const caption = page.getByTestId("captions")
    await caption.waitFor()
    expect(await caption.textContent()).toBe(CAPTION)
    const [box, picture] = [await caption.locator("span").boundingBox(), await page.locator(".picture").boundingBox()]
    // Row 15 of the grid: low in the picture, and inside it.
    expect((box?.y ?? 0) - (picture?.y ?? 0)).toBeGreaterThan((picture?.height ?? 0) * 0.8)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan((picture?.y ?? 0) + (picture?.height ?? 0))
    await caption.waitFor({ state: "detached" })
    await page.context().close()
  })
})
