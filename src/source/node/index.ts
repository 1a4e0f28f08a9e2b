/** The readers that need Node: files, drives, folders. */
export { openDevice } from "./device.ts"
export { openFile } from "./file-source.ts"
export { openFolder } from "./folder.ts"
export { type OpenOptions, openNode } from "./open-node.ts"
