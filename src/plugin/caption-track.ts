import type { Ticks } from "../base/index.ts"
import { CaptionDecoder } from "../graphics/captions/index.ts"
import type { AccessUnit } from "../mpeg/access-unit.ts"
import { CaptionReader } from "../mpeg/index.ts"
import type { CaptionItem } from "./items.ts"

/** The closed captions (line 21) that an MPEG-2 video stream carries: units in decoding order in, captions in display order out. */
export class CaptionTrack {
  readonly #reader = new CaptionReader()
  readonly #decoder = new CaptionDecoder()

  /** `at`: the unit's feed time. */
  take({ data }: AccessUnit, at: Ticks | null): readonly CaptionItem[] {
    const changes = this.#reader.push({ data, pts: at }).flatMap((pair) => this.#decoder.push(pair))
    return changes.map((change) => ({ type: "caption", ...change, at: Math.round(change.at) as Ticks }))
  }
}
