import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { languageTag } from "../../src/disc/language.ts"

describe("language tags", () => {
  it.each([
    ["en", "en"],
    ["EN", "en"],
    ["eng", "en"],
    ["ger", "de"],
    ["deu", "de"],
    ["fre", "fr"],
    ["chi", "zh"],
    ["zho", "zh"],
    ["cze", "cs"],
    ["dut", "nl"],
    ["gre", "el"],
    ["ice", "is"],
    ["rum", "ro"],
    ["iw", "he"],
    ["in", "id"],
    ["ji", "yi"],
    ["jw", "jv"],
    ["mo", "ro"],
    ["sh", "sr-Latn"],
    ["scr", "hr"],
    ["zxx", "zxx"],
    ["haw", "haw"],
  ])("%s is %s", (code, tag) => expect(languageTag(code)).toBe(tag))

  it.each([null, "", "xx", "XX", "und", "mis", "zz", "e", "e1", "\0\0", "  ", "en-us", "engl"])("%j is no language", (code) =>
    expect(languageTag(code)).toBeNull(),
  )

  // Debian's copy of the ISO 639-2 registration authority's list: each language's two or three codes are one language.
  const list = "/usr/share/iso-codes/json/iso_639-2.json"
  it.skipIf(!existsSync(list))("gives one tag to all codes that ISO 639-2 has for a language", () => {
    const { "639-2": languages } = JSON.parse(readFileSync(list, "utf8")) as {
      "639-2": { alpha_2?: string; alpha_3: string; bibliographic?: string }[]
    }
    const withTwoLetters = languages.filter(({ alpha_2 }) => alpha_2 !== undefined)
    expect(withTwoLetters.length).toBeGreaterThan(180)
    const different = withTwoLetters.filter(({ alpha_2, alpha_3, bibliographic }) => {
      const tags = [alpha_2, alpha_3, bibliographic].flatMap((code) => (code === undefined ? [] : [languageTag(code)]))
      return new Set(tags).size !== 1
    })
    // CLDR takes the collective code "bih" for its largest member, Bhojpuri, and "twi" for Akan, whose dialect Twi is.
    expect(different.map(({ alpha_3 }) => alpha_3)).toEqual(["bih", "twi"])
  })
})
