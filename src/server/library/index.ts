export { Library, type LibraryOptions } from "./library.ts"
