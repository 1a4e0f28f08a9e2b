import type { CopyManagement, FileEntry } from "../../filesystem/file-system.ts"
import type { ProtectionMark } from "../disc-info.ts"
import type { VmgiMat } from "./vmgi-mat.ts"

const REGIONS = 8
const ALL_REGIONS = 0xff

/**
 * The marks that the disc shows without a look into its VOBs: the region mask, and the copy management information that UDF keeps for each file of
 * VIDEO_TS (of that in sector headers no image has anything; ISO 9660 and folders have neither). Copies keep both, and they say nothing about
 * whether the disc plays: scrambled packets are a fact of their own (`isDvdTitleScrambled`).
 */
export function dvdProtection(mat: Pick<VmgiMat, "prohibitedRegions">, files: readonly FileEntry[]): ProtectionMark[] {
  return [...regionMark(mat.prohibitedRegions), ...copyManagementMarks(files)]
}

function regionMark(prohibitedRegions: number): ProtectionMark[] {
  if (prohibitedRegions === 0) return []
  if (prohibitedRegions === ALL_REGIONS) return [{ kind: "region", detail: "plays in no region" }]
  const allowed = Array.from({ length: REGIONS }, (_, index) => index + 1).filter(
    (region) => (prohibitedRegions & (1 << (region - 1))) === 0,
  )
  return [{ kind: "region", detail: `plays in region ${allowed.join(", ")}` }]
}

/** One for each thing that is said, in the order of the files that say it; authors often restrict the VOBs and leave the IFO files free. */
function copyManagementMarks(files: readonly FileEntry[]): ProtectionMark[] {
  const said = new Map<string, { first: string; count: number }>()
  for (const { name, copyManagement } of files) {
    const words = copyManagement === undefined ? null : wordsOf(copyManagement)
    if (words === null) continue
    const { first, count } = said.get(words) ?? { first: name, count: 0 }
    said.set(words, { first, count: count + 1 })
  }
  return [...said].map(([words, { first, count }]) => ({
    kind: "copy-management",
    detail: `${words} (${count === 1 ? first : `${first} and ${count - 1} more`})`,
  }))
}

const COPYING: Readonly<Record<CopyManagement["copying"], string>> = {
  permitted: "copying permitted",
  reserved: "copying by a reserved value",
  "one-generation": "copying of one generation",
  never: "copying never permitted",
}

/** null: neither copyrighted nor restricted, which is no mark. */
function wordsOf({ copyrighted, copying }: CopyManagement): string | null {
  if (copyrighted) return `copyrighted, ${COPYING[copying]}`
  return copying === "permitted" ? null : COPYING[copying]
}
