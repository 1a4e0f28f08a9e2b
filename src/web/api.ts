import type { DiscListing } from "../hosts/browser/protocol.ts"
import type { Problem } from "./player/player.ts"

export class ApiError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(new URL(path, document.baseURI), init).catch(() => {
    throw new ApiError({ code: "connection", message: "" })
  })
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw new ApiError((body as Problem | null) ?? { code: "internal", message: response.statusText })
  return body as T
}

export const listDiscs = (): Promise<readonly DiscListing[]> => ask("api/discs")

/** Opens another disc by its path or address. */
export const openDisc = (spec: string): Promise<DiscListing> =>
  ask("api/discs", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ spec }) })

export const thumbnailUrl = (disc: string, title: number): string => `api/discs/${disc}/titles/${title}/thumbnail.jpg`
