// Runs inputs one after another and tells the main thread, through shared memory, which one it is at.
import { parentPort, workerData } from "node:worker_threads"
import { DiscError } from "../../dist/base/index.js"
import { mutate, randomOf } from "./mutate.mjs"
import { TARGETS } from "./targets.mjs"

const { seed, first, end, only, progress, seeds, maxBytes } = workerData
const current = new Float64Array(progress)
/** The largest single buffer that the input at hand asked for. */
let largest = 0

/** The platform's buffers, seen when they are made: memory that was given back before anyone measured counts too. */
for (const name of ["Uint8Array", "Uint16Array", "Uint32Array", "Int32Array", "Float64Array", "Uint8ClampedArray", "ArrayBuffer"]) {
  const original = globalThis[name]
  const size = original.BYTES_PER_ELEMENT ?? 1
  globalThis[name] = new Proxy(original, {
    construct(target, args, newTarget) {
      if (typeof args[0] === "number") largest = Math.max(largest, args[0] * size)
      return Reflect.construct(target, args, newTarget === globalThis[name] ? target : newTarget)
    },
  })
}

const names = Object.keys(TARGETS).filter((name) => seeds.has(name) && (only === null || only === name))
const wheel = names.flatMap((name) => Array(TARGETS[name].weight).fill(name))

const heldBytes = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

async function runInput(number) {
  const random = randomOf(seed, number)
  const target = random.pick(wheel)
  const original = random.pick(seeds.get(target))
  const mutant = mutate(original, random)
  const what = { number, target, seed: original.name, done: mutant.done }
  const before = heldBytes()
  largest = 0
  try {
    await TARGETS[target].run(mutant.bytes, random)
    current[2]++
  } catch (error) {
    if (error instanceof DiscError) current[3]++
    else parentPort.postMessage({ ...what, failure: "crash", detail: error?.stack ?? String(error) })
  } finally {
    mutant.restore()
  }
  const grown = Math.max(largest, heldBytes() - before)
  current[4] = Math.max(current[4], grown)
  if (grown > maxBytes) parentPort.postMessage({ ...what, failure: "memory", detail: `${Math.round(grown / 2 ** 20)} MiB` })
}

for (let number = first; number < end; number++) {
  current[0] = number
  current[1]++
  await runInput(number)
  // Messages and the watchdog's clock get their turn.
  if (number % 256 === 0) await new Promise((done) => setImmediate(done))
}
parentPort.postMessage({ finished: true })
