import { type ByteExtent, MAX_EXTENTS } from "../extents.ts"
import type { DirectoryRecord } from "./directory-record.ts"

/**
 * Where a file's sections lie (ECMA 119 6.4). An interleaved section is its units without the gaps between them.
 * In words why not, for an interleaved section with an extended attribute record (nobody makes them) or of too many units.
 */
export function sectionExtents(sections: readonly DirectoryRecord[], blockSize: number): ByteExtent[] | { readonly refused: string } {
  const extents: ByteExtent[] = []
  for (const section of sections) {
    const start = (section.extentLocation + section.extendedAttributeRecordLength) * blockSize
    if (section.fileUnitSize === 0) {
      if (section.dataLength > 0) extents.push({ offsetBytes: start, lengthBytes: section.dataLength })
      continue
    }
    if (section.extendedAttributeRecordLength > 0)
      return { refused: "an interleaved file with an extended attribute record cannot be read" }
    const unitBytes = section.fileUnitSize * blockSize
    const strideBytes = unitBytes + section.interleaveGapSize * blockSize
    const units = Math.ceil(section.dataLength / unitBytes)
    if (extents.length + units > MAX_EXTENTS) return { refused: `an interleaved file of ${units} units cannot be read` }
    for (let unit = 0; unit < units; unit++) {
      const lengthBytes = Math.min(unitBytes, section.dataLength - unit * unitBytes)
      extents.push({ offsetBytes: start + unit * strideBytes, lengthBytes })
    }
  }
  return extents
}
