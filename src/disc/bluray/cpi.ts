import type { ByteReader } from "../../base/index.ts"
import { EpMap } from "./ep-map.ts"

/** Characteristic point information: where decoding can begin. */
export type Cpi = {
  /** 1: EP_map; 0: none. */
  readonly cpiType: number
  /** One for each stream that has entry points; the first is the video's. */
  readonly epMaps: readonly EpMap[]
}

export const EMPTY_CPI: Cpi = { cpiType: 0, epMaps: [] }

const EP_MAP_HEADER_SIZE = 12
const COARSE_SIZE = 8
const FINE_SIZE = 4

/** CPI(), and CPI_SS() of 3D, which is the same. Layout: libbluray `_parse_cpi`; the tables' addresses count from the EP_map's start. */
export function readCpi(area: ByteReader): Cpi {
  const length = area.u32("CPI.length")
  if (length === 0) return EMPTY_CPI
  const body = area.window(length, "CPI")
  const cpiType = body.u16("CPI_type") & 0x0f
  const map = body.from(body.position, "EP_map")
  map.skip(1, "reserved")
  const epMaps = map.list(map.u8("number_of_stream_PID_entries"), EP_MAP_HEADER_SIZE, "EP_map", (header) => readEpMap(header, map))
  return { cpiType, epMaps }
}

function readEpMap(header: ByteReader, map: ByteReader): EpMap {
  const streamPid = header.u16("stream_PID")
  // 10 bits reserved, 4 EP_stream_type, 16 number of coarse entries, 18 number of fine entries: not byte by byte.
  const bits = header.u16("EP_stream_type")
  const coarseLow = header.u16("number_of_EP_coarse_entries")
  const fineLow = header.u16("number_of_EP_fine_entries")
  const coarseCount = ((bits & 3) << 14) | (coarseLow >> 2)
  const fineCount = ((coarseLow & 3) << 16) | fineLow
  const stream = map.from(header.u32("EP_map_for_one_stream_PID_start_address"), "EP_map_for_one_stream_PID_start_address")
  const fineArea = stream.from(stream.u32("EP_fine_table_start_address"), "EP_fine_table_start_address")
  return new EpMap({
    streamPid,
    epStreamType: (bits >> 2) & 0x0f,
    coarse: stream.bytes(coarseCount * COARSE_SIZE, "EP_coarse"),
    fine: fineArea.bytes(fineCount * FINE_SIZE, "EP_fine"),
  })
}
