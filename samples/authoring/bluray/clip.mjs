// One clip: films, sounds and words put on one clock, multiplexed, with its clip information.

import { clipInformation } from "./clip-info.mjs"
import { AC3_FRAME_TICKS } from "./elementary.mjs"
import { PID } from "./programme-tables.mjs"
import { multiplex } from "./transport-stream.mjs"

/** Times of pictures of a constant rate. `start`: the first picture's presentation time (90 kHz). */
export function pictureTimes(units, frameTicks, start) {
  // A picture is decoded no later than it is shown: how many pictures the coding order runs behind the showing order.
  const behind = Math.max(...units.map(({ shown }, coded) => coded - shown))
  const time = (frames) => Math.round(start + frames * frameTicks)
  return units.map(({ data, shown, key }, coded) => ({ data, key, pts: time(shown), dts: time(coded - behind) }))
}

/** Sound frames that begin within `[from, to)` ticks of the sound, put on a clock on which `from` is `start`. */
export function soundTimes(frames, from, to, start) {
  const shift = Math.round(start - from)
  return frames.flatMap((data, i) => {
    const at = i * AC3_FRAME_TICKS
    return at >= from && at < to ? [{ data, pts: at + shift, dts: at + shift }] : []
  })
}

/**
 * `streams`: `[{ pid, codec, ..., units }]`, the video first; `start`, `frames`, `frameTicks`: the video's extent; `angleChange`: every entry
 * point may be changed to from another angle. Gives the two files and what playlists need to know.
 */
export function makeClip({ number, streams, start, frames, frameTicks, angleChange = false }) {
  const stream = multiplex(streams)
  const time45 = (frame) => Math.round((start + frame * frameTicks) / 2)
  const information = clipInformation({ application: "film", streams, ...stream, start: time45(0), end: time45(frames), angleChange })
  return {
    number,
    streams: streams.map(({ units, ...stream }) => stream),
    /** The 45 kHz time at which a frame of the clip begins. */
    time45,
    frames,
    stream: stream.bytes,
    information,
  }
}

/**
 * A clip that holds nothing but the segments of a menu (`menuDisplaySet`) that begin to be decoded at `start`: playlists take it in whole before they begin, by a
 * sub-path.
 */
export function makeMenuClip({ number, menu, language, start }) {
  const streams = [{ pid: PID.igs, codec: "igs", language, units: menu.segments(start) }]
  const stream = multiplex(streams)
  const [inTime, outTime] = [start, start + menu.duration].map((ticks) => Math.ceil(ticks / 2))
  const information = clipInformation({ application: "menu", streams, ...stream, start: inTime, end: outTime })
  return { number, inTime, outTime, streams: [{ pid: PID.igs, codec: "igs", language }], stream: stream.bytes, information }
}

/** A clip that holds nothing but a text subtitle stream (`textUnits`) for the film's time from `start` to `end` (90 kHz). `fonts`: numbers of font files. */
export function makeTextClip({ number, units, language, start, end, fonts }) {
  const streams = [{ pid: PID.text, codec: "textst", language, units }]
  const stream = multiplex(streams)
  const [inTime, outTime] = [start, end].map((ticks) => Math.round(ticks / 2))
  const information = clipInformation({ application: "text", fonts, streams, ...stream, start: inTime, end: outTime })
  return { number, inTime, outTime, streams: [{ pid: PID.text, codec: "textst", language }], stream: stream.bytes, information }
}
