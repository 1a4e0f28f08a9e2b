// Builds the library (tsc) and the page (vite) into dist/.
import { execFileSync } from "node:child_process"
import { existsSync, rmSync } from "node:fs"

const run = (command, ...args) => execFileSync("npx", ["--no-install", command, ...args], { stdio: "inherit" })

rmSync("dist", { recursive: true, force: true })
run("tsc", "-p", "tsconfig.json")
if (existsSync("src/web/index.html")) run("vite", "build", "--logLevel", "warn")
