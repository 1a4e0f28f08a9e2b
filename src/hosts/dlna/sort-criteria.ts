import { sortKey, type TreeObject } from "./library-tree.ts"
import { isAbsentProperty, propertyOf, SORT_PROPERTIES } from "./properties.ts"
import { UPNP_ERRORS, UpnpError } from "./upnp-error.ts"

/** Longer ones sort by the same again. */
const MAX_LENGTH = 500

/**
 * Sorts by `+dc:title,-res@duration` (ContentDirectory:1, 2.5.8.1); empty: the tree's own order, as is a property that no object has: some receivers sort
 * everything by the number of the track.
 * @throws UpnpError 709
 */
export function parseSortCriteria(text: string): (objects: readonly TreeObject[]) => readonly TreeObject[] {
  if (text.trim() === "") return (objects) => objects
  if (text.length > MAX_LENGTH) throw new UpnpError(UPNP_ERRORS.badSortCriteria, "the sort criteria are too long")
  const keys = text.split(",").flatMap((part) => {
    // Some devices leave the sign out, and mean upwards.
    const [, sign = "", name = ""] = /^\s*([+-]?)([\w:@]+)\s*$/.exec(part) ?? []
    const property = SORT_PROPERTIES.find((candidate) => candidate === name)
    if (property === undefined && isAbsentProperty(name)) return []
    if (property === undefined) throw new UpnpError(UPNP_ERRORS.badSortCriteria, `"${part.slice(0, 40)}" is nothing to sort by`)
    return [{ property, direction: sign === "-" ? -1 : 1 }]
  })
  return (objects) => {
    const keyed = objects.map((object) => ({ object, values: keys.map(({ property }) => comparable(propertyOf(object, property))) }))
    const compare = (one: readonly Comparable[], other: readonly Comparable[]): number => {
      for (const [index, { direction }] of keys.entries()) {
        const order = compareValues(one[index] ?? null, other[index] ?? null)
        if (order !== 0) return order * direction
      }
      return 0
    }
    return keyed.sort((one, other) => compare(one.values, other.values)).map(({ object }) => object)
  }
}

type Comparable = string | number | null
const comparable = (value: Comparable): Comparable => (typeof value === "string" ? sortKey(value) : value)

/** What has no value comes last upwards. */
function compareValues(one: Comparable, other: Comparable): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null)
  return one === other ? 0 : one < other ? -1 : 1
}
