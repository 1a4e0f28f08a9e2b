import type { ByteReader } from "../../base/index.ts"

/** Names of the bits of UO_mask_table(), from the most significant; null is reserved. Order: libbluray `uo_mask.c`. */
const USER_OPERATIONS = [
  "menuCall",
  "titleSearch",
  "chapterSearch",
  "timeSearch",
  "skipToNextPoint",
  "skipBackToPreviousPoint",
  "playFirstPlay",
  "stop",
  "pauseOn",
  "pauseOff",
  "stillOff",
  "forwardPlay",
  "backwardPlay",
  "resume",
  "moveUpSelectedButton",
  "moveDownSelectedButton",
  "moveLeftSelectedButton",
  "moveRightSelectedButton",
  "selectButton",
  "activateButton",
  "selectAndActivateButton",
  "primaryAudioStreamNumberChange",
  null,
  "angleNumberChange",
  "popUpOn",
  "popUpOff",
  "pgTextStEnableDisable",
  "pgTextStStreamNumberChange",
  "secondaryVideoEnableDisable",
  "secondaryVideoStreamNumberChange",
  "secondaryAudioEnableDisable",
  "secondaryAudioStreamNumberChange",
  null,
  "pipPgTextStStreamNumberChange",
] as const

export type UserOperation = Exclude<(typeof USER_OPERATIONS)[number], null>

/** The user operations that are prohibited. */
export type UserOperationMask = ReadonlySet<UserOperation>

/** Bytes of UO_mask_table(). */
export const USER_OPERATION_MASK_SIZE = 8

/** A disc has many items and nearly all masks are the same few: each is kept once. */
const known = new Map<string, UserOperationMask>()
/** A hostile disc may carry a new mask in each item; beyond this they are made anew. */
const MAX_KNOWN_MASKS = 256

/** UO_mask_table(): 64 bits, a set bit prohibits. */
export function readUserOperationMask(reader: ByteReader): UserOperationMask {
  const bytes = reader.bytes(USER_OPERATION_MASK_SIZE, "UO_mask_table")
  const key = bytes.join()
  const same = known.get(key)
  if (same !== undefined) return same
  const mask = new Set<UserOperation>()
  USER_OPERATIONS.forEach((operation, bit) => {
    if (operation !== null && ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) mask.add(operation)
  })
  if (known.size < MAX_KNOWN_MASKS) known.set(key, mask)
  return mask
}
