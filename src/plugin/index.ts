/** The plugin interface: everything a player needs of opentray. */
export type { Disc, EntryPoint, OpenTitleOptions, StepOptions, TextCue, TitleReader, TitleSource, TitleSteps } from "./disc.ts"
export type * from "./items.ts"
export { USER_OPERATIONS } from "./items.ts"
export type { ScriptLine, ScriptOptions, ScriptRun } from "./script.ts"
export type * from "./session.ts"
