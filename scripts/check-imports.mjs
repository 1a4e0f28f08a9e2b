// The import rule of ARCHITECTURE.md: rooms import downwards only, the wings import only base, no Node API in the core, no cycles.
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"

/** Lower rooms first; a room may import those before it. Hosts are rooms of their own and never import one another. */
const ROOMS = ["base", "source", "filesystem", "disc", "navigation", "plugin", "transcode", "hosts", "server", "cli"]
const WINGS = ["mpeg", "graphics"]
const WING_USERS = ROOMS.slice(ROOMS.indexOf("disc"))
const NODE_ROOMS = ["transcode", "hosts", "server", "cli"]

/** @param {string} root */
export function checkImports(root) {
  const problems = []
  const graph = new Map()
  for (const file of sourceFiles(root)) {
    const targets = []
    for (const specifier of importsOf(readFileSync(file, "utf8"))) {
      const problem = problemWith(root, file, specifier)
      if (problem !== null) problems.push(`${file}: imports ${specifier}: ${problem}`)
      if (specifier.startsWith(".")) targets.push(join(dirname(file), specifier))
    }
    graph.set(file, targets)
  }
  return [...problems, ...cycles(graph)]
}

function sourceFiles(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

function importsOf(text) {
  return [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^"'\n]*(?:\{[^}]*\}[^"'\n]*)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g),
  ].map((match) => match[1] ?? match[2])
}

function roomOf(root, file) {
  const parts = relative(root, file).split("/")
  return parts.length === 1 ? null : parts[0]
}

function problemWith(root, file, specifier) {
  const room = roomOf(root, file)
  const mayUseNode = room === null ? file.endsWith("index.ts") : NODE_ROOMS.includes(room) || /\/node(\/|\.ts$)/.test(file)
  if (!specifier.startsWith(".")) return specifier.startsWith("node:") && !mayUseNode ? "a Node API in the core" : null

  const target = join(dirname(file), specifier)
  const targetRoom = roomOf(root, target)
  if (!mayUseNode && /\/node(\/|\.ts$)/.test(target)) return "a Node reader in the core"
  if (room === null || room === targetRoom) return room === "hosts" ? hostProblem(root, file, target) : null
  if (targetRoom === null) return "a room imports a door above it"
  if (room === "web") return null
  if (WINGS.includes(room)) return targetRoom === "base" ? null : "a wing imports only base"
  if (WINGS.includes(targetRoom)) return WING_USERS.includes(room) ? null : "only disc/ and above use the wings"
  return ROOMS.indexOf(targetRoom) < ROOMS.indexOf(room) ? null : "imports go down only"
}

function hostProblem(root, file, target) {
  const [, host] = relative(root, file).split("/")
  const [, other] = relative(root, target).split("/")
  return other.includes(".") || host === other || host.includes(".") ? null : "hosts never import one another"
}

function cycles(graph) {
  const state = new Map()
  const found = []
  const visit = (file, path) => {
    if (state.get(file) === "done") return
    if (state.get(file) === "open") {
      found.push(`import cycle: ${[...path.slice(path.indexOf(file)), file].join(" -> ")}`)
      return
    }
    state.set(file, "open")
    for (const target of graph.get(file) ?? []) visit(target, [...path, file])
    state.set(file, "done")
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}
