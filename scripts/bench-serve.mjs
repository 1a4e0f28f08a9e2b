// Titles served as they are, beside nginx serving the same bytes from a file: what a stream of 40 Mbit/s costs in processor time, with 20 clients at once.
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeLongTitle } from "./bench/long-title.mjs"

const main = join(import.meta.dirname, "../dist/cli/main.js")
/** 42 play items of 21 MB, so often: 420 MB. */
const TIMES = 20
const CLIENTS = 20
const ROUNDS = 3
/** A client asks for so much of the title, from a place of its own. */
const CLIENT_BYTES = 100_000_000
const STREAM_BYTES_A_SECOND = 40e6 / 8
/** Clients that take no more than their rate, to see whether they get it. */
const PACED_SECONDS = 10

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const hasProgram = (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Seconds of processor time of a process, its threads and its children so far (proc(5): utime and stime, in 1/100 s on every Linux). */
function processorTime(pid) {
  const ofOne = (id) => {
    const fields = readFileSync(`/proc/${id}/stat`, "latin1").split(") ")[1].split(" ")
    return (Number(fields[11]) + Number(fields[12])) / 100
  }
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "latin1").trim().split(" ").filter(Boolean),
  )
  return ofOne(pid) + children.reduce((sum, child) => sum + ofOne(child), 0)
}

/** The other processor's work: curl takes as fast as it comes, or at a rate. */
function client(url, first, rate) {
  const limits = rate === undefined ? [] : ["--limit-rate", String(rate), "--max-time", String(PACED_SECONDS)]
  const range = `${first}-${first + CLIENT_BYTES - 1}`
  return new Promise((done) => {
    const curl = spawn("curl", ["-s", "-o", "/dev/null", "-r", range, "-w", "%{size_download}", ...limits, url])
    let said = ""
    curl.stdout.on("data", (chunk) => {
      said += chunk
    })
    curl.on("close", () => done(Number(said)))
  })
}

const clients = (url, size, rate) =>
  Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(url, Math.floor(((size - CLIENT_BYTES) * index) / CLIENTS), rate)))

async function reachable(url) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const status = await new Promise((done) => {
      request(url, { method: "HEAD" }, (response) => done(response.statusCode))
        .on("error", () => done(0))
        .end()
    })
    if (status === 200) return
    await wait(50)
  }
  throw new Error(`${url} does not answer`)
}

async function serveOwn(image, folder) {
  const child = spawn(process.execPath, [main, "serve", image, "--port", "0", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
  })
  let said = ""
  child.stdout.on("data", (chunk) => {
    said += chunk
  })
  while (!said.trimEnd().endsWith("}")) await wait(50)
  const { urls } = JSON.parse(said)
  for (;;) {
    const [disc] = await (await fetch(`${urls[0]}api/discs`)).json()
    if (disc !== undefined)
      return {
        pid: child.pid,
        url: new URL(disc.titles[5].urls.file, urls[0].replace("localhost", "127.0.0.1")).href,
        stop: () => child.kill(),
      }
    await wait(50)
  }
}

async function serveNginx(title, folder) {
  const port = await freePort()
  const configuration = join(folder, "nginx.conf")
  writeFileSync(
    configuration,
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
     events { worker_connections 1024; }
     http { access_log off; sendfile on; tcp_nopush on; default_type video/mp2t;
       client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
       server { listen 127.0.0.1:${port}; root ${folder}; } }`,
  )
  const child = spawn("nginx", ["-c", configuration], { stdio: "ignore" })
  const url = `http://127.0.0.1:${port}/${title.split("/").at(-1)}`
  return { pid: child.pid, url, stop: () => child.kill() }
}

/** Megabytes for each second of processor time. */
async function measure({ pid, url }, size) {
  const before = processorTime(pid)
  const began = performance.now()
  const bytes = (await clients(url, size)).reduce((sum, length) => sum + length, 0)
  return { perProcessorSecond: bytes / (processorTime(pid) - before), perSecond: (bytes * 1000) / (performance.now() - began) }
}

export async function run() {
  if (process.platform !== "linux" || !hasProgram("curl")) throw new Error("needs Linux and curl")
  const folder = mkdtempSync(join(tmpdir(), "opentray-bench-"))
  const servers = []
  try {
    const image = join(folder, "long.iso")
    const title = join(folder, "title.m2ts")
    await makeLongTitle(image, TIMES)
    execFileSync("sh", ["-c", `"${process.execPath}" "${main}" cat "${image}" --title 6 > "${title}"`])
    execFileSync("chmod", ["-R", "a+rX", folder])
    const { size } = statSync(title)
    const named = { opentray: await serveOwn(image, folder) }
    servers.push(named.opentray)
    if (hasProgram("nginx")) {
      named.nginx = await serveNginx(title, folder)
      servers.push(named.nginx)
    }
    for (const { url } of servers) await reachable(url)
    const results = Object.fromEntries(Object.keys(named).map((name) => [name, []]))
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, server] of Object.entries(named)) results[name].push(await measure(server, size))
    const streams = (list) => median(list.map(({ perProcessorSecond }) => perProcessorSecond)) / STREAM_BYTES_A_SECOND
    for (const [name, list] of Object.entries(results)) {
      const ratio = name === "opentray" ? "" : `: ${(streams(list) / streams(results.opentray)).toFixed(1)} times as many`
      const speed = Math.round(median(list.map(({ perSecond }) => perSecond)) / 1e6)
      console.log(
        `titles as they are: ${name} ${Math.round(streams(list))} streams of 40 Mbit/s a core (${CLIENTS} clients at once, ${speed} MB/s in all)${ratio}`,
      )
    }
    const paced = await clients(named.opentray.url, size, STREAM_BYTES_A_SECOND)
    const slowest = Math.min(...paced) / PACED_SECONDS / STREAM_BYTES_A_SECOND
    console.log(
      `titles as they are: ${CLIENTS} clients of 40 Mbit/s for ${PACED_SECONDS} s: the slowest got ${Math.round(slowest * 100)} % of it`,
    )
  } finally {
    for (const { stop } of servers) stop()
    await wait(300)
    rmSync(folder, { recursive: true, force: true })
  }
}
