import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { fingerprint } from "../../src/disc/fingerprint.ts"
import { sha256 } from "../../src/disc/sha256.ts"

describe("sha256", () => {
  it("is what Node's is, for every length around the blocks", () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length) & 0xff)
      expect(sha256(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"))
    }
  })

  it("gives FIPS 180's example", () => {
    expect(sha256(new TextEncoder().encode("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  })
})

describe("fingerprint", () => {
  const part = (name: string, ...bytes: number[]) => ({ name, bytes: Uint8Array.from(bytes) })

  it("changes with names, order, contents and where one file ends", () => {
    const prints = [
      fingerprint([part("A", 1, 2), part("B", 3)]),
      fingerprint([part("A", 1), part("B", 2, 3)]),
      fingerprint([part("B", 3), part("A", 1, 2)]),
      fingerprint([part("A", 1, 2), part("C", 3)]),
      fingerprint([part("A", 1, 2), part("B", 4)]),
      fingerprint([]),
    ]
    expect(new Set(prints).size).toBe(prints.length)
    expect(prints.every((print) => /^[0-9a-f]{64}$/.test(print))).toBe(true)
    expect(fingerprint([part("A", 1, 2), part("B", 3)])).toBe(prints[0])
  })
})
