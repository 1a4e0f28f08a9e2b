// Damages structures, streams and whole discs, and sees that nothing but a DiscError comes of it. `npm run build` first.
//   npm run fuzz -- [--inputs 20000] [--seed 1] [--from 0] [--target NAME] [--no-data]
// --inputs 0 goes on until it is stopped. The same seed gives the same inputs; input N alone: --from N --inputs 1.
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { Worker } from "node:worker_threads"
import { mutate, randomOf } from "./fuzz/mutate.mjs"
import { collectSeeds, dataFolder } from "./fuzz/seeds.mjs"
import { TARGETS } from "./fuzz/targets.mjs"

/** What no input may take, in processor time and in memory: CONTRIBUTING.md. */
const MAX_HANG_MS = 1000
const MAX_BYTES = 64 * 1024 * 1024
/** A machine that is busy with other things makes an input slow, but not this slow; processor time decides before that. */
const MAX_WALL_MS = 20_000
/** One fault often fails thousands of inputs; these are enough to find it. */
const MAX_FAILURES = 20
/** Inputs that one worker takes before the next has its turn. */
const CHUNK = 5000

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    target: { type: "string" },
    data: { type: "boolean", default: true },
  },
  allowNegative: true,
})
const seed = Number(values.seed)
const from = Number(values.from)
const inputs = Number(values.inputs) === 0 ? Number.MAX_SAFE_INTEGER / 2 : Number(values.inputs)
const only = values.target ?? null
if (![seed, from, inputs].every(Number.isSafeInteger) || (only !== null && TARGETS[only] === undefined)) {
  console.error(`--inputs, --seed and --from are whole numbers; --target is one of ${Object.keys(TARGETS).join(", ")}`)
  process.exit(2)
}

const data = values.data ? dataFolder() : null
const seeds = await collectSeeds({ data })
const without = Object.keys(TARGETS).filter((name) => !seeds.has(name))
console.log(`${[...seeds.values()].flat().length} seeds for ${seeds.size} targets, ${data === null ? "without" : "with"} the test data`)
if (without.length > 0) console.log(`no seed at hand for ${without.join(", ")}`)

const failures = []
const totals = { run: 0, values: 0, refused: 0, mostBytes: 0, slowest: 0 }
const started = Date.now()

function repeatLine(number) {
  return `npm run fuzz -- --seed ${seed} --from ${number} --inputs 1${only === null ? "" : ` --target ${only}`}${values.data ? "" : " --no-data"}`
}

function fail(failure) {
  failures.push(failure)
  const { number, target, seed: name, done, failure: kind, detail } = failure
  console.log(`\n${kind}: input ${number}, ${target}, ${name}: ${done}\n${detail}\nrepeat: ${repeatLine(number)}`)
}

/** What an input is, without running it: for one that hangs and cannot say it itself. */
function describe(number) {
  const random = randomOf(seed, number)
  const names = Object.keys(TARGETS).filter((name) => seeds.has(name) && (only === null || only === name))
  const target = random.pick(names.flatMap((name) => Array(TARGETS[name].weight).fill(name)))
  const original = random.pick(seeds.get(target))
  const mutant = mutate(original, random)
  mutant.restore()
  return { number, target, seed: original.name, done: mutant.done }
}

/** Runs inputs first to end in a thread; gives the number to go on from. */
function runThread(first, end) {
  return new Promise((resolve) => {
    const progress = new SharedArrayBuffer(5 * 8)
    const current = new Float64Array(progress)
    current[0] = first
    const worker = new Worker(new URL("fuzz/worker.mjs", import.meta.url), {
      workerData: { seed, first, end, only, progress, seeds, maxBytes: MAX_BYTES },
      // What no buffer holds: 64 MB for the input, the rest for what the worker itself is.
      resourceLimits: { maxOldGenerationSizeMb: 256 },
      stdout: false,
    })
    let last = -1
    let since = performance.now()
    let cpu = process.cpuUsage()
    const stop = async (next) => {
      clearInterval(timer)
      totals.run += current[1]
      totals.values += current[2]
      totals.refused += current[3]
      totals.mostBytes = Math.max(totals.mostBytes, current[4])
      await worker.terminate()
      resolve(next)
    }
    const timer = setInterval(() => {
      const now = performance.now()
      // Starting the thread is no input's doing.
      if (current[1] !== last || last === 0) {
        last = current[1]
        since = now
        cpu = process.cpuUsage()
        return
      }
      const { user, system } = process.cpuUsage(cpu)
      totals.slowest = Math.max(totals.slowest, now - since)
      if ((user + system) / 1000 / threads < MAX_HANG_MS && now - since < MAX_WALL_MS) return
      fail({ ...describe(current[0]), failure: "hang", detail: `still at it after ${Math.round(now - since)} ms` })
      stop(current[0] + 1)
    }, 50)
    worker.on("message", (message) => {
      if (message.finished) stop(end)
      else fail(message)
    })
    worker.on("error", (error) => {
      // Out of memory, or an error outside of any await: the input at hand did it.
      fail({
        ...describe(current[0]),
        failure: error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "crash",
        detail: error.stack ?? String(error),
      })
      stop(current[0] + 1)
    })
  })
}

const threads = Math.max(1, Math.min(4, availableParallelism(), Math.ceil(inputs / CHUNK)))
let next = from
let printed = started
async function lane() {
  while (next < from + inputs && failures.length < MAX_FAILURES) {
    const first = next
    const end = Math.min(first + CHUNK, from + inputs)
    next = end
    for (let at = first; at < end && failures.length < MAX_FAILURES; ) at = await runThread(at, end)
    if (Date.now() - printed < 10_000) continue
    printed = Date.now()
    console.log(`${totals.run} inputs, ${failures.length} failures, ${Math.round((totals.run * 1000) / (printed - started))} a second`)
  }
}
await Promise.all(Array.from({ length: threads }, lane))

const seconds = (Date.now() - started) / 1000
console.log(
  `${totals.run} inputs in ${seconds.toFixed(0)} s: ${totals.values} gave a value, ${totals.refused} were refused, ${failures.length} failed; ` +
    `most memory of one input ${(totals.mostBytes / 2 ** 20).toFixed(1)} MiB, longest stay at one ${Math.round(totals.slowest)} ms`,
)
process.exit(failures.length === 0 ? 0 : 1)
