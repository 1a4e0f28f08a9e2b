import type { ByteReader } from "../../base/index.ts"
import type { Faults } from "./fault.ts"
import { readLanguageCode } from "./language-code.ts"
import { type Pgcit, parsePgcit } from "./pgcit.ts"

/** Menu program chains by language: VMGM_PGCI_UT and VTSM_PGCI_UT. */
export type PgciUt = { readonly languageUnits: readonly LanguageUnit[] }

export type LanguageUnit = {
  /** ISO 639-1; null where the field states none. */
  readonly language: string | null
  /** The menus that the unit says it has. */
  readonly menus: readonly MenuType[]
  /** null: damaged. */
  readonly pgcit: Pgcit | null
}

export type MenuType = "title" | "root" | "subpicture" | "audio" | "angle" | "chapter"

/** Entry number of a menu PGC to what it is (libdvdread, comment at `pgci_lu_t`). */
export const MENU_TYPES: Readonly<Record<number, MenuType>> = {
  2: "title",
  3: "root",
  4: "subpicture",
  5: "audio",
  6: "angle",
  7: "chapter",
}

const LANGUAGE_UNIT_SIZE = 8
/** There are fewer language codes; libdvdread warns from 100. */
const MAX_LANGUAGES = 200

/** Layout: libdvdread `pgci_ut_t`. `domain` tells what the first bit of the menus means. A damaged unit is noted and has no chains. */
export function parsePgciUt(table: ByteReader, domain: "vmgm" | "vtsm", faults: Faults): PgciUt {
  const count = table.u16("nrOfLanguageUnits")
  if (count === 0 || count > MAX_LANGUAGES) throw table.error("damaged", "nrOfLanguageUnits", `${count} language units`)
  table.skip(2, "reserved")
  const lastByte = table.u32("lastByte")
  if (lastByte + 1 < 8 + count * LANGUAGE_UNIT_SIZE) throw table.error("damaged", "lastByte", `${lastByte}, too small for ${count} units`)
  const byStart = new Map<number, Pgcit | null>()
  const languageUnits = table.list(count, LANGUAGE_UNIT_SIZE, "languageUnits", (item) => {
    const language = readLanguageCode(item, "languageCode")
    item.skip(1, "languageExtension")
    const menus = menusOf(item.u8("menuExistence"), domain)
    const startByte = item.u32("languageStartByte")
    let pgcit = byStart.get(startByte)
    if (pgcit === undefined) {
      pgcit = faults.attempt(() => parsePgcit(table.from(startByte, "languageStartByte"), faults))
      byStart.set(startByte, pgcit)
    }
    return { language, menus, pgcit }
  })
  return { languageUnits }
}

function menusOf(existence: number, domain: "vmgm" | "vtsm"): MenuType[] {
  const first: MenuType = domain === "vmgm" ? "title" : "root"
  const types: MenuType[] = [first, "subpicture", "audio", "angle", "chapter"]
  return types.filter((_, index) => (existence & (0x80 >> index)) !== 0)
}
