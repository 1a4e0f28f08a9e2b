import { DiscError, secondsFromTicks, ticks, ticksFromSeconds } from "../../../base/index.ts"
import type { TitleSource } from "../../../plugin/index.ts"
import type { ListedDisc } from "../../host.ts"
import { type DeviceFacts, type DeviceRule, resourcesFor } from "../device-rules.ts"
import {
  PLAIN_PACKET,
  type Resource,
  type ResourceFacts,
  type ResourceForm,
  TIMESTAMPED_PACKET,
  titleOf,
  titleResources,
} from "../resources.ts"
import { itemMetadata } from "./metadata.ts"
import type { Loaded, PlayForm } from "./playback.ts"

export type TitleChoice = { readonly title: number; readonly audio?: number; readonly subtitle?: number }

const LABELS: Readonly<Record<ResourceForm, string>> = {
  program: "program stream",
  transport: "transport stream",
  timestamped: "transport stream with time stamps",
  "converted-ac3": "converted with AC-3",
  "converted-aac": "converted with AAC",
}

/** Who plays it, over which address of this server, and what the server knows and can do. */
export type FormOptions = {
  /** The server as the renderer reaches it, `http://192.168.1.5:8080`. */
  readonly base: string
  readonly device: DeviceFacts
  readonly rules: readonly DeviceRule[]
  readonly facts: ResourceFacts
}

/** The forms of a title in the order in which a renderer is given them. @throws DiscError `not-found` */
export function titleForms(listed: ListedDisc, choice: TitleChoice, options: FormOptions): readonly PlayForm[] {
  const { title, ...streams } = choice
  const formsFrom = (from: number): readonly Resource[] => {
    const all = titleResources(listed, title, from > 0 ? { ...streams, from } : streams, options.facts)
    return resourcesFor(all, options.device, options.rules)
  }
  return formsFrom(0).map(({ form }) => ({
    label: LABELS[form],
    load: async (seconds) => {
      const from = Math.max(0, Math.min(Math.floor(seconds), Math.ceil(titleOf(listed, title).duration) - 1))
      const resource = formsFrom(from).find((candidate) => candidate.form === form)
      if (resource === undefined) throw new DiscError("not-found", `title ${title} is not to be had in this form from ${from} s on`)
      return loaded(listed, title, { resource, base: options.base, from })
    },
  }))
}

type Begun = { readonly resource: Resource; readonly base: string; readonly from: number }

async function loaded(listed: ListedDisc, title: number, { resource, base, from }: Begun): Promise<Loaded> {
  const uri = base + resource.path
  const metadata = itemMetadata({ ...resource, name: `${listed.info.label || listed.name}: title ${title}`, uri })
  if (resource.isConverted) return { uri, metadata, startsAt: from }
  const packets = resource.form === "transport" ? TIMESTAMPED_PACKET / PLAIN_PACKET : 1
  const first = await withTitle(listed, title, (file) => file.entryBefore(ticksFromSeconds(from)))
  return {
    uri,
    metadata,
    startsAt: secondsFromTicks(first.time),
    timeAt: (offset) =>
      withTitle(listed, title, (file) => timeOfByte(file, first.offset + offset * packets, titleOf(listed, title).duration)),
  }
}

async function withTitle<T>(listed: ListedDisc, title: number, work: (file: TitleSource) => Promise<T>): Promise<T> {
  const { disc, release } = await listed.hold()
  try {
    const file = await disc.openTitle(title)
    try {
      return await work(file)
    } finally {
      await file.close()
    }
  } finally {
    release()
  }
}

/** Good enough to tell whether a renderer went where it was sent. */
const RESOLUTION = ticksFromSeconds(0.25)

/** The time of the last entry point at or before a byte, in seconds: entry points lie in the file in the order of their times. */
async function timeOfByte(file: TitleSource, offset: number, duration: number): Promise<number> {
  let low = 0
  let high: number = ticksFromSeconds(duration)
  let found = ticks(0)
  while (high - low > RESOLUTION) {
    const middle = Math.floor((low + high) / 2)
    const entry = await file.entryBefore(ticks(middle))
    if (entry.offset <= offset) {
      found = entry.time
      low = middle
    } else high = middle
  }
  return secondsFromTicks(found)
}
