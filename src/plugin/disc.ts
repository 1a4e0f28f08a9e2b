import type { Source, Warning } from "../base/index.ts"
import type { DiscInfo } from "../disc/disc-info.ts"
import type { FileSystem } from "../filesystem/file-system.ts"
import type { PlayOptions, Session } from "./session.ts"

/** An opened disc. */
export interface Disc {
  readonly info: DiscInfo
  readonly warnings: readonly Warning[]
  readonly files: FileSystem
  /** @throws DiscError `not-found` (no such title), `protected` (its packets are scrambled), `unsupported` */
  play(options?: PlayOptions): Session
  /** The title as one file: a seamless program stream (DVD) or transport stream (Blu-ray) of known size, readable at any offset with no state. */
  openTitle(number: number, options?: { readonly angle?: number }): Promise<Source>
  close(): Promise<void>
}
