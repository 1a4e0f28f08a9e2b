/** Writes bits for made headers: `bits(3, 2)` is `011` where the width is 3. */
export class BitWriter {
  #text = ""

  /** `[width, value]` pairs, most significant bit first. */
  put(...fields: readonly (readonly [number, number])[]): this {
    for (const [width, value] of fields) this.#text += value.toString(2).padStart(width, "0").slice(-width)
    return this
  }

  /** Unsigned Exp-Golomb code. */
  ue(...values: readonly number[]): this {
    for (const value of values) {
      const code = (value + 1).toString(2)
      this.#text += "0".repeat(code.length - 1) + code
    }
    return this
  }

  bytes(stop = true): Uint8Array {
    const text = stop ? `${this.#text}1` : this.#text
    const padded = text.padEnd(Math.ceil(text.length / 8) * 8, "0")
    return Uint8Array.from({ length: padded.length / 8 }, (_, i) => Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2))
  }
}

export const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]))
