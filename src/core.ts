/** The door without any Node API: runs in a browser tab or a worker. */
export * from "./base/index.ts"
export type * from "./disc/disc-info.ts"
export * from "./plugin/index.ts"
export { type OpenOptions, openDisc } from "./plugin/open-disc.ts"
export { BlobSource, CachedSource, type Folder, MemorySource, openHttp } from "./source/index.ts"
