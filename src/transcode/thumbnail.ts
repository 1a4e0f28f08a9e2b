import { DiscError } from "../base/index.ts"
import { giveBack, takeProcess } from "./process.ts"
import type { KeyPicture, ThumbnailOptions } from "./types.ts"

/** One picture takes some 10 ms; a process that needs this long hangs. */
const TIMEOUT_MS = 10_000

/** Pictures wait for one another: a title list asks for dozens, and each needs a process. */
let queue: Promise<unknown> = Promise.resolve()

/**
 * One key picture as a JPEG, with square pixels.
 * @throws DiscError `unavailable` (no converter can run here), `damaged` (no picture comes of it)
 */
export function makeThumbnail(picture: KeyPicture, options: ThumbnailOptions): Promise<Uint8Array> {
  const made = queue.then(() => make(picture, options.width))
  queue = made.catch(() => {})
  return made
}

async function make(picture: KeyPicture, width: number): Promise<Uint8Array> {
  const process = takeProcess()
  let timer: NodeJS.Timeout | undefined
  try {
    const made = await new Promise<Uint8Array>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new DiscError("unavailable", `the converter made no picture within ${TIMEOUT_MS / 1000} s`)),
        TIMEOUT_MS,
      )
      process.listen({
        message: (message) => {
          if (message.type === "unavailable")
            reject(new DiscError("unavailable", `pictures need the optional package node-av: ${message.reason}`))
          if (message.type !== "picture") return
          if (message.jpeg === null)
            reject(new DiscError("damaged", `no picture can be made of this ${picture.codec} picture: ${message.reason}`))
          else resolve(message.jpeg)
        },
        gone: (reason) => reject(new DiscError("unavailable", `the converter ended while it made a picture: ${reason}`)),
      })
      process.send({ type: "picture", picture, width })
    })
    await giveBack(process)
    return made
  } catch (error) {
    await process.kill()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
