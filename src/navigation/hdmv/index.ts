/** The HDMV virtual machine: the program of a Blu-ray disc without Java. */
export type { HdmvCommand, HdmvOperation, Operand } from "./command.ts"
export { COMMAND_SIZE, decodeCommand, decodeCommands } from "./decode-command.ts"
export type { ExecutedCommand, HdmvEnvironment } from "./environment.ts"
export { type HdmvAction, type HdmvResult, runHdmvMachine, timerLeft } from "./machine.ts"
export type { HdmvDisc, PlayPosition } from "./position.ts"
export { printCommand } from "./print-command.ts"
export { printPrograms } from "./print-programs.ts"
export {
  DEFAULT_PREFERENCES,
  type HdmvPreferences,
  isSetting,
  NO_CHAPTER,
  PSR,
  PSR_NAMES,
  TITLE_FIRST_PLAYBACK,
  TITLE_TOP_MENU,
} from "./registers.ts"
export type { HdmvEvent } from "./run.ts"
export { currentTitle, type HdmvState, initialState, readGpr, readState } from "./state.ts"
export { type ChosenStreams, chosenStreams, selectedButton, withMenuSelection, withPosition, withStreams } from "./status.ts"
export { type HdmvProhibition, hdmvProhibitedBy, type OperationContext } from "./user-operations.ts"
