/** Options of one read. */
export type ReadOptions = { readonly signal?: AbortSignal }

/**
 * Bytes at an offset: a file, a device, a URL, memory, a file inside an image, a title as a file.
 * Reads may run at the same time and each can be cancelled. The type lives here so that the wings can take one.
 */
export interface Source {
  /** For people and errors: a path, a URL without its credentials. */
  readonly name: string
  /** In bytes. */
  readonly size: number
  /**
   * Exactly `length` bytes at `offset`, fewer only where the source ends, none at or past the end.
   * The bytes may be a view into a cache: never write to them.
   * @throws DiscError `read-failed`, `source-changed`, `aborted`, `protected`, ...
   */
  read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array>
  /** Ends waiting reads with `aborted` and frees what is held; later calls do nothing. */
  close(): Promise<void>
}
