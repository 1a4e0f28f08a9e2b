/** For our own mistakes only: no disc, however hostile, may reach a failing assert. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`opentray is wrong about itself: ${message}`)
}

/** Ends a `switch` over a union: a new member does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new Error(`opentray is wrong about itself: unexpected ${JSON.stringify(value)}`)
}
