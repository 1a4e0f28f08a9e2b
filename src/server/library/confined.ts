import { realpath } from "node:fs/promises"
import { join } from "node:path"
import { DiscError, type ReadOptions, type Source } from "../../base/index.ts"
import { type Folder, type FolderEntry, isFolder } from "../../source/index.ts"
import { openNode } from "../../source/node/index.ts"
import { type FoundDisc, isInside } from "./find-discs.ts"

/** Kept of each open disc of a library: enough to run ahead of a reader at full length, little enough for many discs. */
const CACHE_BYTES = 4 * 1024 * 1024

/**
 * Opens the bytes of a library's disc. Nothing that lies outside the library's folder is read, whatever links lead to since it was found; errors
 * name the disc and not the place where it lies, for whoever hears them may sit at another machine.
 * @throws DiscError `not-permitted` where a link leads out of the folder, and what opening throws
 */
export async function openConfined({ path, root, name }: FoundDisc): Promise<Source | Folder> {
  const says = <T>(work: () => Promise<T>): Promise<T> => work().catch((error: unknown) => Promise.reject(withoutPath(error, path, name)))
  const input = await says(async () => {
    if (root !== null) await confine(path, root)
    return openNode(path, { cacheBytes: CACHE_BYTES })
  })
  return isFolder(input) ? new ConfinedFolder(input, path, root, says) : said(input, name, says)
}

type Says = <T>(work: () => Promise<T>) => Promise<T>

/** A folder whose links do not lead out of the library. */
class ConfinedFolder implements Folder {
  readonly name: string
  readonly #folder: Folder
  readonly #path: string
  readonly #root: string | null
  readonly #says: Says

  constructor(folder: Folder, path: string, root: string | null, says: Says) {
    this.name = folder.name
    this.#folder = folder
    this.#path = path
    this.#root = root
    this.#says = says
  }

  list(path: string, options?: ReadOptions): Promise<readonly FolderEntry[]> {
    return this.#says(async () => {
      await this.#confine(path)
      return this.#folder.list(path, options)
    })
  }

  open(path: string, options?: ReadOptions): Promise<Source> {
    return this.#says(async () => {
      await this.#confine(path)
      return said(await this.#folder.open(path, options), path, this.#says)
    })
  }

  close(): Promise<void> {
    return this.#folder.close()
  }

  async #confine(path: string): Promise<void> {
    const location = join(this.#path, ...path.split("/"))
    // What is not there is for the folder itself to say.
    if (this.#root !== null && (await realpath(location).catch(() => null)) !== null) await confine(location, this.#root)
  }
}

async function confine(path: string, root: string): Promise<void> {
  if (await isInside(path, root)) return
  throw new DiscError("not-permitted", "a link here leads out of the folder that is served", { path })
}

const said = (source: Source, name: string, says: Says): Source => ({
  name,
  size: source.size,
  read: (offset, length, options) => says(() => source.read(offset, length, options)),
  close: () => source.close(),
})

function withoutPath(error: unknown, path: string, name: string): unknown {
  if (!(error instanceof DiscError) || !error.message.includes(path)) return error
  return new DiscError(error.code, error.message.replaceAll(path, name), {}, { cause: error })
}
