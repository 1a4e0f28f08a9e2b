/** What a `Range` header asks for of content of a known size; offsets in bytes, `end` behind the last one. */
export type WantedRange =
  /** No range, one in another unit or not well-formed (to be ignored), or several at once: RFC 9110 14.2 lets a server answer those whole. */
  { readonly kind: "whole" } | { readonly kind: "part"; readonly start: number; readonly end: number } | { readonly kind: "unsatisfiable" }

/** RFC 9110 14.1.2, one range of digits. Offsets beyond 2^53 lose digits, which are past the end of any content all the same. */
const ONE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i
/** Longer than any single range that makes sense: what is behind is not looked at. */
const MAX_HEADER_LENGTH = 100

/** Parses a `Range` header (RFC 9110 14.2); undefined where there is none. */
export function parseRange(header: string | undefined, size: number): WantedRange {
  if (header === undefined || header.length > MAX_HEADER_LENGTH) return { kind: "whole" }
  const [, first = "", last = ""] = ONE_RANGE.exec(header) ?? []
  if (first === "" && last === "") return { kind: "whole" }
  if (first === "") {
    const length = Math.min(Number(last), size)
    return length === 0 ? { kind: "unsatisfiable" } : { kind: "part", start: size - length, end: size }
  }
  const start = Number(first)
  if (last !== "" && Number(last) < start) return { kind: "whole" }
  if (start >= size) return { kind: "unsatisfiable" }
  return { kind: "part", start, end: last === "" ? size : Math.min(Number(last) + 1, size) }
}
