import type { VmgTables } from "./ifo.ts"
import { TEXT_GENERAL_NAME, type TextItem } from "./txtdt-mgi.ts"

/** The disc's name from its text data, by the language code that the disc has. Few discs have one. */
export function discNames(vmg: VmgTables): Record<string, string> {
  const names: Record<string, string> = {}
  for (const { language, items } of vmg.txtdtMgi?.languageUnits ?? []) {
    const name = volumeName(items)
    if (language !== null && name !== null) names[language] = name
  }
  return names
}

function volumeName(items: readonly TextItem[]): string | null {
  const volume = items.findIndex((item) => item.type === "structure" && item.level === "volume")
  if (volume === -1) return null
  for (const item of items.slice(volume + 1)) {
    // What follows belongs to a title.
    if (item.type === "structure") return null
    if (item.code === TEXT_GENERAL_NAME && item.text !== "") return item.text
  }
  return null
}
