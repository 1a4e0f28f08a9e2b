import { DiscError, type ReadOptions, SECTOR_SIZE, type Source, type Warnings } from "../../base/index.ts"
import { type AccessUnit, ProgramStreamDemuxer, parseNavigationPack } from "../../mpeg/index.ts"
import { subpictureStreamId } from "./vobs.ts"

/** A sub-picture is at most 53,220 bytes long (26 packs), sent among a second or two of video. */
const MAX_BLOCKS = 1024

/**
 * The units of a sub-picture stream that were sent before a VOBU and are on the screen when it begins: what a seek into their middle would miss.
 * The navigation pack says where they are (DSI SYNCI sp_synca). Empty: there are none, or they cannot be read.
 * @param sector the VOBU's navigation pack, in `vobs`
 * @param stream the sub-picture stream's number in the packs, 0 to 31
 * @throws DiscError `aborted`, `source-changed`
 */
export async function earlierSubpicture(
  vobs: Source,
  sector: number,
  stream: number,
  warnings: Warnings,
  options: ReadOptions,
): Promise<readonly AccessUnit[]> {
  try {
    const pack = parseNavigationPack(await vobs.read(sector * SECTOR_SIZE, SECTOR_SIZE, options))
    const address = pack.dsi.synci.spSynca[stream] ?? null
    if (address === null || !address.backwards || address.sectors > sector) return []
    const from = sector - address.sectors
    const bytes = await vobs.read(from * SECTOR_SIZE, Math.min(address.sectors, MAX_BLOCKS) * SECTOR_SIZE, options)
    const units: AccessUnit[] = []
    const demuxer = new ProgramStreamDemuxer({
      streams: new Set([subpictureStreamId(stream)]),
      warnings,
      path: vobs.name,
      sink: { unit: (unit) => void units.push(unit) },
    })
    demuxer.push(bytes.subarray(0, bytes.length - (bytes.length % SECTOR_SIZE)))
    demuxer.flush()
    return units
  } catch (error) {
    if (error instanceof DiscError && (error.code === "read-failed" || error.code === "damaged")) return []
    throw error
  }
}
