import { ByteReader, concatBytes, DiscError, type ReadOptions, type Warnings } from "../../base/index.ts"
import type { ByteExtent } from "../extents.ts"
import type { ImageReader } from "../image-reader.ts"
import { joinPath, safeName } from "../path.ts"
import type { VolumeNode } from "../volume.ts"
import { readSystemUse } from "./continuations.ts"
import { groupRecords, parseDirectory, type RecordGroup } from "./directory.ts"
import { type DirectoryRecord, parseDirectoryRecord } from "./directory-record.ts"
import { jolietName, plainName } from "./names.ts"
import { parseRockRidge, type RockRidge } from "./rock-ridge.ts"
import { sectionExtents } from "./sections.ts"
import type { TreeDescriptor } from "./volume-descriptor.ts"

/** Which of the names a disc gives its files is used. */
export type Naming = { readonly kind: "plain" } | { readonly kind: "joliet" } | { readonly kind: "rock-ridge"; readonly skipBytes: number }

export interface IsoNode extends VolumeNode {
  readonly size: number
  readonly extents: readonly ByteExtent[]
  /** Byte offset of the directory that a Rock Ridge child link stands for: its size is in its own first record. */
  readonly movedTo: number | null
  readonly problem: DiscError | null
}

/** About 150,000 records of common length. */
const MAX_DIRECTORY_BYTES = 8 * 1024 * 1024
/** A directory record is 255 bytes at most. */
const MAX_RECORD_BYTES = 255

/** One tree of directories of an ISO 9660 volume, under one kind of names. */
export class IsoTree {
  readonly image: ImageReader
  readonly root: IsoNode
  readonly #blockSize: number
  readonly #naming: Naming
  readonly #warnings: Warnings

  constructor(image: ImageReader, descriptor: TreeDescriptor, naming: Naming, warnings: Warnings) {
    this.image = image
    this.#blockSize = descriptor.logicalBlockSize
    this.#naming = naming
    this.#warnings = warnings
    this.root = this.#node("", "directory", [descriptor.root], null)
  }

  /** @throws DiscError `damaged` when there is no directory where the node says, `limit` for one too large */
  async readDirectory(directory: IsoNode, path: string, options?: ReadOptions): Promise<IsoNode[]> {
    const extents = directory.movedTo === null ? directory.extents : await this.#movedExtents(directory.movedTo, options)
    const bytes = await this.#read(extents, path, options)
    const { records, faults } = parseDirectory(bytes, this.image.source.name, extents[0]?.offsetBytes ?? 0)
    for (const fault of faults) this.#warnings.add("iso-directory", `a part of the directory is damaged: ${fault.message}`, { path })
    if (records.some((record) => !record.copiesAgree)) {
      this.#warnings.add("iso-both-endian", "the two copies of a number differ; the little-endian one was used", { path })
    }
    const groups = groupRecords(records)
    return this.#naming.kind === "rock-ridge"
      ? this.#rockRidgeNodes(groups, this.#naming.skipBytes, path, options)
      : groups.flatMap((group) => this.#toNode(group, null, path))
  }

  async #rockRidgeNodes(groups: readonly RecordGroup[], skipBytes: number, path: string, options?: ReadOptions): Promise<IsoNode[]> {
    const areas = groups.map(({ first }) => first.systemUse.subarray(skipBytes))
    const systemUse = await readSystemUse(this.image, areas, this.#blockSize, options)
    return groups.flatMap((group, index) => {
      const { fields, fault } = systemUse[index] ?? { fields: [], fault: null }
      if (fault !== null) this.#warnings.add("iso-rock-ridge", `a name may be cut off: ${fault}`, { path })
      return this.#toNode(group, parseRockRidge(fields), path)
    })
  }

  /** None for a directory that was moved here: it is listed where it came from. */
  #toNode({ first, sections, isComplete }: RecordGroup, rockRidge: RockRidge | null, path: string): IsoNode[] {
    if (rockRidge?.isRelocated === true) return []
    const isDirectory = first.flags.directory
    const plain =
      this.#naming.kind === "joliet" ? jolietName(first.fileIdentifier, isDirectory) : plainName(first.fileIdentifier, isDirectory)
    const name = safeName(rockRidge?.name ?? plain)
    if (name === null) {
      this.#warnings.add("iso-name", "an entry without a name was left out", { path, field: "fileIdentifier" })
      return []
    }
    if (!isComplete) this.#warnings.add("iso-multi-extent", "the last section of the file is missing", { path: joinPath(path, name) })
    const movedTo = rockRidge?.childLink ?? null
    return [this.#node(name, isDirectory || movedTo !== null ? "directory" : "file", sections, rockRidge)]
  }

  #node(name: string, type: "file" | "directory", sections: readonly DirectoryRecord[], rockRidge: RockRidge | null): IsoNode {
    const extents = sectionExtents(sections, this.#blockSize)
    const link = rockRidge?.childLink ?? null
    const movedTo = link === null ? null : link * this.#blockSize
    const [first] = sections
    const location = movedTo ?? ((first?.extentLocation ?? 0) + (first?.extendedAttributeRecordLength ?? 0)) * this.#blockSize
    const refused = "refused" in extents ? extents.refused : rockRidge?.isCompressed === true ? "is compressed (zisofs)" : null
    return {
      name,
      type,
      key: `${location}`,
      size: rockRidge?.isSymbolicLink === true ? 0 : sections.reduce((sum, section) => sum + section.dataLength, 0),
      extents: "refused" in extents ? [] : extents,
      movedTo,
      problem: refused === null ? null : new DiscError("unsupported", refused, { path: this.image.source.name, offset: location }),
    }
  }

  /** The directory behind a child link is as long as its own record says. */
  async #movedExtents(offset: number, options?: ReadOptions): Promise<readonly ByteExtent[]> {
    const bytes = await this.image.upTo(offset, MAX_RECORD_BYTES, "childDirectory", options)
    const self = parseDirectoryRecord(new ByteReader(bytes, this.image.source.name, offset))
    return [{ offsetBytes: offset, lengthBytes: self?.dataLength ?? 0 }]
  }

  async #read(extents: readonly ByteExtent[], path: string, options?: ReadOptions): Promise<Uint8Array> {
    const length = extents.reduce((sum, extent) => sum + extent.lengthBytes, 0)
    if (length > MAX_DIRECTORY_BYTES) {
      throw new DiscError("limit", `the directory is ${length} bytes long; at most ${MAX_DIRECTORY_BYTES} are read`, { path })
    }
    const pieces: Uint8Array[] = []
    for (const { offsetBytes, lengthBytes } of extents)
      pieces.push(await this.image.upTo(offsetBytes ?? 0, lengthBytes, "directory", options))
    return this.#warnShort(concatBytes(pieces), length, path)
  }

  #warnShort(bytes: Uint8Array, length: number, path: string): Uint8Array {
    if (bytes.length < length)
      this.#warnings.add("iso-directory", `the image ends inside the directory (${bytes.length} of ${length} bytes)`, { path })
    return bytes
  }
}
