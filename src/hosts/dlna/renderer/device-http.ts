import { request } from "node:http"
import { DiscError } from "../../../base/index.ts"

/** Larger than any description or answer: gmediarender's longest, its list of types, has 20 kB. */
const MAX_ANSWER_BYTES = 512 * 1024
/** A question that takes longer is not answered any more; acts may take a television longer, so callers say. */
const QUESTION_MS = 2_500

export type DeviceRequest = {
  readonly method?: "GET" | "POST"
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole exchange. Default 2,500. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export type DeviceAnswer = { readonly status: number; readonly body: string }

/**
 * One exchange with a device. Nothing is followed: a redirect is an answer like any other, so a device cannot send us elsewhere. Both the size and the
 * time of the whole answer are bounded.
 * @throws DiscError `read-failed` (no answer, or cut off), `limit` (endless), `aborted`
 */
export function askDevice(url: URL, ask: DeviceRequest = {}): Promise<DeviceAnswer> {
  const { method = "GET", headers = {}, body = "", timeoutMs = QUESTION_MS, signal } = ask
  return new Promise((resolve, reject) => {
    const length = method === "POST" ? { "content-length": String(Buffer.byteLength(body)) } : {}
    // A connection of its own: some devices drop idle ones while they answer.
    const asked = request(url, { method, agent: false, headers: { ...headers, ...length, connection: "close" } })
    const end = (error: DiscError) => {
      finish()
      asked.destroy()
      reject(error)
    }
    const timer = setTimeout(() => end(unanswered(url, `within ${timeoutMs / 1000} s`)), timeoutMs)
    const onAbort = () => end(new DiscError("aborted", "no answer is needed any more"))
    const finish = () => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", onAbort)
    }
    asked.on("error", (cause) => end(unanswered(url, `(${(cause as NodeJS.ErrnoException).code ?? cause.message})`)))
    if (signal?.aborted) return onAbort()
    signal?.addEventListener("abort", onAbort, { once: true })
    asked.on("response", (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes > MAX_ANSWER_BYTES) end(new DiscError("limit", `the device at ${url.host} sends more than ${MAX_ANSWER_BYTES} bytes`))
      })
      response.on("error", (cause) => end(unanswered(url, `(${cause.message})`)))
      response.on("end", () => {
        finish()
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") })
      })
    })
    asked.end(method === "POST" ? body : undefined)
  })
}

const unanswered = (url: URL, how: string): DiscError => new DiscError("read-failed", `the device at ${url.host} gave no answer ${how}`)
