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
    // It is there for little more than a second: text and places are read in one go.
    const seen = await page.waitForFunction(() => {
      const [shown, picture] = [document.querySelector(".captions span"), document.querySelector(".picture")]
      if (shown === null || picture === null) return null
      const [box, frame] = [shown.getBoundingClientRect(), picture.getBoundingClientRect()]
      return { text: shown.textContent, top: box.top - frame.top, bottom: box.bottom - frame.top, height: frame.height }
    })
    const { text, top, bottom, height } = (await seen.jsonValue()) ?? { text: "", top: 0, bottom: 0, height: 0 }
    expect(text).toBe(CAPTION)
    // Row 15 of the grid: low in the picture, and inside it.
    expect(top).toBeGreaterThan(height * 0.8)
    expect(bottom).toBeLessThan(height)
    await caption.waitFor({ state: "detached" })
    await page.context().close()
  })
})
