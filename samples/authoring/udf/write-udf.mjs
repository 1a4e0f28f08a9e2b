import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs"
import {
  allocationExtent,
  extentsPerContinuation,
  extentsPerEntry,
  FILE_TYPE,
  fileEntry,
  fileIdentifier,
  fileSet,
  identifierSize,
} from "./file-structures.mjs"
import { buildTree, METADATA_UNIT_BLOCKS, place } from "./layout.mjs"
import { anchor, integritySequence, recognitionSequence, volumeDescriptorSequence } from "./volume-structures.mjs"

/** Fixed sectors: the first behind the recognition sequence, the partition behind the anchor on a Blu-ray's cluster of 32. */
const SECTORS = { main: 32, reserve: 48, integrity: 64, anchor: 256, partition: 288 }
/** With sectors of less than 2048 bytes the recognition sequence takes more of them. */
const SMALL_SECTORS = { main: 96, reserve: 112, integrity: 128, anchor: 256, partition: 288 }
const COPY_BYTES = 1024 * 1024

/**
 * Writes a read-only UDF volume. The same input gives the same bytes: all times are one fixed moment.
 * @param {object} options
 * @param {string} options.output the image's path; written anew
 * @param {string} options.label
 * @param {number} [options.revision] 0x0102, 0x0150, 0x0201, 0x0250 (default) or 0x0260
 * @param {boolean} [options.metadataPartition] with its mirror; default from revision 2.50 on
 * @param {import("./layout.mjs").FileToWrite[]} options.files in directory order, and on the disc unless `order` says otherwise
 * @param {string[]} [options.directories] empty ones, as `/BDMV/AUXDATA`
 * @param {number} [options.blockSize] 512, 1024, 2048 (default) or 4096 bytes
 * @param {"short" | "long" | "extended"} [options.form] of allocation descriptors; default long where there is a metadata partition, else short
 * @param {number} [options.embedBytes] contents up to this size lie inside their file entry; default 0
 * @returns {{ sizeBytes: number, partitionStart: number, metadata: { file: number, contentStart: number, blocks: number, mirrorStart: number,
 *   mirror: number } | null, firstBlocks: Map<string, number>, entries: Map<string, { entry: number, directory: number | null }> }}
 *   `firstBlocks`: of files, from the partition's start; `entries`: the blocks of file entries and of directories, from the file set's
 */
export function writeUdf({
  output,
  label,
  revision = 0x0250,
  metadataPartition = revision >= 0x0250,
  files,
  directories = [],
  blockSize = 2048,
  form = metadataPartition ? "long" : "short",
  embedBytes = 0,
}) {
  if (metadataPartition && form === "short") throw new Error("short descriptors cannot lead from the metadata partition to the files")
  const sectors = blockSize < 2048 ? SMALL_SECTORS : SECTORS
  const root = buildTree(files, directories)
  const layout = place(root, { revision, blockSize, form, embedBytes, hasMetadata: metadataPartition })
  const lastSector = sectors.partition + layout.partitionBlocks
  const isFile = (one) => one.file !== null
  /** @type {import("./volume-structures.mjs").VolumeFacts} */
  const facts = {
    label,
    revision,
    blockSize,
    partitionStart: sectors.partition,
    partitionBlocks: layout.partitionBlocks,
    fileSet: { partition: metadataPartition ? 1 : 0, lengthBytes: 2 * blockSize },
    metadata: layout.metadata && { ...layout.metadata, unitBlocks: METADATA_UNIT_BLOCKS },
    counts: {
      files: layout.nodes.filter(isFile).length,
      directories: layout.nodes.filter((one) => !isFile(one)).length,
      nextUniqueId: 16 + layout.nodes.length,
    },
    sectors: { ...sectors, anchors: [sectors.anchor, lastSector] },
  }

  const image = openSync(output, "w+")
  try {
    writeVolume(image, facts)
    const structures = buildStructures(root, layout, { label, revision, blockSize, form, partition: facts.fileSet.partition })
    const at = (block) => (sectors.partition + block) * blockSize
    if (layout.metadata === null) writeAt(image, structures, at(0))
    else writeMetadata(image, structures, layout, facts, at)
    for (const one of layout.nodes) writeFile(image, one, at)
    ftruncateSync(image, (lastSector + 1) * blockSize)
  } finally {
    closeSync(image)
  }
  const firstBlocks = new Map(layout.nodes.flatMap((one) => (one.runs[0]?.block == null ? [] : [[one.path, one.runs[0].block]])))
  const entries = new Map(
    layout.nodes.map((one) => [one.path, { entry: one.block, directory: isFile(one) || one.embedded ? null : one.dataBlock }]),
  )
  return { sizeBytes: (lastSector + 1) * blockSize, partitionStart: sectors.partition, metadata: layout.metadata, firstBlocks, entries }
}

function writeAt(image, bytes, position) {
  for (let done = 0; done < bytes.length; ) done += writeSync(image, bytes, done, bytes.length - done, position + done)
}

function writeVolume(image, facts) {
  const { blockSize, sectors } = facts
  for (const [offset, bytes] of recognitionSequence(facts)) writeAt(image, bytes, offset)
  for (const start of [sectors.main, sectors.reserve]) writeAt(image, volumeDescriptorSequence(facts, start), start * blockSize)
  writeAt(image, integritySequence(facts), sectors.integrity * blockSize)
  for (const sector of sectors.anchors) writeAt(image, anchor(facts, sector), sector * blockSize)
}

/** The file set, all file entries, directories and allocation extents: the content of the metadata file where there is one. */
function buildStructures(root, layout, volume) {
  const { blockSize, partition } = volume
  const whole = Buffer.alloc(layout.structures * blockSize)
  whole.set(fileSet({ ...volume, root: { block: root.block, partition } }), 0)
  for (const one of layout.nodes) {
    const content = one.file === null ? directoryContent(one, volume) : one.embedded ? Buffer.from(one.file.source) : null
    whole.set(entryOf(one, content, volume), one.block * blockSize)
    if (one.file === null && !one.embedded) whole.set(content, one.dataBlock * blockSize)
    for (const [index, extent] of chainOf(one, volume).entries()) whole.set(extent, one.chain[index] * blockSize)
  }
  return whole
}

function entryOf(one, content, { revision, blockSize, form, partition }) {
  const isDirectory = one.file === null
  const ownForm = isDirectory && form !== "extended" ? "short" : form
  const inEntry = extentsPerEntry(revision, blockSize, form) - (one.chain.length > 0 ? 1 : 0)
  const extents = isDirectory
    ? [{ kind: "recorded", lengthBytes: one.size, block: one.dataBlock, partition }]
    : withNext(one.extents.slice(0, inEntry), one.chain[0], blockSize, partition)
  return fileEntry({
    revision,
    blockSize,
    location: one.block,
    fileType: isDirectory ? FILE_TYPE.directory : FILE_TYPE.file,
    size: one.size,
    links: isDirectory ? 1 + one.children.filter((child) => child.file === null).length : 1,
    uniqueId: one.uniqueId,
    form: ownForm,
    extents,
    embedded: one.embedded ? content : undefined,
    recordedBlocks: isDirectory
      ? Math.ceil(one.size / blockSize)
      : one.runs.reduce((sum, run) => sum + (run.block === null ? 0 : Math.ceil(run.lengthBytes / blockSize)), 0),
  })
}

/** The allocation extents of a file whose own entry has no room for all. */
function chainOf(one, { revision, blockSize, form, partition }) {
  const blocks = []
  let done = extentsPerEntry(revision, blockSize, form) - 1
  for (const [index, location] of one.chain.entries()) {
    const isLast = index === one.chain.length - 1
    const count = extentsPerContinuation(blockSize, form) - (isLast ? 0 : 1)
    const extents = withNext(one.extents.slice(done, done + count), one.chain[index + 1], blockSize, partition)
    blocks.push(allocationExtent({ revision, blockSize, location, form, extents }))
    done += count
  }
  return blocks
}

function withNext(extents, next, blockSize, partition) {
  return next === undefined ? extents : [...extents, { kind: "continuation", lengthBytes: blockSize, block: next, partition }]
}

function directoryContent(directory, { revision, blockSize, partition }) {
  const members = [
    { name: "", target: directory.parent ?? directory },
    ...directory.children.map((child) => ({ name: child.name, target: child })),
  ]
  const whole = Buffer.alloc(directory.size)
  let at = 0
  for (const { name, target } of members) {
    const location = directory.embedded ? directory.block : directory.dataBlock + Math.floor(at / blockSize)
    const icb = { block: target.block, partition }
    whole.set(
      fileIdentifier({ revision, blockSize, location, name, isDirectory: target.file === null, icb, uniqueId: target.uniqueId }),
      at,
    )
    at += identifierSize(name)
  }
  return whole
}

/** Both metadata files, each with a copy of its own (UDF 2.2.13). */
function writeMetadata(image, structures, { metadata }, { revision, blockSize }, at) {
  const copies = [
    { entry: metadata.file, content: metadata.contentStart, fileType: FILE_TYPE.metadata },
    { entry: metadata.mirror, content: metadata.mirrorStart, fileType: FILE_TYPE.metadataMirror },
  ]
  const size = metadata.blocks * blockSize
  for (const { entry, content, fileType } of copies) {
    const extents = [{ kind: "recorded", lengthBytes: size, block: content, partition: 0 }]
    const facts = { revision, blockSize, location: entry, fileType, size, links: 0, uniqueId: 0, form: "short", extents }
    writeAt(image, fileEntry({ ...facts, recordedBlocks: metadata.blocks }), at(entry))
    writeAt(image, structures, at(content))
  }
}

function writeFile(image, one, at) {
  const source = one.file?.source
  const input = typeof source === "string" && one.runs.length > 0 ? openSync(source, "r") : null
  for (const { block, lengthBytes, bytes, sourceOffset } of one.runs) {
    if (block === null) continue
    if (bytes !== null) writeAt(image, bytes, at(block))
    if (input !== null) copy(input, sourceOffset, image, at(block), lengthBytes, one.path)
  }
  if (input !== null) closeSync(input)
}

function copy(input, from, image, to, length, path) {
  const buffer = Buffer.alloc(Math.min(COPY_BYTES, length))
  for (let done = 0; done < length; ) {
    const count = readSync(input, buffer, 0, Math.min(buffer.length, length - done), from + done)
    if (count === 0) throw new Error(`${path}: the file became shorter while it was copied`)
    writeAt(image, buffer.subarray(0, count), to + done)
    done += count
  }
}
