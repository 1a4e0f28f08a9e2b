/** CRC-32 of MPEG-2 sections (ISO/IEC 13818-1 annex A): polynomial 0x04c11db7, most significant bit first, not inverted at the end. */
export function sectionCrc(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffffffff
  for (let i = from; i < to; i++) crc = (crc << 8) ^ (TABLE[(crc >>> 24) ^ (bytes[i] as number)] as number)
  return crc >>> 0
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})

/** table_id to section_length. */
const HEADER_SIZE = 3
/** PAT and PMT sections are at most this long, ISO/IEC 13818-1 2.4.4.4 and 2.4.4.9. */
const MAX_SECTION_SIZE = 1024
const CRC_SIZE = 4

/** Puts the sections of one PID together from the payloads of its packets. */
export class SectionAssembler {
  readonly #bytes = new Uint8Array(MAX_SECTION_SIZE)
  #filled = 0
  #collecting = false

  /** The payload of one packet; `begins`: its payload_unit_start_indicator. Calls `section` for each whole one with the right CRC; false: damage was met. */
  push(bytes: Uint8Array, from: number, to: number, begins: boolean, section: (bytes: Uint8Array, length: number) => void): boolean {
    if (!begins) return this.#collecting ? this.#collect(bytes, from, to, section) : true
    if (from >= to) return false
    const start = from + 1 + (bytes[from] as number)
    if (start > to) {
      this.reset()
      return false
    }
    const whole = this.#collecting ? this.#collect(bytes, from + 1, start, section) : true
    this.#filled = 0
    this.#collecting = true
    return this.#collect(bytes, start, to, section) && whole
  }

  reset(): void {
    this.#collecting = false
    this.#filled = 0
  }

  #collect(bytes: Uint8Array, from: number, to: number, section: (bytes: Uint8Array, length: number) => void): boolean {
    let at = from
    while (at < to && this.#collecting) {
      // Stuffing follows the last section.
      if (this.#filled === 0 && bytes[at] === 0xff) {
        this.reset()
        return true
      }
      const length = this.#length()
      const take = Math.min(length - this.#filled, to - at)
      this.#bytes.set(bytes.subarray(at, at + take), this.#filled)
      this.#filled += take
      at += take
      if (this.#filled < HEADER_SIZE || this.#filled < this.#length()) continue
      const size = this.#length()
      this.#filled = 0
      if (size > MAX_SECTION_SIZE || size <= HEADER_SIZE + CRC_SIZE || sectionCrc(this.#bytes, 0, size) !== 0) {
        this.reset()
        return false
      }
      section(this.#bytes, size)
    }
    return true
  }

  /** Of the section, as far as it is known. */
  #length(): number {
    if (this.#filled < HEADER_SIZE) return HEADER_SIZE
    const length = HEADER_SIZE + ((((this.#bytes[1] as number) & 15) << 8) | (this.#bytes[2] as number))
    return Math.min(length, MAX_SECTION_SIZE)
  }
}
