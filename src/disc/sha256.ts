/**
 * SHA-256, FIPS 180-4. Our own, because a page that is not served over HTTPS has no `crypto.subtle`, and structure files are small.
 * @returns 64 lower-case hex digits
 */
export function sha256(bytes: Uint8Array): string {
  const state = Uint32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19)
  const schedule = new Uint32Array(64)
  const padded = pad(bytes)
  const view = new DataView(padded.buffer)
  for (let block = 0; block < padded.length; block += 64) compress(state, schedule, view, block)
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("")
}

/** A one bit, zeros, the length in bits: to whole blocks of 64 bytes. */
function pad(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n)
  return padded
}

function compress(state: Uint32Array, w: Uint32Array, view: DataView, block: number): void {
  const at = (array: Uint32Array, index: number) => array[index] as number
  for (let i = 0; i < 16; i++) w[i] = view.getUint32(block + i * 4)
  for (let i = 16; i < 64; i++) {
    const x = at(w, i - 15)
    const y = at(w, i - 2)
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
    w[i] = at(w, i - 16) + s0 + at(w, i - 7) + s1
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(ROUND_CONSTANTS, i) + at(w, i)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c))
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = at(state, index) + value
}

const rotate = (value: number, by: number): number => (value >>> by) | (value << (32 - by))

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUND_CONSTANTS = Uint32Array.from(primes(64), (prime) => fractionOfCubeRoot(BigInt(prime)))

function primes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}

/** floor(cbrt(n) * 2^32) mod 2^32, by bisection on integers. */
function fractionOfCubeRoot(n: bigint): number {
  const target = n << 96n
  let low = 0n
  let high = 1n << 36n
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle ** 3n <= target) low = middle
    else high = middle
  }
  return Number(low & 0xffffffffn)
}
