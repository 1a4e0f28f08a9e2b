// Lets a Node process that a test starts run the project's TypeScript sources (Node 20 does not by itself): `node --import` this file.
import { readFileSync } from "node:fs"
import { register } from "node:module"
import { fileURLToPath } from "node:url"
import { isMainThread } from "node:worker_threads"
import { transformSync } from "rolldown/utils"

if (isMainThread) register(import.meta.url)

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context)
  const path = fileURLToPath(url)
  const { code } = transformSync(path, readFileSync(path, "utf8"))
  return { format: "module", shortCircuit: true, source: code }
}
