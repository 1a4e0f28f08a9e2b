import * as v from "valibot"
import { DiscError, type Ticks, ticks } from "../../base/index.ts"
import { feedTimeOf } from "./feed.ts"
import type { DvdPlace } from "./place.ts"
import type { PlaybackState } from "./playback.ts"

/** What is on the screen at a feed time, as a place to come back to. */
export function placeOf({ navigator, clock, timeShift }: PlaybackState, presented: Ticks): DvdPlace {
  const { vobu, machine } = navigator
  const start = vobu === null ? null : feedTimeOf(clock, vobu.startPtm)
  const into = start === null ? 0 : Math.max(0, presented - start)
  const again = vobu === null ? {} : { vobu: null, place: vobu.startSector, machine: { ...machine, phase: { name: "cell" as const } } }
  return { navigator: { ...navigator, ...again, read: 0, searching: null }, clock: ticks(presented - timeShift), into: ticks(into) }
}

const register = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff))
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff))
const time = v.pipe(v.number(), v.finite())
const sprms = v.pipe(v.array(register), v.length(24))
/** A cell's and a chain's still can follow each other as one. */
const still = v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(2 * 255)))
const phase = v.variant("name", [
  v.strictObject({ name: v.literal("cell") }),
  v.strictObject({ name: v.literal("stopped") }),
  v.strictObject({ name: v.literal("still"), seconds: still, ends: v.picklist(["vobu", "cell", "chain"]) }),
])
const programs = v.pipe(v.array(register), v.maxLength(255))
const machine = v.strictObject({
  domain: v.picklist(["first-play", "vmgm", "vtsm", "title"]),
  titleSet: register,
  pgcn: register,
  program: register,
  cell: register,
  block: count,
  phase,
  gprm: v.pipe(v.array(register), v.length(16)),
  counters: v.pipe(v.array(v.nullable(time)), v.length(16)),
  sprm: sprms,
  timer: v.nullable(
    v.variant("running", [
      v.strictObject({ running: v.literal(true), endTicks: time }),
      v.strictObject({ running: v.literal(false), leftTicks: time }),
    ]),
  ),
  resume: v.nullable(
    v.strictObject({ titleSet: register, pgcn: register, cell: register, block: count, sprm: v.pipe(v.array(register), v.length(5)) }),
  ),
  draws: v.nullable(v.strictObject({ left: register, played: programs })),
})
const colours = v.nullable(v.strictObject({ selected: count, activated: count }))
const button = v.strictObject({
  rect: v.tuple([register, register, register, register]),
  up: register,
  down: register,
  left: register,
  right: register,
  autoAction: v.boolean(),
  colours,
  command: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
})
const highlight = v.strictObject({
  startPtm: count,
  endPtm: v.nullable(count),
  selectEndPtm: v.nullable(count),
  groups: v.pipe(
    v.array(v.strictObject({ displays: register, buttons: v.pipe(v.array(button), v.maxLength(36)) })),
    v.minLength(1),
    v.maxLength(3),
  ),
  numeric: register,
  numberOffset: register,
  forcedSelect: register,
  forcedActivate: register,
})
const dvdPlace = v.strictObject({
  navigator: v.strictObject({
    machine,
    vobu: v.null(),
    place: count,
    read: v.literal(0),
    highlight: v.nullable(highlight),
    forced: v.boolean(),
    searching: v.null(),
  }),
  clock: time,
  into: v.pipe(time, v.minValue(0)),
})

/** A place that was kept outside of this program, checked. @throws DiscError `bad-argument` */
export function checkedPlace(value: unknown): DvdPlace {
  const parsed = v.safeParse(dvdPlace, value)
  if (parsed.success) {
    const { navigator, clock, into } = parsed.output
    return { navigator, clock: ticks(clock), into: ticks(into) }
  }
  throw new DiscError("bad-argument", `this bookmark is damaged: ${v.getDotPath(parsed.issues[0]) ?? "its place"} is not what it should be`)
}
