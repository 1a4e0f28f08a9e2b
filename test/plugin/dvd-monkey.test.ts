import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { expect, test } from "vitest"
import { authoredDvd, canAuthor } from "../disc/dvd/support/authored.ts"
import { SETS, STILLS } from "../navigation/dvd/support/recipes.ts"
import { sampleDvd } from "../support/samples.ts"

const root = resolve(import.meta.dirname, "../..")
const isBuilt = existsSync(join(root, "dist/index.js"))

function monkey(keys: number, seed: number, ...discs: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--expose-gc", join(root, "scripts/monkey.mjs"), "--keys", String(keys), "--seed", String(seed), ...discs],
    { encoding: "utf8", timeout: 110_000 },
  )
  return { status, output: stdout + stderr }
}

test.skipIf(!isBuilt)("random keys, pointers and seeks break no session", () => {
  const discs = [sampleDvd, ...(canAuthor ? [authoredDvd(STILLS), authoredDvd(SETS)] : [])]
  const { status, output } = monkey(450, 11, ...discs)
  expect(output).toMatch(/^450 keys on \d discs/)
  expect(status).toBe(0)
  const [, done = "0", jumped = "0"] = /: (\d+) did something, (\d+) jumped/.exec(output) ?? []
  // Keys that do nothing would find nothing.
  expect(Number(done)).toBeGreaterThan(100)
  expect(Number(jumped)).toBeGreaterThan(50)
})

test.skipIf(!isBuilt)("the monkey refuses arguments that make no sense", () => {
  expect(monkey(Number.NaN, 1).status).toBe(2)
})
