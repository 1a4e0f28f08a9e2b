import { ByteReader, DiscError, SECTOR_SIZE } from "../../base/index.ts"
import { DSI_OFFSET, DSI_SIZE, isNavigationPack, PCI_OFFSET, PCI_SIZE } from "./navigation-fields.ts"

/** A time of day as the disc has it, taken out of its BCD digits; `frameRate` 25 or 30 (29.97). */
export type BcdTime = {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly frame: number
  readonly frameRate: 25 | 30 | null
}

/** PCI general information. Times are 90 kHz ticks (32 bits of them), addresses sectors. */
export type PciGi = {
  readonly nvPckLbn: number
  readonly vobuCat: number
  /** Prohibited user operations; bit n is UOP n. */
  readonly vobuUopCtl: number
  readonly vobuSPtm: number
  readonly vobuEPtm: number
  /** 0: no sequence_end_code in this VOBU. */
  readonly vobuSeEPtm: number
  /** Cell elapsed time. */
  readonly cEltm: BcdTime
  readonly vobuIsrc: Uint8Array
}

export type HlGi = {
  /** 0: no buttons; 1: new ones; 2: those of the VOBU before; 3: those of the VOBU before but for the commands. */
  readonly hliSs: number
  readonly hliSPtm: number
  /** 0xffffffff: until further notice. */
  readonly hliEPtm: number
  readonly btnSeEPtm: number
  /** Number of button groups, 1 to 3, of 36, 18 or 12 buttons each. */
  readonly btngrNs: number
  /** For which display (normal 0, wide 1, letterbox 2, pan-scan 4; bits) each group is. */
  readonly btngrDspTy: readonly [number, number, number]
  readonly btnOfn: number
  readonly btnNs: number
  readonly nslBtnNs: number
  /** Forcedly selected button; 0: none, 63: the highlight status register. */
  readonly foslBtnn: number
  /** Forcedly activated button; 0: none. */
  readonly foacBtnn: number
}

/** A button: edges are inclusive pixels of the sub-picture plane; neighbours are button numbers, 0: none. */
export type Btni = {
  /** Button colour, 1 to 3 into `btnColit`; 0: no highlight. */
  readonly btnColn: number
  readonly xStart: number
  readonly xEnd: number
  readonly autoActionMode: number
  readonly yStart: number
  readonly yEnd: number
  readonly up: number
  readonly down: number
  readonly left: number
  readonly right: number
  /** The navigation command, 8 bytes. */
  readonly cmd: Uint8Array
}

export type Pci = {
  readonly pciGi: PciGi
  /** nsml_agl_dsta: for non-seamless angle changes, where each angle's VOBU is (bit 31: backwards). */
  readonly nsmlAgli: readonly number[]
  readonly hli: {
    readonly hlGi: HlGi
    /** Colours (upper 16 bits, one nibble each for pixel codes 3 to 0) and contrasts: `[colour - 1][0 selected, 1 activated]`. */
    readonly btnColit: readonly (readonly [number, number])[]
    /** All 36 places; group g of n begins at g × 36 / n. */
    readonly btnit: readonly Btni[]
  }
}

export type DsiGi = {
  readonly nvPckScr: number
  readonly nvPckLbn: number
  readonly vobuEa: number
  readonly vobu1stRefEa: number
  readonly vobu2ndRefEa: number
  readonly vobu3rdRefEa: number
  readonly vobuVobIdn: number
  readonly vobuCIdn: number
  readonly cEltm: BcdTime
}

export type SmlPbi = {
  readonly category: number
  readonly ilvuEa: number
  /** Where the next interleaved unit begins; null: there is none. */
  readonly ilvuSa: number | null
  readonly size: number
  readonly vobVSSPtm: number
  readonly vobVEEPtm: number
  /** Audio gaps of the 8 streams. */
  readonly vobA: readonly { readonly stpPtm1: number; readonly stpPtm2: number; readonly gapLen1: number; readonly gapLen2: number }[]
}

/** Search information: a VOBU's distance in sectors and the flags above it. */
export type VobuAddress = {
  /** A VOBU is there: bit 31. */
  readonly valid: boolean
  /** VOBUs between have video that is left out: bit 30. */
  readonly passesVideo: boolean
  readonly sectors: number
}

export type Dsi = {
  readonly dsiGi: DsiGi
  readonly smlPbi: SmlPbi
  /** For seamless angle changes: where each angle's next interleaved unit is, and its size in sectors. */
  readonly smlAgli: readonly { readonly address: number; readonly size: number }[]
  readonly vobuSri: {
    readonly nextVideo: VobuAddress
    /** From far (120 s) to near (0.5 s). */
    readonly fwda: readonly VobuAddress[]
    readonly nextVobu: VobuAddress
    readonly prevVobu: VobuAddress
    /** From near to far. */
    readonly bwda: readonly VobuAddress[]
    readonly prevVideo: VobuAddress
  }
  readonly synci: {
    /** Sectors to the audio stream's first packet of this VOBU; `backwards`: it lies before. null: no such stream. */
    readonly aSynca: readonly ({ readonly sectors: number; readonly backwards: boolean } | null)[]
    /**
     * Sectors to the VOBU with the sub-picture that is on the screen when this VOBU begins (`backwards`: what a seek into the middle of one reads
     * first), else to the one with the next. null: no such stream, none, or it is in this VOBU.
     */
    readonly spSynca: readonly ({ readonly sectors: number; readonly backwards: boolean } | null)[]
  }
}

export type NavigationPack = { readonly pci: Pci; readonly dsi: Dsi }

const ANGLES = 9
const BUTTONS = 36
const AUDIO_STREAMS = 8
const SUBPICTURE_STREAMS = 32
const SEARCH_STEPS = 19
const BUTTON_SIZE = 18

/**
 * The presentation control information and data search information of a navigation pack (2048 bytes). Layout: libdvdread nav_types.h and nav_read.c.
 * @throws DiscError `damaged`: it is no navigation pack
 */
export function parseNavigationPack(pack: Uint8Array, path = "navigation pack", offset = 0): NavigationPack {
  if (pack.length < SECTOR_SIZE || !isNavigationPack(pack)) {
    throw new DiscError("damaged", "no navigation pack lies here; the VOB is damaged or scrambled", { path, offset })
  }
  return {
    pci: parsePci(new ByteReader(pack.subarray(PCI_OFFSET, PCI_OFFSET + PCI_SIZE), path, offset + PCI_OFFSET)),
    dsi: parseDsi(new ByteReader(pack.subarray(DSI_OFFSET, DSI_OFFSET + DSI_SIZE), path, offset + DSI_OFFSET)),
  }
}

function parsePci(pci: ByteReader): Pci {
  return {
    pciGi: readPciGi(pci),
    nsmlAgli: Array.from({ length: ANGLES }, () => pci.u32("nsml_agl_dsta")),
    hli: {
      hlGi: readHlGi(pci),
      btnColit: Array.from({ length: 3 }, () => [pci.u32("btn_coli"), pci.u32("btn_coli")] as const),
      btnit: pci.list(BUTTONS, BUTTON_SIZE, "btnit", readButton),
    },
  }
}

function readPciGi(pci: ByteReader): PciGi {
  const nvPckLbn = pci.u32("nv_pck_lbn")
  const vobuCat = pci.u16("vobu_cat")
  pci.skip(2, "reserved")
  return {
    nvPckLbn,
    vobuCat,
    vobuUopCtl: pci.u32("vobu_uop_ctl"),
    vobuSPtm: pci.u32("vobu_s_ptm"),
    vobuEPtm: pci.u32("vobu_e_ptm"),
    vobuSeEPtm: pci.u32("vobu_se_e_ptm"),
    cEltm: readBcdTime(pci, "c_eltm"),
    vobuIsrc: pci.bytes(32, "vobu_isrc").slice(),
  }
}

function readHlGi(pci: ByteReader): HlGi {
  const hliSs = pci.u16("hli_ss") & 3
  const hliSPtm = pci.u32("hli_s_ptm")
  const hliEPtm = pci.u32("hli_e_ptm")
  const btnSeEPtm = pci.u32("btn_se_e_ptm")
  const groups = pci.u16("btngr_ns")
  const btnOfn = pci.u8("btn_ofn")
  const btnNs = pci.u8("btn_ns") & 0x3f
  const nslBtnNs = pci.u8("nsl_btn_ns") & 0x3f
  pci.skip(1, "reserved")
  return {
    ...{ hliSs, hliSPtm, hliEPtm, btnSeEPtm, btnOfn, btnNs, nslBtnNs },
    btngrNs: (groups >> 12) & 3,
    btngrDspTy: [(groups >> 8) & 7, (groups >> 4) & 7, groups & 7],
    foslBtnn: pci.u8("fosl_btnn") & 0x3f,
    foacBtnn: pci.u8("foac_btnn") & 0x3f,
  }
}

function readButton(button: ByteReader): Btni {
  const x = button.u24("btn_coln, x_start, x_end")
  const y = button.u24("auto_action_mode, y_start, y_end")
  return {
    btnColn: x >> 22,
    xStart: (x >> 12) & 0x3ff,
    xEnd: x & 0x3ff,
    autoActionMode: y >> 22,
    yStart: (y >> 12) & 0x3ff,
    yEnd: y & 0x3ff,
    up: button.u8("up") & 0x3f,
    down: button.u8("down") & 0x3f,
    left: button.u8("left") & 0x3f,
    right: button.u8("right") & 0x3f,
    cmd: button.bytes(8, "cmd").slice(),
  }
}

function parseDsi(dsi: ByteReader): Dsi {
  return {
    dsiGi: readDsiGi(dsi),
    smlPbi: readSmlPbi(dsi),
    smlAgli: dsi.list(ANGLES, 6, "sml_agli", (angle) => ({ address: angle.u32("address"), size: angle.u16("size") })),
    vobuSri: {
      nextVideo: readVobuAddress(dsi, "next_video"),
      fwda: Array.from({ length: SEARCH_STEPS }, () => readVobuAddress(dsi, "fwda")),
      nextVobu: readVobuAddress(dsi, "next_vobu"),
      prevVobu: readVobuAddress(dsi, "prev_vobu"),
      bwda: Array.from({ length: SEARCH_STEPS }, () => readVobuAddress(dsi, "bwda")),
      prevVideo: readVobuAddress(dsi, "prev_video"),
    },
    synci: {
      aSynca: Array.from({ length: AUDIO_STREAMS }, () => readAudioAddress(dsi)),
      spSynca: Array.from({ length: SUBPICTURE_STREAMS }, () => readSubpictureAddress(dsi)),
    },
  }
}

function readDsiGi(dsi: ByteReader): DsiGi {
  const nvPckScr = dsi.u32("nv_pck_scr")
  const nvPckLbn = dsi.u32("nv_pck_lbn")
  const vobuEa = dsi.u32("vobu_ea")
  const vobu1stRefEa = dsi.u32("vobu_1stref_ea")
  const vobu2ndRefEa = dsi.u32("vobu_2ndref_ea")
  const vobu3rdRefEa = dsi.u32("vobu_3rdref_ea")
  const vobuVobIdn = dsi.u16("vobu_vob_idn")
  dsi.skip(1, "reserved")
  const vobuCIdn = dsi.u8("vobu_c_idn")
  const cEltm = readBcdTime(dsi, "c_eltm")
  return { nvPckScr, nvPckLbn, vobuEa, vobu1stRefEa, vobu2ndRefEa, vobu3rdRefEa, vobuVobIdn, vobuCIdn, cEltm }
}

function readSmlPbi(dsi: ByteReader): SmlPbi {
  const category = dsi.u16("category")
  const ilvuEa = dsi.u32("ilvu_ea")
  const ilvuSa = dsi.u32("ilvu_sa")
  return {
    category,
    ilvuEa,
    ilvuSa: ilvuSa === 0 || ilvuSa === 0xffffffff ? null : ilvuSa,
    size: dsi.u16("size"),
    vobVSSPtm: dsi.u32("vob_v_s_s_ptm"),
    vobVEEPtm: dsi.u32("vob_v_e_e_ptm"),
    vobA: dsi.list(AUDIO_STREAMS, 16, "vob_a", (audio) => ({
      stpPtm1: audio.u32("stp_ptm1"),
      stpPtm2: audio.u32("stp_ptm2"),
      gapLen1: audio.u32("gap_len1"),
      gapLen2: audio.u32("gap_len2"),
    })),
  }
}

function readVobuAddress(dsi: ByteReader, field: string): VobuAddress {
  const value = dsi.u32(field)
  return { valid: value >>> 31 === 1, passesVideo: ((value >>> 30) & 1) === 1, sectors: value & 0x3fffffff }
}

function readAudioAddress(dsi: ByteReader): { sectors: number; backwards: boolean } | null {
  const value = dsi.u16("a_synca")
  return value === 0 || (value & 0x7fff) === 0x3fff ? null : { sectors: value & 0x7fff, backwards: (value & 0x8000) !== 0 }
}

function readSubpictureAddress(dsi: ByteReader): { sectors: number; backwards: boolean } | null {
  const value = dsi.u32("sp_synca")
  const nowhere = value === 0 || value === 0x7fffffff || (value & 0x7fffffff) === 0x3fffffff
  return nowhere ? null : { sectors: value & 0x7fffffff, backwards: value >>> 31 === 1 }
}

function readBcdTime(reader: ByteReader, field: string): BcdTime {
  const [hour, minute, second, frame] = [reader.u8(field), reader.u8(field), reader.u8(field), reader.u8(field)]
  const rate = frame >> 6
  return {
    hour: bcd(hour),
    minute: bcd(minute),
    second: bcd(second),
    frame: bcd(frame & 0x3f),
    frameRate: rate === 1 ? 25 : rate === 3 ? 30 : null,
  }
}

const bcd = (byte: number): number => (byte >> 4) * 10 + (byte & 15)
