import type { ReadOptions } from "../../base/index.ts"
import type { FileSystem } from "../../filesystem/file-system.ts"
import type { ProtectionMark } from "../disc-info.ts"
import type { BlurayLayout } from "./layout.ts"

const MARKS: readonly { readonly folder: string; readonly kind: ProtectionMark["kind"]; readonly detail: string }[] = [
  { folder: "AACS", kind: "aacs", detail: "AACS folder" },
  { folder: "BDSVM", kind: "bd-plus", detail: "BDSVM folder (BD+)" },
  { folder: "any!", kind: "any", detail: "any! folder" },
]

/** Folders that a protected disc has beside BDMV. Decrypted copies keep them: they say nothing about whether the disc plays. */
export async function readProtectionMarks(
  files: FileSystem,
  layout: BlurayLayout,
  options?: ReadOptions,
): Promise<readonly ProtectionMark[]> {
  const beside = layout.root.replace(/\/BDMV$/i, "")
  const found: ProtectionMark[] = []
  for (const { folder, kind, detail } of MARKS) {
    if ((await files.find(`${beside}/${folder}`, options))?.type === "directory") found.push({ kind, detail })
  }
  return found
}
