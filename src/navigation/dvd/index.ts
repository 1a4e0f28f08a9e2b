/** The door of the DVD virtual machine: decode, print, execute, walk. */
export type {
  Comparison,
  Condition,
  DvdCommand,
  LinkName,
  Operand,
  RegisterReference,
  SetAction,
  SystemTarget,
  Transfer,
} from "./command.ts"
export { COMMAND_SIZE, decodeCommand } from "./decode-command.ts"
export type { DvdEnvironment } from "./environment.ts"
export { buttonAt, buttonsFor, type DvdButton, type DvdHighlight } from "./highlight.ts"
export { type MachineAction, type MachineResult, runMachine, timerLeft } from "./machine.ts"
export {
  type BlockAddress,
  type Direction,
  DvdNavigator,
  type DvdPlace,
  type KeyResult,
  type NavigatorEvent,
  type NavigatorOptions,
  type NavigatorState,
} from "./navigator.ts"
export { printCommand } from "./print-command.ts"
export { printPrograms } from "./print-programs.ts"
export type { MachineEvent } from "./run.ts"
export {
  buttonNumber,
  DEFAULT_PREFERENCES,
  type DvdDomain,
  type DvdPhase,
  type DvdPreferences,
  type DvdState,
  initialState,
  readGprm,
  readSprm,
  SPRM,
} from "./state.ts"
export { activeStreams, angles, type DisplayMode, type DvdStreams, streamAttributes } from "./streams.ts"
export { type Prohibition, prohibitedBy, prohibitedOps, type UserOperation } from "./user-operations.ts"
