export { cacheFolder } from "./info-cache.ts"
export { Library, type LibraryOptions } from "./library.ts"
