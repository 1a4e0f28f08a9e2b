import type { AccessUnit } from "../access-unit.ts"
import type { DamageCode } from "../damage.ts"
import type { StreamParameters } from "../stream-parameters.ts"

/** Where a splitter puts what it finds. */
export interface SplitterSink {
  unit(unit: AccessUnit): void
  /** Called before the first unit and before each unit with other parameters. */
  parameters(streamId: number, parameters: StreamParameters): void
  damage(code: DamageCode, message: string, streamId: number): void
}

/** Cuts the payload of one stream's PES packets into access units. One class for each codec; they hold no more than MAX_UNIT_SIZE. */
export interface Splitter {
  /** A PES packet begins: its time stamps belong to the first access unit that commences in it (ISO/IEC 13818-1 2.4.3.7). */
  begin(pts: number | null, dts: number | null): void
  /** The next bytes of the PES packet's payload. They are copied. */
  push(bytes: Uint8Array, from: number, to: number): void
  /** The PES packet is whole. */
  end(): void
  /** Packets are missing between what was pushed and what comes. */
  gap(): void
  /** Nothing follows, or something else: what is whole is handed out, the rest is dropped, times begin anew. */
  flush(): void
}

/** Eight times the largest coded picture of any disc (UHD, 128 Mbit/s: level 5.1's buffer is 20 MB a second); bounds what a stream without start codes can hold. */
export const MAX_UNIT_SIZE = 16 * 1024 * 1024
