import type { ByteReader } from "../../base/index.ts"
import { bothEndian32 } from "./both-endian.ts"

export type DirectoryRecord = {
  /** In logical blocks. The data begin behind the extended attribute record, which has its length here too. */
  readonly extentLocation: number
  readonly extendedAttributeRecordLength: number
  readonly dataLength: number
  readonly flags: {
    readonly hidden: boolean
    readonly directory: boolean
    /** A second stream of the file with the same name (a Macintosh resource fork). */
    readonly associated: boolean
    /** The file goes on in the next record. */
    readonly multiExtent: boolean
  }
  /** In logical blocks; 0 unless the file is interleaved. */
  readonly fileUnitSize: number
  readonly interleaveGapSize: number
  /** As recorded. One byte 0 is the directory itself, one byte 1 its parent. */
  readonly fileIdentifier: Uint8Array
  readonly systemUse: Uint8Array
  /** False when the two copies of a number differ. */
  readonly copiesAgree: boolean
}

const FIXED_LENGTH = 33

/**
 * Directory Record, ECMA 119 9.1. The reader is on a record and moves past it. `null` for a length byte of 0: no further record in this
 * sector (ECMA 119 6.8.1.1). `fixedLength` is that of a record with one place for it. @throws DiscError `damaged` for a record that is longer than what is left or too short for its own fields
 */
export function parseDirectoryRecord(sector: ByteReader, fixedLength?: number): DirectoryRecord | null {
  const ownLength = sector.u8("lengthOfDirectoryRecord")
  if (ownLength === 0) return null
  const length = fixedLength ?? ownLength
  if (length < FIXED_LENGTH + 1) throw sector.error("damaged", "lengthOfDirectoryRecord", `${length}; a record has at least 34 bytes`)
  const record = sector.window(length - 1, "directoryRecord")
  const extendedAttributeRecordLength = record.u8("extendedAttributeRecordLength")
  const extentLocation = bothEndian32(record, "locationOfExtent")
  const dataLength = bothEndian32(record, "dataLength")
  record.skip(7, "recordingDateAndTime")
  const flags = record.u8("fileFlags")
  const fileUnitSize = record.u8("fileUnitSize")
  const interleaveGapSize = record.u8("interleaveGapSize")
  record.skip(4, "volumeSequenceNumber")
  const fileIdentifier = record.bytes(record.u8("lengthOfFileIdentifier"), "fileIdentifier")
  // The record's parts have even lengths; the pad byte may be missing where the record ends.
  if (fileIdentifier.length % 2 === 0 && record.remaining > 0) record.skip(1, "padding")
  return {
    extentLocation: extentLocation.value,
    extendedAttributeRecordLength,
    dataLength: dataLength.value,
    flags: { hidden: (flags & 1) !== 0, directory: (flags & 2) !== 0, associated: (flags & 4) !== 0, multiExtent: (flags & 0x80) !== 0 },
    fileUnitSize,
    interleaveGapSize,
    fileIdentifier,
    systemUse: record.bytes(record.remaining, "systemUse"),
    copiesAgree: extentLocation.agree && dataLength.agree,
  }
}

/** True for the records of the directory itself (byte 0) and of its parent (byte 1), ECMA 119 6.8.2.2. */
export function isDotRecord(record: DirectoryRecord): boolean {
  const first = record.fileIdentifier[0]
  return record.fileIdentifier.length === 1 && (first === 0 || first === 1)
}
