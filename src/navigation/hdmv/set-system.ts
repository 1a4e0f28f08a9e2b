import type { HdmvCommand, Operand } from "./command.ts"
import { isStereoscopicPlayer, PG_SHOWN, PIP_PG_SHOWN, PSR, SECONDARY_AUDIO_HEARD, SECONDARY_VIDEO_SHOWN } from "./registers.ts"
import type { Run } from "./run.ts"

type Read = (operand: Operand) => number
type Command<Op extends HdmvCommand["op"]> = Extract<HdmvCommand, { op: Op }>

/** Field values come from the lowest 12 bits of a register. */
const FIELD_MASK = 0xfff

/** PSR 0 to 3. The subtitle's display flag is set even where its number is not (libbluray `_set_stream`). */
export function setStream(run: Run, command: Command<"set-stream">, read: Read): void {
  const { psr } = run
  if (command.audio !== null) psr[PSR.audioStream] = read(command.audio) & FIELD_MASK
  if (command.ig !== null) psr[PSR.igStream] = read(command.ig) & 0xff
  if (command.angle !== null) psr[PSR.angle] = read(command.angle) & 0xff
  if (command.pg !== null) replace(psr, PSR.pgStream, FIELD_MASK, read(command.pg))
  replace(psr, PSR.pgStream, PG_SHOWN, command.pgShown ? PG_SHOWN : 0)
  run.tell({ type: "streams" })
}

/** PSR 14 and 2. */
export function setSecondaryStream(run: Run, command: Command<"set-secondary-stream">, read: Read): void {
  const { psr } = run
  const size = read(command.videoSize)
  if (command.video !== null) replace(psr, PSR.secondaryStreams, 0xff00, (read(command.video) & 0xff) << 8)
  if ((size & 0x80) !== 0) replace(psr, PSR.secondaryStreams, 0x0f00_0000, (size & 0xf) << 24)
  if (command.audio !== null) replace(psr, PSR.secondaryStreams, 0xff, read(command.audio))
  replace(psr, PSR.secondaryStreams, SECONDARY_VIDEO_SHOWN, command.videoShown ? SECONDARY_VIDEO_SHOWN : 0)
  replace(psr, PSR.secondaryStreams, SECONDARY_AUDIO_HEARD, command.audioHeard ? SECONDARY_AUDIO_HEARD : 0)
  if (command.pipPg !== null) replace(psr, PSR.pgStream, 0x0fff_0000, (read(command.pipPg) & FIELD_MASK) << 16)
  replace(psr, PSR.pgStream, PG_SHOWN, command.pgShown ? PG_SHOWN : 0)
  replace(psr, PSR.pgStream, PIP_PG_SHOWN, command.pipPgShown ? PIP_PG_SHOWN : 0)
  run.tell({ type: "streams" })
}

/** In a menu it changes the page and ends the button's program; in a movie object it sets what the next menu begins with. */
export function setButtonPage(run: Run, command: Command<"set-button-page">, read: Read): void {
  const button = command.button === null ? null : read(command.button) & 0xffff
  const page = command.page === null ? null : read(command.page) & 0xff
  if (run.isButton) {
    run.tell({ type: "set-button-page", button, page, skipOutEffects: command.skipOutEffects })
    run.program = null
    return
  }
  if (button !== null) run.psr[PSR.selectedButton] = button
  if (page !== null) run.psr[PSR.page] = page
}

/** The longest time that the timer takes, in seconds; libbluray ignores a longer one. */
const MAX_TIMER_SECONDS = 300

export function setNavigationTimer(run: Run, movieObjectId: number, seconds: number): void {
  if (seconds === 0) {
    run.timer = null
    run.psr[PSR.navigationTimer] = 0
    return
  }
  if (run.disc.movieObjects?.objects[movieObjectId] === undefined || seconds > MAX_TIMER_SECONDS) {
    return run.warn("hdmv-not-allowed", `wants movie object ${movieObjectId} to run in ${seconds} seconds, which cannot be`)
  }
  run.timer = { endTicks: run.environment.now() + seconds * 90_000, movieObjectId }
  run.psr[PSR.navigationTimer] = seconds
}

/** Only a 3D player has an output mode to set. */
export function setOutputMode(run: Run, mode: number): void {
  if (!isStereoscopicPlayer(run.psr)) return
  replace(run.psr, PSR.stereoscopicStatus, 1, mode)
  run.tell({ type: "streams" })
}

function replace(psr: Uint32Array, register: number, mask: number, value: number): void {
  psr[register] = ((psr[register] ?? 0) & ~mask) | (value & mask)
}
