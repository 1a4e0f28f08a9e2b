import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { DISC_ERROR_CODES } from "../../src/base/index.ts"

const root = resolve(import.meta.dirname, "../..")
const page = readFileSync(join(root, "docs/errors.md"), "utf8")

/** Codes of a section's table: the first cell of each row. */
function tableOf(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading))
  expect(section, `docs/errors.md has a section "${heading}"`).toBeDefined()
  const rows = section?.split("\n").filter((line) => line.startsWith("| `")) ?? []
  for (const row of rows) {
    const cells = row.split("|").slice(1, -1)
    expect(cells.map((cell) => cell.trim().length > 0)).toEqual([true, true, true, true])
  }
  return rows.map((row) => /^\| `([a-z0-9-]+)`/.exec(row)?.[1] ?? row)
}

function sources(): { path: string; text: string }[] {
  return readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }))
}

/** Every code that is given to a warning, wherever the source does so. */
function warningCodes(): Map<string, string> {
  const codes = new Map<string, string>()
  for (const { path, text } of sources()) {
    const found = [
      // warnings.add("code", ...), also with a choice of two; #warn("code", ...)
      ...[...text.matchAll(/(?:\bwarnings\??\.add|\bWarnings\??\.add|#warnings\.add|#warn)\(\s*([^,]*?),/g)].flatMap(([, argument = ""]) =>
        [...argument.matchAll(/(?<!== )"([a-z0-9-]+)"/g)].map(([, code]) => code),
      ),
      // { type: "warning", code: "code" }, warning: { code: "code" }, also a closed list of two
      ...[...text.matchAll(/warning\b[^\n]{0,20}\{? ?code: ("[a-z0-9-]+"(?: \| "[a-z0-9-]+")*)/g)].flatMap(([, codes = ""]) =>
        [...codes.matchAll(/"([a-z0-9-]+)"/g)].map(([, code]) => code),
      ),
      // The demuxers' closed list.
      ...(path.endsWith("mpeg/damage.ts") ? [...text.matchAll(/^ {2}\| "([a-z0-9-]+)"/gm)].map(([, code]) => code) : []),
    ]
    for (const code of found) if (code !== undefined) codes.set(code, path)
  }
  return codes
}

describe("docs/errors.md is in step with the source", () => {
  it("has every error code, in the source's order, and no other", () => {
    expect(tableOf("Errors")).toEqual([...DISC_ERROR_CODES])
  })

  it("each error code is raised somewhere", () => {
    const others = sources().filter(({ path }) => !path.endsWith("base/disc-error.ts"))
    for (const code of DISC_ERROR_CODES)
      expect(
        others.some(({ text }) => text.includes(`"${code}"`)),
        code,
      ).toBe(true)
  })

  it("has every warning code, and no other", () => {
    const used = warningCodes()
    expect(used.size).toBeGreaterThan(40)
    const written = tableOf("Warnings")
    expect([...used.keys()].filter((code) => !written.includes(code)).map((code) => `${code} (${used.get(code)})`)).toEqual([])
    expect(written.filter((code) => !used.has(code))).toEqual([])
    expect(new Set(written).size).toBe(written.length)
  })
})
