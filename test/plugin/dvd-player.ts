import type { Folder, Source } from "../../src/index.ts"
import {
  type Answer,
  crc32,
  type HighlightItem,
  hex32,
  type Item,
  type Key,
  type MenuName,
  type PacketItem,
  type Session,
  type Ticks,
  ticks,
} from "../../src/index.ts"

export const SECOND = 90_000
/** A session that gives nothing for so long waits for the screen. */
const QUIET_MS = 300
const MAX_BATCHES = 100_000

type Kind<T extends Item["type"]> = Extract<Item, { readonly type: T }>

/** A player without a screen: pulls items, checks what every player relies on, and drops what a flush makes void. */
export class Player {
  readonly session: Session
  /** Everything pulled since the last flush. */
  items: Item[] = []
  /** Packets ever pulled. */
  packets = 0
  #looked = 0
  #pending: Promise<readonly Item[] | null> | null = null
  /** The highest feed time of a packet, ever. */
  #highest = 0
  /** What lies before it belongs to stretches that were left. */
  #floor = 0
  #lastDts = new Map<number, number>()

  constructor(session: Session) {
    this.session = session
  }

  /** Pulls until an item comes that is wanted, and gives it. Items are looked at once. */
  async until<T extends Item["type"]>(type: T, wanted: (item: Kind<T>) => boolean = () => true): Promise<Kind<T>> {
    for (let batches = 0; batches < MAX_BATCHES; batches++) {
      for (; this.#looked < this.items.length; this.#looked++) {
        const item = this.items[this.#looked]
        if (item?.type !== type || !wanted(item as Kind<T>)) continue
        this.#looked++
        return item as Kind<T>
      }
      if (!(await this.pull(20 * 1000))) throw new Error(`the session waits or is over before a ${type} that was wanted`)
    }
    throw new Error(`no ${type} came`)
  }

  /** Pulls until what was handed out goes beyond a feed time. */
  async reach(time: number): Promise<void> {
    const isBeyond = (item: Item) => (item.type === "packet" ? (item.pts ?? 0) : item.type === "position" ? item.at : 0) >= time
    while (!this.items.some(isBeyond)) if (!(await this.pull(20 * 1000))) throw new Error(`the session waits or is over before ${time}`)
  }

  /** One batch; false: there is none for so long, or the session is closed. */
  async pull(quietMs = QUIET_MS): Promise<boolean> {
    this.#pending ??= this.session.batch()
    let timer: NodeJS.Timeout | undefined
    const quiet = new Promise<"quiet">((resolve) => {
      timer = setTimeout(() => resolve("quiet"), quietMs)
    })
    const items = await Promise.race([this.#pending, quiet])
    clearTimeout(timer)
    if (items === "quiet") return false
    this.#pending = null
    if (items === null) return false
    for (const item of items) this.#take(item)
    return true
  }

  /** Pulls until the session waits for the screen. */
  async settle(): Promise<void> {
    while (await this.pull());
  }

  /** The screen goes on from one feed time to another as a clock does, and has what it shows. */
  async watch(from: number, to: number): Promise<void> {
    for (let time = from; time <= to; time += SECOND / 5) {
      this.session.presented(ticks(time))
      await this.reach(time)
    }
    await this.settle()
  }

  /** An act of the viewer: what it makes void is dropped. */
  async act(answer: Promise<Answer>): Promise<Answer> {
    const given = await answer
    if (given.flush) {
      this.items = []
      this.#looked = 0
      this.#floor = this.#highest
      this.#lastDts.clear()
      // What was pulled before the answer came is void too.
      const late = this.#pending
      if (late !== null) {
        const items = (await late) ?? []
        this.#pending = null
        const start = items.findIndex((item) => item.type === "discontinuity" && item.flush)
        for (const item of items.slice(Math.max(start, 0))) this.#take(item)
      }
    }
    return given
  }

  last<T extends Item["type"]>(type: T, wanted: (item: Kind<T>) => boolean = () => true): Kind<T> | undefined {
    return this.items.findLast((item): item is Kind<T> => item.type === type && wanted(item as Kind<T>))
  }

  all<T extends Item["type"]>(type: T): Kind<T>[] {
    return this.items.filter((item): item is Kind<T> => item.type === type)
  }

  /** The buttons that a viewer sees at a feed time: of those told for it, the last ones. */
  buttonsAt(time: number): HighlightItem | undefined {
    const [latest] = this.all("highlight")
      .map((item, index) => ({ item, index }))
      .filter(({ item }) => item.at <= time)
      .sort((a, b) => b.item.at - a.item.at || b.index - a.index)
    return latest?.item
  }

  #take(item: Item): void {
    this.items.push(item)
    if (item.type === "packet") this.#packet(item)
    if (item.type === "discontinuity" && item.flush && item.showFrom <= this.#highest)
      throw new Error("a new stretch begins in used feed time")
  }

  #packet({ stream, pts, dts }: PacketItem): void {
    this.packets++
    const first = Math.min(pts ?? Number.POSITIVE_INFINITY, dts ?? Number.POSITIVE_INFINITY)
    if (first <= this.#floor) throw new Error(`feed time ${first} of stream ${stream} was used before ${this.#floor}`)
    const last = this.#lastDts.get(stream) ?? 0
    if (dts !== null && dts <= last) throw new Error(`stream ${stream}: decoding time ${dts} after ${last}`)
    if (dts !== null) this.#lastDts.set(stream, dts)
    this.#highest = Math.max(this.#highest, pts ?? 0, dts ?? 0)
  }
}

/** A source that says how many reads were made of it. */
export function counted(source: Source): { readonly source: Source; readonly reads: () => number } {
  let reads = 0
  const { name, size } = source
  return {
    reads: () => reads,
    source: {
      name,
      size,
      read: (offset, length, options) => {
        reads++
        return source.read(offset, length, options)
      },
      close: async () => source.close?.(),
    },
  }
}

/** A folder whose files are opened as `change` gives them. */
export function changedFolder(folder: Folder, change: (path: string, source: Source) => Source): Folder {
  const open = async (path: string) => change(path, await folder.open(path))
  return { name: folder.name, list: (path) => folder.list(path), open, close: () => folder.close() }
}

/** The feed time at which a session's first picture is shown. */
export const FIRST: Ticks = ticks(10 * SECOND)

/** What a viewer does: looks for so many seconds, then presses. */
export type Plan = readonly { readonly seconds: number; readonly press?: Key; readonly menu?: MenuName }[]

/**
 * What a viewer sees from a feed time on: each picture with its moment, and where it is, which button is selected, what keys answer. Says the
 * same of two sessions that go on the same.
 */
export async function whatFollows(player: Player, from: number, plan: Plan): Promise<string[]> {
  const { session } = player
  const seen: string[] = []
  let base = from
  for (const { seconds, press, menu } of plan) {
    const end = base + Math.round(seconds * SECOND)
    session.presented(ticks(end))
    await player.reach(end)
    const shown = player.all("packet").filter(({ stream, pts }) => stream === 0 && pts !== null && pts >= base && pts < end)
    seen.push(
      ...shown.sort((a, b) => (a.pts ?? 0) - (b.pts ?? 0)).map(({ pts, data }) => `picture ${(pts ?? 0) - base} ${hex32(crc32(data))}`),
    )
    const { domain, title, chapter, angle } = player.all("position").findLast((item) => item.at <= end) ?? {}
    const { buttons = [], selected } = player.buttonsAt(end) ?? {}
    seen.push(`${domain} title ${title} chapter ${chapter} angle ${angle} button ${selected} of ${buttons.length}`)
    base = end
    if (press === undefined && menu === undefined) continue
    const { outcome, by, flush } = await player.act(menu === undefined ? session.press(press ?? "enter") : session.menu(menu))
    seen.push(`${press ?? menu}: ${outcome} ${by} ${flush}`)
    if (flush) base = (await player.until("discontinuity", (item) => item.flush)).showFrom
  }
  return seen
}
