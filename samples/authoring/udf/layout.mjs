// Where everything of a UDF volume goes, before a byte is written.
import { statSync } from "node:fs"
import { entryHead, extentsPerContinuation, extentsPerEntry, identifierSize } from "./file-structures.mjs"

/** Metadata files begin and grow in these, 64 KiB on a Blu-ray (UDF 2.2.10, Blu-ray's ECC blocks). */
export const METADATA_UNIT_BLOCKS = 32
/** The most an extent's 30 bits hold in whole blocks of any size here. */
const MAX_EXTENT_BYTES = 2 ** 30 - 4096
/** Unique IDs below 16 are the system's (UDF 3.2.1.1). */
const FIRST_UNIQUE_ID = 16

/**
 * @typedef {Uint8Array | string | { size: number } | (Uint8Array | { hole: number })[]} FileSource bytes; the path of a file; `size` bytes that
 *   are left unwritten in the image, which is sparse there; pieces in order, where holes (in whole blocks) take no room on the disc at all
 * @typedef {{ path: string, source: FileSource, extentBytes?: number, gapBlocks?: number, order?: number }} FileToWrite `extentBytes`: the
 *   longest extent; `gapBlocks`: unused blocks between two; `order`: files with lower numbers (default 0) lie first
 * @typedef {{ name: string, path: string, children: Node[], parent: Node | null, file: FileToWrite | null, size: number, block: number,
 *   uniqueId: number, dataBlock: number, embedded: boolean, runs: Run[], extents: import("./file-structures.mjs").Extent[], chain: number[] }} Node
 * @typedef {{ block: number | null, lengthBytes: number, bytes: Uint8Array | null, sourceOffset: number }} Run a stretch of a file on the disc
 */

/** @param {FileSource} source */
export function sizeOf(source) {
  if (typeof source === "string") return statSync(source).size
  if (source instanceof Uint8Array) return source.length
  if (Array.isArray(source)) return source.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : piece.hole), 0)
  return source.size
}

/**
 * Builds the tree in the order of the files: a directory stands where its first file does.
 * @param {FileToWrite[]} files @param {string[]} directories further ones, for empty directories
 */
export function buildTree(files, directories) {
  const root = node("", "/", null, null)
  const enter = (parts) =>
    parts.reduce((parent, name) => parent.children.find((child) => child.name === name) ?? add(parent, name, null), root)
  for (const path of directories) enter(partsOf(path))
  for (const file of files) {
    const parts = partsOf(file.path)
    const name = parts.pop()
    if (name === undefined) throw new Error(`"${file.path}" names no file`)
    add(enter(parts), name, file)
  }
  return root
}

const partsOf = (path) => path.split("/").filter((part) => part !== "")

function add(parent, name, file) {
  const child = node(name, `${parent.path === "/" ? "" : parent.path}/${name}`, parent, file)
  parent.children.push(child)
  return child
}

/** @returns {Node} */
function node(name, path, parent, file) {
  const size = file === null ? 0 : sizeOf(file.source)
  return {
    name,
    path,
    children: [],
    parent,
    file,
    size,
    block: 0,
    uniqueId: 0,
    dataBlock: 0,
    embedded: false,
    runs: [],
    extents: [],
    chain: [],
  }
}

/** All nodes, level by level: the entries of one directory's members lie side by side. @param {Node} root */
export function inOrder(root) {
  const nodes = [root]
  for (const next of nodes) nodes.push(...next.children)
  return nodes
}

/** The bytes of a directory: its parent's identifier and those of its members. @param {Node} directory */
export const directorySize = (directory) =>
  identifierSize("") + directory.children.reduce((sum, child) => sum + identifierSize(child.name), 0)

/**
 * Gives every node its blocks.
 * @param {Node} root
 * @param {{ revision: number, blockSize: number, form: import("./file-structures.mjs").Form, embedBytes: number, hasMetadata: boolean }} options
 */
export function place(root, { revision, blockSize, form, embedBytes, hasMetadata }) {
  const nodes = inOrder(root)
  const blocks = (bytes) => Math.ceil(bytes / blockSize)
  const room = Math.min(embedBytes, blockSize - entryHead(revision))
  // The file set and its terminator come first, then the entries, then the directories.
  let structures = 2
  for (const [index, one] of nodes.entries()) {
    one.block = structures++
    one.uniqueId = index === 0 ? 0 : FIRST_UNIQUE_ID + index
    if (one.file === null) one.size = directorySize(one)
    one.embedded = one.size <= room && !Array.isArray(one.file?.source) && typeof one.file?.source !== "string"
  }
  for (const one of nodes) {
    if (one.file !== null || one.embedded) continue
    one.dataBlock = structures
    structures += blocks(one.size)
  }
  const files = nodes.filter((one) => one.file !== null && !one.embedded)
  for (const one of files) one.runs = runsOf(one, blockSize)
  for (const one of files) {
    const spill = one.runs.length - extentsPerEntry(revision, blockSize, form)
    // One place in each list is the pointer to the next.
    if (spill > 0) for (let left = spill + 1; left > 0; left -= extentsPerContinuation(blockSize, form) - 1) one.chain.push(structures++)
  }

  const unit = (block) => (hasMetadata ? Math.ceil(block / METADATA_UNIT_BLOCKS) * METADATA_UNIT_BLOCKS : block)
  const metadataBlocks = unit(structures)
  // Each metadata file's entry has a unit of its own before the content. The mirror lies before the files, not at the disc's far end as
  // on pressed discs: 7-Zip takes anything but zeros between the last file and the last anchor for damage.
  const metadata = hasMetadata
    ? {
        file: 0,
        contentStart: METADATA_UNIT_BLOCKS,
        blocks: metadataBlocks,
        mirror: METADATA_UNIT_BLOCKS + metadataBlocks,
        mirrorStart: 2 * METADATA_UNIT_BLOCKS + metadataBlocks,
      }
    : null
  let next = metadata === null ? structures : metadata.mirrorStart + metadata.blocks
  for (const one of files.sort((a, b) => (a.file?.order ?? 0) - (b.file?.order ?? 0))) next = placeFile(one, next, blockSize)
  return { nodes, structures, partitionBlocks: unit(next), metadata }
}

/** A file's stretches, none longer than an extent may be. @param {Node} one */
function runsOf(one, blockSize) {
  const file = /** @type {FileToWrite} */ (one.file)
  const longest = Math.min(file.extentBytes ?? MAX_EXTENT_BYTES, MAX_EXTENT_BYTES)
  const pieces = Array.isArray(file.source) ? file.source : [file.source]
  /** @type {Run[]} */
  const runs = []
  let sourceOffset = 0
  for (const [index, piece] of pieces.entries()) {
    const isHole = typeof piece === "object" && "hole" in piece
    const size = isHole ? piece.hole : sizeOf(piece)
    if (index < pieces.length - 1 && size % blockSize !== 0) throw new Error(`${one.path}: only the last piece may end inside a block`)
    for (let at = 0; at < size; at += longest) {
      const lengthBytes = Math.min(longest, size - at)
      const bytes = piece instanceof Uint8Array ? piece.subarray(at, at + lengthBytes) : null
      runs.push({ block: isHole ? null : 0, lengthBytes, bytes, sourceOffset })
      sourceOffset += lengthBytes
    }
  }
  return runs
}

/** @returns {number} the block behind the file */
function placeFile(one, start, blockSize) {
  let next = start
  for (const [index, run] of one.runs.entries()) {
    if (run.block === null) continue
    if (index > 0) next += one.file?.gapBlocks ?? 0
    run.block = next
    next += Math.ceil(run.lengthBytes / blockSize)
  }
  one.extents = one.runs.map(({ block, lengthBytes }) => ({
    kind: block === null ? "hole" : "recorded",
    lengthBytes,
    block: block ?? 0,
    partition: 0,
  }))
  return next
}
