import { DiscError, type Source, type Warnings } from "../base/index.ts"
import { type Folder, isFolder } from "../source/index.ts"
import type { FileSystem } from "./file-system.ts"
import { FolderFileSystem } from "./folder-file-system.ts"
import { foreignImage, volumeBehind } from "./foreign-image.ts"
import { ImageReader, isLocalFault } from "./image-reader.ts"
import { openIsoVolume } from "./iso9660/iso-volume.ts"
import { recognize } from "./recognition.ts"
import { openUdfVolume } from "./udf/udf-volume.ts"
import type { Volume, VolumeNode } from "./volume.ts"
import { VolumeFileSystem } from "./volume-file-system.ts"

/**
 * Opens what a disc, an image or a folder holds. On a bridge disc UDF comes first, as video players read it: its names are whole and its
 * files may be larger than 4 GiB; ISO 9660 is used where UDF is damaged, with a warning. The input is closed with the
 * file system, and stays the caller's where this throws. Structures are read as they are needed, each in one piece: wrap a slow source in a `CachedSource`.
 * @throws DiscError `not-a-disc` when there is neither, `damaged` or `unsupported` when there is one that cannot be read
 */
export async function openFileSystem(input: Source | Folder, warnings: Warnings): Promise<FileSystem> {
  if (isFolder(input)) return new FolderFileSystem(input)
  const image = new ImageReader(input)
  const found = await recognize(image)
  if (found.isRawCd) {
    throw new DiscError("unsupported", "holds raw 2352-byte CD sectors; opentray reads images of 2048-byte sectors only", {
      path: input.name,
    })
  }
  const openers: (() => Promise<FileSystem>)[] = []
  // Without a recognition sequence the anchor may still be there: it is looked for when nothing else is on the disc.
  if (found.hasUdf || !found.hasIso) openers.push(async () => openVolume(await openUdfVolume(input, warnings), warnings))
  if (found.hasIso) openers.push(async () => openVolume(await openIsoVolume(input, warnings), warnings))
  const failures: DiscError[] = []
  for (const open of openers) {
    try {
      const files = await open()
      const [failure] = failures
      if (failure !== undefined) {
        warnings.add("udf-unreadable", `the UDF volume cannot be read (${failure.message}); ISO 9660 was used`, { path: input.name })
      }
      return files
    } catch (error) {
      if (!(error instanceof DiscError) || !isLocalFault(error)) throw error
      failures.push(error)
    }
  }
  throw await refusal(image, found.hasUdf || found.hasIso ? (failures[0] ?? null) : null)
}

/** `failure`: why the volume that is there cannot be read. */
async function refusal(image: ImageReader, failure: DiscError | null): Promise<DiscError> {
  const place = { path: image.source.name }
  if (failure === null) return new DiscError("not-a-disc", await foreignImage(image), place)
  const behind = await volumeBehind(image)
  return behind === null ? failure : new DiscError("not-a-disc", behind, place)
}

/** Images made without the padding at a volume's end are common, and whole. */
const PADDING_BYTES = 1024 * 1024

/** The root is read at once: a volume whose root is lost is no volume, and its readers ask for the root first. */
async function openVolume<Node extends VolumeNode>(volume: Volume<Node>, warnings: Warnings): Promise<FileSystem> {
  const files = new VolumeFileSystem(volume)
  await files.prepare()
  const { endByte, image } = volume
  if (image.size + PADDING_BYTES < endByte) {
    const ends = `the image ends at byte ${image.size}, but its volume goes on to byte ${endByte}`
    warnings.add("image-cut-off", `${ends}: what lies there is missing; if a download or copy was not finished, finish it`, {
      path: image.name,
    })
  }
  return files
}
