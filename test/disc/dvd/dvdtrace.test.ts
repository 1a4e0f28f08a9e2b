import { describe, expect, it } from "vitest"
import { Warnings } from "../../../src/base/index.ts"
import { readDvdDisc } from "../../../src/disc/dvd/index.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { runOracle } from "../../support/oracles.ts"
import { authoredDvd, canAuthor } from "./support/authored.ts"
import { filesOfFolder } from "./support/files.ts"
import { CHAINS, FORMATS, MENUS } from "./support/recipes.ts"
import { traceDvd } from "./support/trace.ts"

/** Every line that libdvdread makes of a disc, and no other. */
async function expectAlike(folder: string): Promise<void> {
  const { dvd } = await readDvdDisc(filesOfFolder(folder), new Warnings())
  const expected = runOracle("dvdtrace", [folder]).filter(({ type }) => type !== "disc")
  expect(expected.length).toBeGreaterThan(5)
  const ours = traceDvd(dvd)
  for (const [index, line] of expected.entries()) expect(ours[index]).toEqual(line)
  expect(ours.length).toBe(expected.length)
}

describe.skipIf(!hasData)("every table as libdvdread reads it: real discs", () => {
  it("idiocracy", () => expectAlike(dataPath("perl-dvd-read/idiocracy")))
})

describe.skipIf(!canAuthor)("every table as libdvdread reads it: authored discs", () => {
  it.each([FORMATS, CHAINS, MENUS])("$name", (recipe) => expectAlike(authoredDvd(recipe)))
})
