import type { AtcSequence, ClipInfo, ClipInformation, Cpi, EntryPoint, EpMap, ProgramSequence } from "../../../../src/disc/bluray/index.ts"
import { FieldWriter, type Written } from "./write-fields.ts"
import { writeClipAttributes } from "./write-stream-attributes.ts"

/** tsMuxer lets tables begin at multiples of four bytes, and has an extension data of length 0 where others have none. */
type ClipAuthor = "tsMuxer" | "other"

/** A clip information file again, as it was read, for one that has nothing in its extension data. */
export function writeClipInformation(clip: ClipInformation, author: ClipAuthor): Written {
  const w = new FieldWriter()
  w.text(`HDMV${clip.versionNumber}`, "type_indicator").zeros(20, "start addresses").zeros(12, "reserved")
  const table = (address: number | null, field: string, write: () => void): void => {
    while (author === "tsMuxer" && w.length % 4 !== 0) w.zeros(1, "padding, reserved")
    if (address !== null) w.patch(address, 4, w.length)
    w.sized(4, field, write)
  }
  table(null, "ClipInfo", () => writeClipInfo(w, clip.clipInfo))
  table(8, "SequenceInfo", () => writeSequences(w, clip.atcSequences))
  table(12, "ProgramInfo", () => writePrograms(w, clip.programSequences))
  table(16, "CPI", () => writeCpi(w, clip.cpi))
  table(20, "ClipMark", () => {})
  if (author === "tsMuxer") table(24, "ExtensionData", () => {})
  return w.finish()
}

function writeClipInfo(w: FieldWriter, info: ClipInfo): void {
  w.zeros(2, "reserved").u8(info.clipStreamType, "Clip_stream_type").u8(info.applicationType, "application_type")
  w.u32(info.atcDeltas.length > 0 ? 1 : 0, "is_ATC_delta").u32(info.tsRecordingRate, "TS_recording_rate")
  w.u32(info.numberOfSourcePackets, "number_of_source_packets").zeros(128, "reserved")
  const { tsTypeInfo } = info
  w.sized(2, "TS_type_info_block", () => {
    if (tsTypeInfo === null) return
    w.u8(tsTypeInfo.validityFlags, "Validity_flags")
      .text(tsTypeInfo.formatIdentifier, "Format_identifier")
      .zeros(25, "network, stream format name")
  })
  if (info.atcDeltas.length > 0) {
    w.zeros(1, "reserved").u8(info.atcDeltas.length, "number_of_ATC_delta_entries")
    w.each(info.atcDeltas, "ATC_delta", (entry) => {
      w.u32(entry.delta, "ATC_delta").text(entry.followingClip, "following_Clip_Information_file_name")
      w.text(entry.clipCodecIdentifier, "Clip_codec_identifier").zeros(1, "reserved")
    })
  }
  if (info.applicationType === 6) {
    w.zeros(1, "reserved").u8(info.fontFileIds.length, "number_of_font_files")
    w.each(info.fontFileIds, "font", (id) => w.text(id, "font_file_name").zeros(1, "reserved"))
  }
}

function writeSequences(w: FieldWriter, sequences: readonly AtcSequence[]): void {
  w.zeros(1, "reserved").u8(sequences.length, "number_of_ATC_sequences")
  w.each(sequences, "ATC_sequence", ({ spnAtcStart, offsetStcId, stcSequences }) => {
    w.u32(spnAtcStart, "SPN_ATC_start").u8(stcSequences.length, "number_of_STC_sequences").u8(offsetStcId, "offset_STC_id")
    w.each(stcSequences, "STC_sequence", (sequence) => {
      w.u16(sequence.pcrPid, "PCR_PID").u32(sequence.spnStcStart, "SPN_STC_start")
      w.u32(sequence.presentationStartTime45k, "presentation_start_time").u32(sequence.presentationEndTime45k, "presentation_end_time")
    })
  })
}

function writePrograms(w: FieldWriter, sequences: readonly ProgramSequence[]): void {
  w.zeros(1, "reserved").u8(sequences.length, "number_of_program_sequences")
  w.each(sequences, "program_sequence", (sequence) => {
    w.u32(sequence.spnProgramSequenceStart, "SPN_program_sequence_start").u16(sequence.programMapPid, "program_map_PID")
    w.u8(sequence.streams.length, "number_of_streams_in_ps").u8(sequence.numberOfGroups, "number_of_groups")
    w.each(sequence.streams, "stream", ({ pid, attributes, isrc }) => {
      w.u16(pid, "stream_PID")
      writeClipAttributes(w, attributes, isrc)
    })
  })
}

function writeCpi(w: FieldWriter, { cpiType, epMaps }: Cpi): void {
  if (cpiType === 0 && epMaps.length === 0) return
  w.u16(cpiType, "CPI_type")
  const start = w.length
  w.zeros(1, "reserved").u8(epMaps.length, "number_of_stream_PID_entries")
  const tables = epMaps.map((map) => ({ map, ...splitEntryPoints(map) }))
  const addresses: number[] = []
  w.each(tables, "EP_map header", ({ map, coarse, entries }) => {
    w.u16(map.streamPid, "stream_PID")
    const bits = (BigInt(map.epStreamType) << 34n) | (BigInt(coarse.length) << 18n) | BigInt(entries.length)
    w.uint(6, Number(bits), "EP_stream_type, number of coarse and fine entries")
    addresses.push(w.length)
    w.u32(0, "EP_map_for_one_stream_PID_start_address")
  })
  tables.forEach(({ coarse, entries }, index) => {
    w.patch(addresses[index] ?? 0, 4, w.length - start)
    w.within(`EP_map[${index}]`, () => writeEpMap(w, coarse, entries))
  })
}

type Coarse = { readonly firstFine: number; readonly entry: EntryPoint }

/**
 * A coarse entry begins at the first entry point and wherever the high bits of time or packet are not those of the one before.
 * Times in 90 kHz have 33 bits: 32 to 19 are in the coarse table, 19 to 9 in the fine one. Packets: 31 to 0 and 16 to 0.
 */
function splitEntryPoints(map: EpMap): { readonly coarse: readonly Coarse[]; readonly entries: readonly EntryPoint[] } {
  const entries = Array.from({ length: map.length }, (_, index) => map.at(index) as EntryPoint)
  const coarse: Coarse[] = []
  let last = ""
  entries.forEach((entry, firstFine) => {
    const high = `${Math.floor(entry.pts45k / 2 ** 18)} ${Math.floor(entry.spn / 2 ** 17)}`
    if (high !== last) coarse.push({ firstFine, entry })
    last = high
  })
  return { coarse, entries }
}

function writeEpMap(w: FieldWriter, coarse: readonly Coarse[], entries: readonly EntryPoint[]): void {
  w.u32(4 + coarse.length * 8, "EP_fine_table_start_address")
  w.each(coarse, "EP_coarse", ({ firstFine, entry }) => {
    w.u32(firstFine * 2 ** 14 + Math.floor(entry.pts45k / 2 ** 18), "ref_to_EP_fine_id, PTS_EP_coarse").u32(entry.spn, "SPN_EP_coarse")
  })
  w.each(entries, "EP_fine", (entry) => {
    const time = Math.floor(entry.pts45k / 2 ** 8) % 2 ** 11
    const flags = (entry.isAngleChangePoint ? 8 : 0) | entry.iEndPositionOffset
    w.u32(flags * 2 ** 28 + time * 2 ** 17 + (entry.spn % 2 ** 17), "EP_fine")
  })
}
