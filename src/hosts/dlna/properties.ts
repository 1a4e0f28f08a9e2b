import type { TreeObject } from "./library-tree.ts"

/** Properties that can be sorted and searched by. */
export const SORT_PROPERTIES = ["dc:title", "upnp:class", "dc:language", "res@duration"] as const
export const SEARCH_PROPERTIES = ["dc:title", "upnp:class", "dc:language", "res@duration", "@id", "@parentID", "@refID"] as const
export type SearchProperty = (typeof SEARCH_PROPERTIES)[number]

/** A property of DIDL-Lite that no object here has: `upnp:genre`, `dc:date`. Devices ask for them whatever GetSortCapabilities said. */
export const isAbsentProperty = (name: string): boolean => !isSearchProperty(name) && /^(?:dc|upnp):[A-Za-z]\w{0,60}$/.test(name)

export const isSearchProperty = (name: string): name is SearchProperty => (SEARCH_PROPERTIES as readonly string[]).includes(name)

/** An object's value; null where it has none. */
export function propertyOf(object: TreeObject, property: SearchProperty): string | number | null {
  switch (property) {
    case "@id":
      return object.id
    case "@parentID":
      return object.parentId
    case "dc:title":
      return object.title
    case "upnp:class":
      return object.upnpClass
    case "@refID":
      return object.kind === "item" ? object.refId : null
    case "dc:language":
      return object.kind === "item" ? object.language : null
    case "res@duration":
      return object.kind === "item" ? object.durationSeconds : null
    default:
      return property satisfies never
  }
}
