import type { FromWorker, ToWorker } from "../protocol.ts"

// The converter's own process. It ends when its parent does: the channel between them closes.
process.on("disconnect", () => process.exit(0))
// A terminal's Ctrl-C goes to the whole group; the parent decides when this process ends.
process.on("SIGINT", () => {})

const send = (message: FromWorker): void => {
  if (process.connected) process.send?.(message)
}

const early: ToWorker[] = []
const keep = (message: unknown) => {
  early.push(message as ToWorker)
}
process.on("message", keep)

try {
  const { Worker } = await import("./worker.ts")
  const worker = new Worker(send)
  process.off("message", keep)
  process.on("message", (message) => worker.take(message as ToWorker))
  send({ type: "ready" })
  for (const message of early) worker.take(message)
} catch (error) {
  send({ type: "unavailable", reason: error instanceof Error ? error.message : String(error) })
}
