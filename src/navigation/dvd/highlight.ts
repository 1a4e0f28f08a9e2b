import type { NavigationPack } from "../../mpeg/index.ts"

/** A button: edges are inclusive pixels of the sub-picture plane, neighbours are button numbers (0: none). */
export type DvdButton = {
  readonly rect: readonly [left: number, top: number, right: number, bottom: number]
  /** Neighbours. */
  readonly up: number
  readonly down: number
  readonly left: number
  readonly right: number
  /** Activated as soon as a key has selected it. */
  readonly autoAction: boolean
  /** Colours (upper 16 bits, a nibble each for pixel codes 3 to 0) and contrasts (lower 16 bits); null: it is not drawn. */
  readonly colours: { readonly selected: number; readonly activated: number } | null
  /** The navigation command, 8 bytes in hex. */
  readonly command: string
}

/** The buttons on the screen: plain values. Times are 90 kHz ticks of the stream. */
export type DvdHighlight = {
  readonly startPtm: number
  /** null: until further notice. */
  readonly endPtm: number | null
  /** When the buttons can no longer be selected; null: as long as they are there. */
  readonly selectEndPtm: number | null
  /** For which displays (bits: 1 wide, 2 letterbox, 4 pan-scan; 0 normal) there are which buttons; `buttons[0]` is button 1. */
  readonly groups: readonly { readonly displays: number; readonly buttons: readonly DvdButton[] }[]
  /** Buttons that number keys reach: the first so many. */
  readonly numeric: number
  /** Added to a number key's number. */
  readonly numberOffset: number
  /** 0: none; 63: the one of SPRM 8. */
  readonly forcedSelect: number
  readonly forcedActivate: number
}

const PLACES = 36
const ENDLESS = 0xffffffff
/** hli_ss. */
const NEW_BUTTONS = 1
const SAME_BUTTONS = 2

/** The buttons after a navigation pack, given those before it; null: none. Meaning of `hli_ss`: libdvdread nav_types.h. */
export function nextHighlight(pack: NavigationPack, before: DvdHighlight | null): DvdHighlight | null {
  const { hliSs } = pack.pci.hli.hlGi
  if (hliSs === 0) return null
  // A pack that goes on with buttons that were not seen (after a jump) has them itself.
  if (hliSs === NEW_BUTTONS || before === null) return readHighlight(pack)
  return hliSs === SAME_BUTTONS ? before : withCommands(before, readHighlight(pack))
}

function readHighlight({ pci }: NavigationPack): DvdHighlight {
  const { hlGi, btnColit, btnit } = pci.hli
  const groupCount = Math.max(1, hlGi.btngrNs)
  const size = PLACES / groupCount
  const groups = Array.from({ length: groupCount }, (_, group) => ({
    displays: hlGi.btngrDspTy[group] ?? 0,
    buttons: btnit.slice(group * size, group * size + Math.min(size, hlGi.btnNs)).map((button): DvdButton => {
      const colours = btnColit[button.btnColn - 1]
      return {
        rect: [button.xStart, button.yStart, button.xEnd, button.yEnd],
        up: button.up,
        down: button.down,
        left: button.left,
        right: button.right,
        autoAction: button.autoActionMode !== 0,
        colours: colours === undefined ? null : { selected: colours[0], activated: colours[1] },
        command: Array.from(button.cmd, (byte) => byte.toString(16).padStart(2, "0")).join(""),
      }
    }),
  }))
  return {
    startPtm: hlGi.hliSPtm,
    endPtm: hlGi.hliEPtm === ENDLESS ? null : hlGi.hliEPtm,
    selectEndPtm: hlGi.btnSeEPtm === ENDLESS ? null : hlGi.btnSeEPtm,
    groups,
    numeric: Math.min(hlGi.nslBtnNs, hlGi.btnNs),
    numberOffset: hlGi.btnOfn,
    forcedSelect: hlGi.foslBtnn,
    forcedActivate: hlGi.foacBtnn,
  }
}

/** The old buttons with the new commands. */
function withCommands(before: DvdHighlight, now: DvdHighlight): DvdHighlight {
  const groups = before.groups.map((group, index) => ({
    ...group,
    buttons: group.buttons.map((button, place) => ({ ...button, command: now.groups[index]?.buttons[place]?.command ?? button.command })),
  }))
  return { ...before, groups }
}

/** The buttons for a display: of the group that is made for it, else of the first. */
export function buttonsFor(highlight: DvdHighlight, display: "normal" | "wide" | "letterbox" | "pan-scan"): readonly DvdButton[] {
  const bit = { normal: 0, wide: 1, letterbox: 2, "pan-scan": 4 }[display]
  const fits = ({ displays }: { readonly displays: number }) => (bit === 0 ? displays === 0 : (displays & bit) !== 0)
  return (highlight.groups.find(fits) ?? highlight.groups[0])?.buttons ?? []
}

/** Number of the button at a point, the one whose middle is nearest where they overlap; null: none. */
export function buttonAt(buttons: readonly DvdButton[], x: number, y: number): number | null {
  let best: number | null = null
  let least = Number.POSITIVE_INFINITY
  for (const [index, { rect }] of buttons.entries()) {
    const [left, top, right, bottom] = rect
    if (x < left || x > right || y < top || y > bottom) continue
    const distance = (((left + right) >> 1) - x) ** 2 + (((top + bottom) >> 1) - y) ** 2
    if (distance >= least) continue
    least = distance
    best = index + 1
  }
  return best
}

export const commandBytes = (button: DvdButton): Uint8Array =>
  Uint8Array.from(button.command.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
