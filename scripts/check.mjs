// Types, lint, and the import rule: the one command that says whether the tree is in order.
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { checkImports } from "./check-imports.mjs"

let failed = false
const run = (command, ...args) => {
  try {
    execFileSync("npx", ["--no-install", command, ...args], { stdio: "inherit" })
  } catch {
    failed = true
  }
}

run("tsc", "--noEmit", "-p", "tsconfig.json")
run("tsc", "-p", "tsconfig.core.json")
if (existsSync("src/web/index.html")) run("tsc", "-p", "tsconfig.web.json")
run("tsc", "-p", "tsconfig.test.json")
run("biome", "check", ".")
for (const problem of checkImports("src")) {
  console.error(problem)
  failed = true
}
process.exit(failed ? 1 : 0)
