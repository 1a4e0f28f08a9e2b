import * as v from "valibot"
import type { Playback } from "./playback.ts"

/** What a viewer does while a title plays; times in seconds of the title, volume from 0 to 100. */
export const playbackAct = v.variant("action", [
  v.object({ action: v.picklist(["pause", "resume", "stop"]) }),
  v.object({ action: v.literal("seek"), time: v.pipe(v.number(), v.finite(), v.minValue(0)) }),
  v.object({ action: v.literal("volume"), volume: v.pipe(v.number(), v.minValue(0), v.maxValue(100)) }),
])

export type PlaybackAct = v.InferOutput<typeof playbackAct>

/** An act as JSON; null: it is none. */
export function parseAct(text: string): PlaybackAct | null {
  try {
    const act = v.safeParse(playbackAct, JSON.parse(text))
    return act.success ? act.output : null
  } catch {
    return null
  }
}

/** Resolves when the renderer has done it. @throws DiscError what it refuses */
export function actOn(playback: Playback, act: PlaybackAct): Promise<void> {
  switch (act.action) {
    case "pause":
      return playback.pause()
    case "resume":
      return playback.resume()
    case "stop":
      return playback.stop()
    case "seek":
      return playback.seek(act.time)
    case "volume":
      return playback.setVolume(act.volume)
  }
}
