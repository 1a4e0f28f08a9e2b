import type { ProtectionMark } from "../disc-info.ts"
import type { DvdDisc } from "./dvd-disc.ts"

const REGIONS = 8
const ALL_REGIONS = 0xff

/**
 * The marks that the structure files show: the region mask. Whether sectors were marked as protected stood in sector headers, which no image
 * or folder has; whether content is scrambled is a fact of its own (`isDvdTitleScrambled`).
 */
export function dvdProtection(dvd: DvdDisc): ProtectionMark[] {
  const { prohibitedRegions } = dvd.vmg.mat
  if (prohibitedRegions === 0) return []
  if (prohibitedRegions === ALL_REGIONS) return [{ kind: "region", detail: "plays in no region" }]
  const allowed = Array.from({ length: REGIONS }, (_, index) => index + 1).filter(
    (region) => (prohibitedRegions & (1 << (region - 1))) === 0,
  )
  return [{ kind: "region", detail: `plays in region ${allowed.join(", ")}` }]
}
