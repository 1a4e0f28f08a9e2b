import { DiscError } from "../base/index.ts"

/** Deeper than any disc format allows (ISO 9660: 8 levels, UDF: 1023 bytes of path); ends loops that no other check sees. */
export const MAX_PATH_DEPTH = 128
/** One name: UDF allows 254 bytes, Rock Ridge 255, NTFS 255 characters. */
export const MAX_NAME_LENGTH = 1024

/** The parts of a path; `/` alone has none. A leading or trailing slash makes no difference. */
export function splitPath(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "")
  if (parts.length > MAX_PATH_DEPTH) {
    throw new DiscError("bad-argument", `the path has ${parts.length} parts; at most ${MAX_PATH_DEPTH} can be on a disc`, {
      path: path.slice(0, 200),
    })
  }
  return parts
}

export const joinPath = (directory: string, name: string): string => (directory === "/" ? `/${name}` : `${directory}/${name}`)

/** Two names that fold alike are matched as one. */
const foldName = (name: string): string => name.toLowerCase()

/**
 * A name from a disc that is safe as one part of a path: no separator, no NUL, not a step to another directory.
 * The same replacement as 7-Zip's, so that a person finds the file under one name in both. `null`: no name at all.
 */
export function safeName(raw: string): string | null {
  const name = raw.replaceAll("/", "_").replaceAll("\0", "_").slice(0, MAX_NAME_LENGTH)
  if (name === "") return null
  return name === "." || name === ".." ? "_".repeat(name.length) : name
}

/** Finds names as given, else without case. Of names that fold alike the first in the directory's order wins. */
export class NameIndex<T> {
  readonly #exact = new Map<string, T>()
  readonly #folded = new Map<string, T>()

  constructor(items: readonly T[], nameOf: (item: T) => string) {
    for (const item of items) {
      const name = nameOf(item)
      const folded = foldName(name)
      if (!this.#exact.has(name)) this.#exact.set(name, item)
      if (!this.#folded.has(folded)) this.#folded.set(folded, item)
    }
  }

  get(name: string): T | null {
    return this.#exact.get(name) ?? this.#folded.get(foldName(name)) ?? null
  }
}
