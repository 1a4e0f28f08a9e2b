/** Names to extents: UDF, ISO 9660 and folders behind one interface. */
export type { CopyManagement, FileEntry, FileExtent, FileSystem, FileSystemKind } from "./file-system.ts"
export { openFileSystem } from "./open-file-system.ts"
export { walk } from "./walk.ts"
