import type { ByteReader } from "../../base/index.ts"
import { MAX_TITLE_SETS } from "./vmgi-mat.ts"

/** Parental management: for each country and level, a mask for the menus and for each title set. */
export type PtlMait = { readonly nrOfTitleSets: number; readonly countries: readonly ParentalCountry[] }

export type ParentalCountry = {
  /** ISO 3166, upper case; null where the field states none. */
  readonly country: string | null
  /** `levels[0]` is level 1 (the mildest); in it `[0]` is the video manager and `[n]` title set n. */
  readonly levels: readonly (readonly number[])[]
}

const COUNTRY_SIZE = 8
const LEVELS = 8
/** libdvdread's bounds: both counts are below 100 on real discs. */
const MAX_COUNTRIES = 99

/** Parental management information table; layout: libdvdread `ptl_mait_t`. The disc has level 8 first. */
export function parsePtlMait(table: ByteReader): PtlMait {
  const nrOfCountries = table.u16("nrOfCountries")
  const nrOfTitleSets = table.u16("nrOfVtss")
  if (nrOfCountries < 1 || nrOfCountries > MAX_COUNTRIES) throw table.error("damaged", "nrOfCountries", `${nrOfCountries} countries`)
  if (nrOfTitleSets < 1 || nrOfTitleSets > MAX_TITLE_SETS) throw table.error("damaged", "nrOfVtss", `${nrOfTitleSets} title sets`)
  table.skip(4, "lastByte")
  const countries = table.list(nrOfCountries, COUNTRY_SIZE, "countries", (item) => {
    const country = item.ascii(2, "countryCode")
    item.skip(2, "reserved")
    const masks = table.from(item.u16("pfPtlMaiStartByte"), "pfPtlMaiStartByte")
    const levels = masks.list(LEVELS, 2 * (nrOfTitleSets + 1), "levels", (level) =>
      level.list(nrOfTitleSets + 1, 2, "masks", (mask) => mask.u16("mask")),
    )
    return { country: /^[A-Za-z]{2}$/.test(country) ? country.toUpperCase() : null, levels: levels.reverse() }
  })
  return { nrOfTitleSets, countries }
}
