import type { ByteReader } from "../../base/index.ts"

export type PlayListMark = {
  /** 1 entry mark (a chapter), 2 link point. */
  readonly markType: number
  /** The play item that it lies in, from 0. */
  readonly playItemId: number
  /** On that play item's clock. */
  readonly time45k: number
  /** null: no stream is meant (0xffff). */
  readonly entryEsPid: number | null
  readonly duration45k: number
}

export const MARK_ENTRY = 1

const MARK_SIZE = 14
const NO_PID = 0xffff

/** PlayListMark(). Layout: libbluray `_parse_playlistmark`. */
export function readPlayListMarks(area: ByteReader): readonly PlayListMark[] {
  const body = area.window(area.u32("PlayListMark.length"), "PlayListMark")
  // An author that leaves the count away, too, means that there are none.
  if (body.remaining === 0) return []
  return body.list(body.u16("number_of_PlayList_marks"), MARK_SIZE, "PlayListMark", readMark)
}

function readMark(mark: ByteReader): PlayListMark {
  mark.skip(1, "reserved")
  const markType = mark.u8("mark_type")
  const playItemId = mark.u16("ref_to_PlayItem_id")
  const time45k = mark.u32("mark_time_stamp")
  const pid = mark.u16("entry_ES_PID")
  return { markType, playItemId, time45k, entryEsPid: pid === NO_PID ? null : pid, duration45k: mark.u32("duration") }
}
