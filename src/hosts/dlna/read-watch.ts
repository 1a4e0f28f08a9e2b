/** Tells who gave an address to a device of what the device then asks for: the server's media routes tell, the control point listens. */
export class ReadWatch {
  readonly #listeners = new Map<string, (offset: number) => void>()

  /** Calls `onRead` with the first byte of each request of the device at `address` for `path`; the returned function ends that. */
  watch(path: string, address: string, onRead: (offset: number) => void): () => void {
    const key = `${address} ${path}`
    this.#listeners.set(key, onRead)
    return () => {
      if (this.#listeners.get(key) === onRead) this.#listeners.delete(key)
    }
  }

  /** The device at `address` asks for the resource at `path` (from the server's root), from `offset` on. */
  tell(path: string, offset: number, address: string | null): void {
    this.#listeners.get(`${address} ${path}`)?.(offset)
  }
}
