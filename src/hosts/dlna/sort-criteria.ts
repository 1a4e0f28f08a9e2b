import { compareTitles, type TreeObject } from "./library-tree.ts"
import { propertyOf, SORT_PROPERTIES } from "./properties.ts"
import { UPNP_ERRORS, UpnpError } from "./upnp-error.ts"

/** Longer ones sort by the same again. */
const MAX_LENGTH = 500

/** Sorts by `+dc:title,-res@duration` (ContentDirectory:1, 2.5.8.1); empty: the tree's own order. @throws UpnpError 709 */
export function parseSortCriteria(text: string): (objects: readonly TreeObject[]) => readonly TreeObject[] {
  if (text.trim() === "") return (objects) => objects
  if (text.length > MAX_LENGTH) throw new UpnpError(UPNP_ERRORS.badSortCriteria, "the sort criteria are too long")
  const keys = text.split(",").map((part) => {
    // Some devices leave the sign out, and mean upwards.
    const [, sign = "", name = ""] = /^\s*([+-]?)([\w:@]+)\s*$/.exec(part) ?? []
    const property = SORT_PROPERTIES.find((candidate) => candidate === name)
    if (property === undefined) throw new UpnpError(UPNP_ERRORS.badSortCriteria, `"${part.slice(0, 40)}" is nothing to sort by`)
    return { property, direction: sign === "-" ? -1 : 1 }
  })
  return (objects) =>
    objects.toSorted((one, other) => {
      for (const { property, direction } of keys) {
        const order = compareValues(propertyOf(one, property), propertyOf(other, property))
        if (order !== 0) return order * direction
      }
      return 0
    })
}

/** What has no value comes last upwards. */
function compareValues(one: string | number | null, other: string | number | null): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null)
  if (typeof one === "number" && typeof other === "number") return one - other
  return compareTitles(String(one), String(other))
}
