import type { DiscDescription, LibraryListing } from "../hosts/browser/catalogue-message.ts"
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

/** Every disc of the server, in short. */
export const getLibrary = (): Promise<LibraryListing> => ask("api/library")

export const getDisc = async (id: string): Promise<DiscListing> => listingOf(await ask<DiscDescription>(`api/discs/${id}`))

/** Opens another disc by its path or address. */
export const openDisc = async (spec: string): Promise<DiscListing> =>
  listingOf(
    await ask<DiscDescription>("api/discs", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ spec }),
    }),
  )

const listingOf = (disc: DiscDescription): DiscListing => ({ id: disc.id, name: disc.name, info: disc })

export const coverUrl = (disc: string): string => `api/discs/${disc}/cover.jpg`

export const thumbnailUrl = (disc: string, title: number): string => `api/discs/${disc}/titles/${title}/thumbnail.jpg`
