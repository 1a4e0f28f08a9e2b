import { type DvdDisc, type LanguageUnit, type Pgc, type Pgcit, type PgciUt, type TitleSet, titleSetOf } from "../../disc/dvd/index.ts"
import { type DvdDomain, type DvdState, NO_PARENTAL_LEVEL, SPRM } from "./state.ts"

/** Where chains are looked up. */
export type ChainSpace = Pick<DvdState, "domain" | "titleSet" | "sprm">

/** The chain the machine is in; null: it is damaged or not there. */
export function currentPgc(dvd: DvdDisc, state: Pick<DvdState, "domain" | "titleSet" | "sprm" | "pgcn">): Pgc | null {
  if (state.domain === "first-play") return dvd.vmg.firstPlayPgc
  return chainTable(dvd, state)?.entries[state.pgcn - 1]?.pgc ?? null
}

/** The chains of a domain: of the title set, of its menus or of the disc's menus in the player's language. */
export function chainTable(dvd: DvdDisc, { domain, titleSet, sprm }: ChainSpace): Pgcit | null {
  if (domain === "title") return titleSetOf(dvd, titleSet)?.pgcit ?? null
  const units = domain === "vtsm" ? titleSetOf(dvd, titleSet)?.vtsmPgciUt : dvd.vmg.vmgmPgciUt
  return languageUnit(units ?? null, sprm[SPRM.menuLanguage] ?? 0)?.pgcit ?? null
}

/** The unit of the player's menu language, else the disc's first. */
function languageUnit(units: PgciUt | null, language: number): LanguageUnit | null {
  const code = String.fromCharCode(language >> 8, language & 0xff)
  return units?.languageUnits.find((unit) => unit.language === code) ?? units?.languageUnits[0] ?? null
}

/** Number of the chain that a menu key calls; null: there is none. */
export function menuPgcn(dvd: DvdDisc, space: ChainSpace, menu: number): number | null {
  const index = chainTable(dvd, space)?.entries.findIndex(({ isEntry, entryNumber }) => isEntry && entryNumber === menu) ?? -1
  return index === -1 ? null : index + 1
}

/**
 * The chain to play where the disc says `pgcn`: in a parental block the first one that is meant for the player's level, else that one.
 * null: there is no such chain, or it is damaged.
 */
export function chainForLevel(dvd: DvdDisc, space: ChainSpace, pgcn: number): number | null {
  const entries = chainTable(dvd, space)?.entries
  const asked = entries?.[pgcn - 1]
  if (entries === undefined || asked === undefined) return null
  const allowed = parentalMask(dvd, space)
  if (asked.blockType === "parental" && asked.blockMode === "first" && allowed !== null) {
    for (let index = pgcn - 1; index < entries.length; index++) {
      const entry = entries[index]
      if (entry === undefined || entry.blockType !== "parental" || (index > pgcn - 1 && entry.blockMode === "first")) break
      if ((entry.parentalMask & allowed) !== 0 && entry.pgc !== null) return index + 1
      if (entry.blockMode === "last") break
    }
  }
  return asked.pgc === null ? null : pgcn
}

/** Which parental identifiers the player's country and level allow here; null: all. */
function parentalMask(dvd: DvdDisc, { domain, titleSet, sprm }: ChainSpace): number | null {
  const level = sprm[SPRM.parentalLevel] ?? NO_PARENTAL_LEVEL
  const code = sprm[SPRM.country] ?? 0
  const country = String.fromCharCode(code >> 8, code & 0xff)
  const countries = dvd.vmg.ptlMait?.countries
  const levels = (countries?.find((entry) => entry.country === country) ?? countries?.[0])?.levels
  return levels?.[level - 1]?.[domain === "vmgm" || domain === "first-play" ? 0 : titleSet] ?? null
}

/** Number on the disc of a title set's title; 0: none. */
export function titleNumber(dvd: DvdDisc, titleSet: number, titleOfSet: number): number {
  const titles = dvd.vmg.ttSrpt?.titles ?? []
  return titles.findIndex(({ titleSetNr, vtsTtn }) => titleSetNr === titleSet && vtsTtn === titleOfSet) + 1
}

/** The title and part that a program belongs to; numbers of the title set. */
export type TitlePart = { readonly titleOfSet: number; readonly part: number }

/** Which part a program is in: of `titleOfSet` if it has the program, else of the first title that has. */
export function partOfProgram(titleSet: TitleSet | null, titleOfSet: number, pgcn: number, program: number): TitlePart | null {
  const titles = titleSet?.pttSrpt?.titles ?? []
  const candidates = [titleOfSet, ...titles.map((_, index) => index + 1)]
  for (const candidate of candidates) {
    const parts = titles[candidate - 1] ?? []
    // The last part that begins at this program or before it.
    let best = -1
    for (const [index, part] of parts.entries()) {
      if (part.pgcn === pgcn && part.pgn <= program && part.pgn > (parts[best]?.pgn ?? 0)) best = index
    }
    if (best !== -1) return { titleOfSet: candidate, part: best + 1 }
  }
  return null
}

/** A domain's name in the paths of its IFO. */
export function ifoPath(dvd: DvdDisc, domain: DvdDomain, titleSet: number): string {
  if (domain === "first-play" || domain === "vmgm") return `${dvd.root}/VIDEO_TS.IFO`
  return `${dvd.root}/VTS_${String(titleSet).padStart(2, "0")}_0.IFO`
}
