import type {
  AudioAttributes,
  CAdt,
  Cell,
  DvdDisc,
  DvdTime,
  Pgc,
  PgcitEntry,
  PgciUt,
  PlaybackType,
  StreamAttributes,
  SubpictureAttributes,
  TitleSet,
  VideoAttributes,
  VobuAdmap,
} from "../../../../src/disc/dvd/index.ts"

type Line = Record<string, unknown>

/** What the oracle `dvdtrace` prints of a disc, made from our tables: the same lines in the same order, but for `disc`. */
export function traceDvd(dvd: DvdDisc): Line[] {
  const { vmg } = dvd
  return [
    {
      type: "vmg",
      lastSector: vmg.mat.vmgLastSector,
      ifoLastSector: vmg.mat.vmgiLastSector,
      version: vmg.mat.specificationVersion,
      category: hex32(vmg.mat.vmgCategory),
      volumes: vmg.mat.nrOfVolumes,
      volume: vmg.mat.thisVolumeNr,
      side: vmg.mat.discSide,
      titleSets: vmg.mat.nrOfTitleSets,
      provider: vmg.mat.providerIdentifier,
      posCode: Number.parseInt(vmg.mat.posCode, 16),
      menuVobs: vmg.mat.vmgmVobs ?? 0,
    },
    attributes("VMGM", 0, vmg.mat.menuStreams, 1),
    ...(vmg.ttSrpt?.titles ?? []).map((title, index) => ({
      type: "title",
      title: index + 1,
      vts: title.titleSetNr,
      ttn: title.vtsTtn,
      chapters: title.nrOfPtts,
      angles: title.nrOfAngles,
      parentalMask: title.parentalIdMask,
      titleSetSector: title.titleSetSector,
      playbackType: playbackTypeByte(title.playbackType),
    })),
    ...(vmg.firstPlayPgc === null ? [] : [chain("FP", 0, null, 0, null, vmg.firstPlayPgc)]),
    ...menus("VMGM", 0, vmg.vmgmPgciUt),
    ...addresses("VMGM", 0, vmg.vmgmCAdt, vmg.vmgmVobuAdmap),
    ...(vmg.ptlMait?.countries ?? []).map(({ country, levels }) => ({ type: "parental", country: country ?? "", masks: levels })),
    ...dvd.titleSets.flatMap((titleSet, index) =>
      titleSet === null ? [{ type: "vts", vts: index + 1, error: "ifoOpen failed" }] : titleSetLines(titleSet),
    ),
  ]
}

function titleSetLines(titleSet: TitleSet): Line[] {
  const vts = titleSet.number
  const { mat } = titleSet
  return [
    {
      type: "vts",
      vts,
      lastSector: mat.vtsLastSector,
      ifoLastSector: mat.vtsiLastSector,
      category: mat.vtsCategory,
      menuVobs: mat.vtsmVobs ?? 0,
      titleVobs: mat.vtsttVobs ?? 0,
    },
    attributes("VTSM", vts, mat.menuStreams, 1),
    attributes("VTS", vts, mat.titleStreams, 32),
    ...(titleSet.pttSrpt?.titles ?? []).map((parts, index) => ({
      type: "parts",
      vts,
      ttn: index + 1,
      parts: parts.map(({ pgcn, pgn }) => [pgcn, pgn]),
    })),
    ...menus("VTSM", vts, titleSet.vtsmPgciUt),
    ...(titleSet.pgcit?.entries ?? []).map((entry, index) => chain("VTS", vts, null, index + 1, entry, entry.pgc)),
    ...(titleSet.tmapti?.maps ?? []).map(({ unitSeconds, entries }, index) => ({
      type: "timeMap",
      vts,
      pgcn: index + 1,
      unitSeconds,
      entries: entries.map(({ sector, discontinuity }) => sector + (discontinuity ? 2 ** 31 : 0)),
    })),
    ...addresses("VTSM", vts, titleSet.vtsmCAdt, titleSet.vtsmVobuAdmap),
    ...addresses("VTS", vts, titleSet.cAdt, titleSet.vobuAdmap),
  ]
}

function menus(domain: string, vts: number, table: PgciUt | null): Line[] {
  return (table?.languageUnits ?? []).flatMap(({ language, menus: exists, pgcit }) => [
    { type: "menuLanguage", domain, vts, lang: language ?? "", exists: existsByte(exists), programChains: pgcit?.entries.length ?? 0 },
    ...(pgcit?.entries ?? []).map((entry, index) => chain(domain, vts, language, index + 1, entry, entry.pgc)),
  ])
}

function chain(domain: string, vts: number, lang: string | null, pgcn: number, entry: PgcitEntry | null, pgc: Pgc | null): Line {
  const line: Line = { type: "pgc", domain, vts, ...(lang === null ? {} : { lang }), pgcn }
  if (entry !== null) {
    Object.assign(line, {
      entryId: entry.entryNumber + (entry.isEntry ? 0x80 : 0),
      blockMode: BLOCK_MODES.indexOf(entry.blockMode),
      blockType: ["none", "parental"].indexOf(entry.blockType),
      parentalMask: entry.parentalMask,
      startByte: entry.startByte,
    })
  }
  if (pgc === null) return { ...line, error: "no program chain" }
  return {
    ...line,
    time: timeHex(pgc.playbackTime),
    prohibitedOps: hex32(pgc.prohibitedOps),
    audioControl: pgc.audioControl.map((control) => (control === null ? 0 : 0x8000 + (control.streamNumber << 8))),
    subpControl: pgc.subpictureControl.map((control) =>
      control === null
        ? "00000000"
        : hex32(0x80000000 + control.fourByThree * 2 ** 24 + (control.wide << 16) + (control.letterbox << 8) + control.panScan),
    ),
    next: pgc.nextPgcNr ?? 0,
    prev: pgc.prevPgcNr ?? 0,
    goUp: pgc.goUpPgcNr === "resume" ? 0xffff : (pgc.goUpPgcNr ?? 0),
    playbackMode:
      pgc.playbackMode.order === "sequential" ? 0 : pgc.playbackMode.programs - 1 + (pgc.playbackMode.order === "shuffle" ? 0x80 : 0),
    stillTime: pgc.stillTime,
    palette: pgc.palette.map(hex32),
    pre: pgc.commands.pre.map(hexBytes),
    post: pgc.commands.post.map(hexBytes),
    cellCommands: pgc.commands.cell.map(hexBytes),
    programs: pgc.programMap,
    cells: pgc.cells.map(cellObject),
  }
}

function cellObject(cell: Cell): Line {
  return {
    first: cell.firstSector,
    firstIlvuEnd: cell.firstIlvuEndSector ?? 0,
    lastVobuStart: cell.lastVobuStartSector,
    last: cell.lastSector,
    time: timeHex(cell.playbackTime),
    blockMode: BLOCK_MODES.indexOf(cell.blockMode),
    blockType: ["none", "angle"].indexOf(cell.blockType),
    seamlessPlay: bit(cell.seamlessPlay),
    interleaved: bit(cell.interleaved),
    stcDiscontinuity: bit(cell.stcDiscontinuity),
    seamlessAngle: bit(cell.seamlessAngle),
    playbackMode: bit(cell.stillVobus),
    restricted: bit(cell.restricted),
    cellType: cell.cellType,
    stillTime: cell.stillTime,
    command: cell.cellCommand ?? 0,
    ...(cell.vobId === null ? {} : { vobId: cell.vobId, cellId: cell.cellId }),
  }
}

function addresses(domain: string, vts: number, cells: CAdt | null, vobus: VobuAdmap | null): Line[] {
  const lines: Line[] = []
  if (cells !== null) {
    lines.push({
      type: "cellAddresses",
      domain,
      vts,
      cells: cells.cells.map(({ vobId, cellId, startSector, lastSector }) => [vobId, cellId, startSector, lastSector]),
    })
  }
  if (vobus !== null) lines.push({ type: "vobuAddresses", domain, vts, sectors: [...vobus.vobuStartSectors] })
  return lines
}

function attributes(domain: string, vts: number, streams: StreamAttributes, mostSubpictures: number): Line {
  return {
    type: "attributes",
    domain,
    vts,
    video: videoObject(streams.video),
    // The oracle's menus have at most one stream of each kind.
    audio: streams.audio.slice(0, mostSubpictures).map(audioObject),
    subpicture: streams.subpictures.slice(0, mostSubpictures).map(subpictureObject),
  }
}

function videoObject(video: VideoAttributes): Line {
  return {
    mpegVersion: (video.mpegVersion ?? 0) - 1,
    format: ["ntsc", "pal"].indexOf(video.videoFormat ?? ""),
    aspect: video.displayAspectRatio === "4:3" ? 0 : 3,
    permittedDf: (video.panScanPermitted ? 0 : 2) + (video.letterboxPermitted ? 0 : 1),
    pictureSize: video.width === 720 ? 0 : video.width === 704 ? 1 : video.height > 288 ? 2 : 3,
    letterboxed: bit(video.letterboxed),
    filmMode: bit(video.filmMode),
    line21Field1: bit(video.line21Field1),
    line21Field2: bit(video.line21Field2),
  }
}

function audioObject(audio: AudioAttributes): Line {
  return {
    format: audio.raw.format,
    multichannelExtension: bit(audio.multichannelExtension),
    langType: audio.raw.languageType,
    applicationMode: ["none", "karaoke", "surround", "reserved"].indexOf(audio.applicationMode),
    quantization: audio.raw.quantization,
    sampleFrequency: audio.sampleFrequency === 96_000 ? 1 : 0,
    channels: audio.channels,
    lang: audio.language ?? "",
    codeExtension: audio.raw.codeExtension,
  }
}

const subpictureObject = (subpicture: SubpictureAttributes): Line => ({
  codeMode: subpicture.raw.codingMode,
  langType: subpicture.raw.languageType,
  lang: subpicture.language ?? "",
  codeExtension: subpicture.raw.codeExtension,
})

function playbackTypeByte(type: PlaybackType): number {
  const flags = [
    type.titleOrTimePlayForbidden,
    type.chapterSearchOrPlayForbidden,
    type.jumpsInTitleDomain,
    type.jumpsInButtonCommands,
    type.jumpsInPrePostCommands,
    type.jumpsInCellCommands,
    type.multiOrRandomPgc,
  ]
  return flags.reduce((byte, flag, index) => byte + (flag ? 1 << index : 0), 0)
}

function existsByte(menus: readonly string[]): number {
  const order = [["title", "root"], ["subpicture"], ["audio"], ["angle"], ["chapter"]]
  return order.reduce((byte, names, index) => byte + (names.some((name) => menus.includes(name)) ? 0x80 >> index : 0), 0)
}

const BLOCK_MODES = ["none", "first", "inside", "last"]
const bit = (value: boolean): number => (value ? 1 : 0)
const hex32 = (value: number): string => (value >>> 0).toString(16).padStart(8, "0")
const hexBytes = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")

function timeHex(time: DvdTime): string {
  const digits = (value: number): number => Math.floor(value / 10) * 16 + (value % 10)
  const rate = time.rate === null ? 0 : time.rate === 25 ? 0x40 : 0xc0
  return hexBytes(Uint8Array.of(digits(time.hours), digits(time.minutes), digits(time.seconds), digits(time.frames) + rate))
}
