/** Titles as files: segments to one program or transport stream of known size, readable at any offset. */
export { withOneSound } from "./one-sound.ts"
export { createProgramFile, type ProgramTitle } from "./program-file.ts"
export { FILE_TIME_BASE } from "./run.ts"
export type { TitleStream, TitleStreamKind } from "./title-stream.ts"
export { createTransportFile, type TransportTitle } from "./transport-file.ts"
