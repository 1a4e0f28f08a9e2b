import type { ToWorker } from "./protocol.ts"

type PacketMessage = Extract<ToWorker, { type: "packet" }>
type Entry = { readonly message: PacketMessage & { readonly key: boolean }; readonly isJoin: false } | JoinEntry
type JoinEntry = { readonly message: Extract<ToWorker, { type: "join" }>; readonly isJoin: true; marked: boolean }

/** More than any disc's group of pictures; beyond it the oldest is forgotten and a dead process costs a moment of picture. */
const MAX_BYTES = 32 << 20
/** Decoders of sound want this much before the first sample that counts. */
const SOUND_PREROLL = 18_000

/** What was given to the process since the last key picture that came out of it: enough for another to go on. */
export class ReplayLog {
  #entries: Entry[] = []
  #bytes = 0

  add(message: PacketMessage, key: boolean): void {
    this.#entries.push({ message: { ...message, key }, isJoin: false })
    this.#bytes += message.data.length
    while (this.#bytes > MAX_BYTES) this.#remove(this.#entries.shift())
  }

  addJoin(message: Extract<ToWorker, { type: "join" }>): void {
    this.#entries.push({ message, isJoin: true, marked: false })
  }

  /** The process answered its oldest join that was not answered. */
  marked(): void {
    const join = this.#entries.find((entry): entry is JoinEntry => entry.isJoin && !entry.marked)
    if (join !== undefined) join.marked = true
  }

  /** Forgets what is not needed to go on from these times (ticks; -Infinity where nothing came out). */
  trim(videoEnd: number, soundEnd: number): void {
    const isKeyBefore = ({ message, isJoin }: Entry) =>
      !isJoin && message.track === "video" && message.key && message.pts !== null && message.pts < videoEnd
    const key = this.#entries.findLastIndex(isKeyBefore)
    const isNeeded = (entry: Entry, index: number) => {
      if (entry.isJoin) return index > key || !entry.marked
      const { track, pts } = entry.message
      return track === "video" ? index >= key : pts === null || pts >= soundEnd - SOUND_PREROLL
    }
    const kept = this.#entries.filter(isNeeded)
    this.#bytes = kept.reduce((sum, entry) => sum + (entry.isJoin ? 0 : entry.message.data.length), 0)
    this.#entries = kept
  }

  clear(): void {
    this.#entries = []
    this.#bytes = 0
  }

  /** Everything to be said again, and how many of its joins were answered already. */
  replay(): { readonly messages: readonly ToWorker[]; readonly marked: number } {
    return {
      messages: this.#entries.map((entry) => entry.message),
      marked: this.#entries.filter((entry) => entry.isJoin && entry.marked).length,
    }
  }

  #remove(entry: Entry | undefined): void {
    if (entry !== undefined && !entry.isJoin) this.#bytes -= entry.message.data.length
  }
}
