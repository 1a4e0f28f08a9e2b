import type { MenuInfo } from "../disc-info.ts"
import type { DvdDisc } from "./dvd-disc.ts"
import { MENU_TYPES, type PgciUt } from "./pgci-ut.ts"

/** Every menu that a menu key can call: the entry chains of each domain and language, in the disc's order. */
export function dvdMenus(dvd: DvdDisc): MenuInfo[] {
  return [
    ...menusOf(dvd.vmg.vmgmPgciUt, null),
    ...dvd.titleSets.flatMap((titleSet) => (titleSet === null ? [] : menusOf(titleSet.vtsmPgciUt, titleSet.number))),
  ]
}

function menusOf(table: PgciUt | null, titleSet: number | null): MenuInfo[] {
  return (table?.languageUnits ?? []).flatMap(({ language, pgcit }) =>
    (pgcit?.entries ?? []).flatMap(({ isEntry, entryNumber }) => {
      const name = MENU_TYPES[entryNumber]
      return isEntry && name !== undefined ? [{ name, titleSet, language }] : []
    }),
  )
}
