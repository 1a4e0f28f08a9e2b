/** The door for Node: everything of `opentray/core`, and an `openDisc` that takes paths, drives and addresses too. */
export * from "./base/index.ts"
export type * from "./disc/disc-info.ts"
export * from "./plugin/index.ts"
export { type LoadedPlugin, loadPlugin } from "./plugin/node/load-plugin.ts"
export { type DiscInput, type OpenDiscOptions, openDisc } from "./plugin/node.ts"
export type { Folder, SourceStats } from "./source/index.ts"
