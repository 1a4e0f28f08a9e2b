import { spawnSync } from "node:child_process"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { mutate, randomOf } from "../../scripts/fuzz/mutate.mjs"

const root = resolve(import.meta.dirname, "../..")

function fuzz(...args: string[]): { status: number | null; summary: string; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/fuzz.mjs"), "--no-data", ...args], {
    encoding: "utf8",
  })
  return { status, summary: /\d+ gave a value, \d+ were refused, \d+ failed/.exec(stdout)?.[0] ?? "", output: stdout + stderr }
}

describe("npm run fuzz", () => {
  it("finds nothing in 3,000 inputs, and the same nothing again", () => {
    const first = fuzz("--inputs", "3000", "--seed", "3")
    expect(first.output).toMatch(/ 0 failed/)
    expect(first.status).toBe(0)
    expect(fuzz("--inputs", "3000", "--seed", "3").summary).toBe(first.summary)
    const [, values = "0", refused = "0"] = /^(\d+) gave a value, (\d+) were refused/.exec(first.summary) ?? []
    // Damage that does nothing, or that nothing survives, would find nothing.
    expect(Number(values)).toBeGreaterThan(500)
    expect(Number(refused)).toBeGreaterThan(300)
  })

  it("refuses arguments that make no sense", () => {
    expect(fuzz("--inputs", "many").status).toBe(2)
    expect(fuzz("--target", "none").status).toBe(2)
  })
})

describe("damage", () => {
  it.each([100, 300_000])("of %i bytes comes from seed and number alone, and is undone", (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff)
    const before = Buffer.from(bytes)
    let changed = 0
    for (let number = 0; number < 50; number++) {
      const one = mutate({ name: "seed", bytes }, randomOf(1, number))
      const copy = Buffer.from(one.bytes)
      one.restore()
      expect(before.equals(bytes)).toBe(true)
      const again = mutate({ name: "seed", bytes }, randomOf(1, number))
      expect(copy.equals(again.bytes)).toBe(true)
      expect(again.done).toBe(one.done)
      again.restore()
      if (!copy.equals(before)) changed++
    }
    expect(changed).toBeGreaterThan(40)
  })
})
