/** Tells who gave an address to a device of what the device then asks for: the server's media routes tell, the control point listens. */
export class ReadWatch {
  readonly #listeners = new Map<string, (offset: number) => void>()

  /** Calls `onRead` with the first byte of each request for `path` (from the server's root); the returned function ends that. */
  watch(path: string, onRead: (offset: number) => void): () => void {
    this.#listeners.set(path, onRead)
    return () => {
      if (this.#listeners.get(path) === onRead) this.#listeners.delete(path)
    }
  }

  /** A device asks for the resource at `path`, from `offset` on. */
  tell(path: string, offset: number): void {
    this.#listeners.get(path)?.(offset)
  }
}
