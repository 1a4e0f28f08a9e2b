import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { expect, test } from "vitest"

const root = join(import.meta.dirname, "../..")
const programs = (disc: string, ...options: string[]) =>
  execFileSync(process.execPath, [join(root, "dist/cli/main.js"), "programs", join(root, "samples", disc), ...options], {
    encoding: "utf8",
  })

test("a DVD's program chains with their commands", () => {
  const text = programs("dvd.iso")
  expect(text).toMatch(/^First play: /m)
  expect(text).toMatch(/^Title set 1 .*root menu/m)
  expect(text).toMatch(/JumpSS VMGM/)
})

test("a Blu-ray's movie objects with their commands; as JSON, the same lines", () => {
  const text = programs("bluray.iso")
  expect(text.split("\n").length).toBeGreaterThan(3)
  expect(JSON.parse(programs("bluray.iso", "--json"))).toEqual(text.trimEnd().split("\n"))
})
