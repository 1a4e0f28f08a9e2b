import { SECTOR_SIZE } from "../../base/index.ts"

/*
 * The few fields of a navigation pack that are read for each VOBU, at their fixed places. The pack is: pack header (14 bytes), system header (24),
 * private stream 2 packet with the PCI at 38 (its data from 45), private stream 2 packet with the DSI at 1024 (its data from 1031). Layout: libdvdread nav_types.h.
 */

export const PCI_OFFSET = 0x2d
export const DSI_OFFSET = 0x407
export const PCI_SIZE = 979
export const DSI_SIZE = 1017

const PCI_PACKET = 38
const DSI_PACKET = 1024

/** True when the 2048 bytes at `at` are a navigation pack: both packets lie where they must and have their substream ids. */
export function isNavigationPack(pack: Uint8Array, at = 0): boolean {
  return (
    at + SECTOR_SIZE <= pack.length &&
    pack[at + 3] === 0xba &&
    pack[at + 2] === 1 &&
    isPrivateStream2(pack, at + PCI_PACKET, 0) &&
    isPrivateStream2(pack, at + DSI_PACKET, 1)
  )
}

function isPrivateStream2(pack: Uint8Array, at: number, substream: number): boolean {
  return pack[at] === 0 && pack[at + 1] === 0 && pack[at + 2] === 1 && pack[at + 3] === 0xbf && pack[at + 6] === substream
}

const u32 = (pack: Uint8Array, at: number): number =>
  (((pack[at] as number) << 24) | ((pack[at + 1] as number) << 16) | ((pack[at + 2] as number) << 8) | (pack[at + 3] as number)) >>> 0

/** pci_gi.vobu_s_ptm: when the VOBU's first picture is shown, in ticks. */
export const vobuStartPtm = (pack: Uint8Array): number => u32(pack, PCI_OFFSET + 12)
/** pci_gi.vobu_e_ptm: when its last picture ends, in ticks. */
export const vobuEndPtm = (pack: Uint8Array): number => u32(pack, PCI_OFFSET + 16)
/** pci_gi.vobu_se_e_ptm: when the picture of a sequence_end_code ends, in ticks; 0: there is none. */
export const vobuSequenceEndPtm = (pack: Uint8Array): number => u32(pack, PCI_OFFSET + 20)
/** hli.hl_gi.hli_ss: 0 no buttons, 1 new ones, 2 those of the VOBU before, 3 those but for their commands. */
export const highlightStatus = (pack: Uint8Array): number => (pack[PCI_OFFSET + 97] as number) & 3
/** dsi_gi.nv_pck_lbn: the pack's own sector in the VOBS. */
export const navigationPackLbn = (pack: Uint8Array): number => u32(pack, DSI_OFFSET + 4)
/** dsi_gi.vobu_ea: sectors from the navigation pack to the VOBU's last. */
export const vobuEndAddress = (pack: Uint8Array): number => u32(pack, DSI_OFFSET + 8)
/** dsi_gi.vobu_vob_idn. */
export const vobuVobId = (pack: Uint8Array): number => ((pack[DSI_OFFSET + 24] as number) << 8) | (pack[DSI_OFFSET + 25] as number)
/** dsi_gi.vobu_c_idn. */
export const vobuCellId = (pack: Uint8Array): number => pack[DSI_OFFSET + 27] as number
