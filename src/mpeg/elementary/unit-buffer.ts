const FIRST_CAPACITY = 4096

/** The bytes of the unit that is being assembled and what came behind it. Index 0 is `bytes[start]`. */
export class UnitBuffer {
  bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY)
  start = 0
  end = 0
  /** Stream offset (payload bytes since the last clear) of `bytes[start]`. */
  offset = 0

  get length(): number {
    return this.end - this.start
  }

  append(source: Uint8Array, from: number, to: number): void {
    const size = to - from
    if (this.end + size > this.bytes.length) this.#makeRoom(size)
    this.bytes.set(from === 0 && to === source.length ? source : source.subarray(from, to), this.end)
    this.end += size
  }

  /** The first `length` bytes as an array of their own. */
  copy(length: number): Uint8Array {
    return this.bytes.slice(this.start, this.start + length)
  }

  drop(length: number): void {
    this.start += length
    this.offset += length
    if (this.start === this.end) {
      this.start = 0
      this.end = 0
    }
  }

  clear(): void {
    this.start = 0
    this.end = 0
    this.offset = 0
  }

  #makeRoom(size: number): void {
    const length = this.length
    const room = length + size
    if (room <= this.bytes.length >> 1) {
      this.bytes.copyWithin(0, this.start, this.end)
    } else {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, 2 ** Math.ceil(Math.log2(room))))
      larger.set(this.bytes.subarray(this.start, this.end))
      this.bytes = larger
    }
    this.start = 0
    this.end = length
  }
}
