import { type FileHandle, open } from "node:fs/promises"
import { DiscError } from "../../base/index.ts"
import { HandleSource, type ReadCounter } from "./handle-source.ts"
import { systemError } from "./system-error.ts"

/** Opens a regular file. `counter`: counts its reads along with others. @throws DiscError `not-found`, `not-permitted`, `read-failed`, `unsupported` (a pipe, a socket) */
export async function openFile(path: string, counter?: ReadCounter): Promise<HandleSource> {
  let handle: FileHandle | null = null
  try {
    handle = await open(path, "r")
    const opened = await handle.stat({ bigint: true })
    if (!opened.isFile()) throw new DiscError("unsupported", "this is not a regular file", { path })
    const file = handle
    const explain = async (): Promise<DiscError | null> => {
      const now = await file.stat({ bigint: true }).catch(() => null)
      if (now === null || (now.size === opened.size && now.mtimeNs === opened.mtimeNs)) return null
      const sizes = `it had ${opened.size} bytes, now it has ${now.size}`
      return new DiscError("source-changed", `the file was changed while it was open (${sizes}); open it again`, { path })
    }
    return new HandleSource(file, {
      name: path,
      size: Number(opened.size),
      alignment: 1,
      explain,
      ...(counter === undefined ? {} : { counter }),
    })
  } catch (cause) {
    await handle?.close()
    throw systemError(cause, path)
  }
}
