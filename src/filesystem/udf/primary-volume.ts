import type { ByteReader } from "../../base/index.ts"
import { decodeDstring } from "./osta-text.ts"

export type PrimaryVolumeDescriptor = { readonly volumeIdentifier: string; readonly volumeSetIdentifier: string }

/** Primary Volume Descriptor, ECMA 167 3/10.1, from behind the tag and the sequence number. */
export function parsePrimaryVolume(body: ByteReader): PrimaryVolumeDescriptor {
  body.skip(4, "primaryVolumeDescriptorNumber")
  const volumeIdentifier = decodeDstring(body.bytes(32, "volumeIdentifier"))
  body.skip(16, "volumeSequenceNumber to maximumCharacterSetList")
  const volumeSetIdentifier = decodeDstring(body.bytes(128, "volumeSetIdentifier"))
  return { volumeIdentifier, volumeSetIdentifier }
}
