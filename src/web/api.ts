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

export const ask = async <T>(path: string, init?: RequestInit): Promise<T> => bodyOf(await answerOf(path, init))

function answerOf(path: string, init?: RequestInit): Promise<Response> {
  return fetch(new URL(path, document.baseURI), init).catch(() => {
    throw new ApiError({ code: "connection", message: "" })
  })
}

async function bodyOf<T>(response: Response): Promise<T> {
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw new ApiError((body as Problem | null) ?? { code: "internal", message: response.statusText })
  return body as T
}

/** Every disc of the server, in short. */
export const getLibrary = (): Promise<LibraryListing> => ask("api/library")

/** The same again and again: thousands of discs are not read anew where nothing has changed. */
export class LibraryReader {
  #tag: string | null = null

  /** Null where it is as it was at the last call. */
  async read(): Promise<LibraryListing | null> {
    const response = await answerOf("api/library")
    const tag = response.headers.get("etag")
    if (response.ok && tag !== null && tag === this.#tag) return null
    const listing = await bodyOf<LibraryListing>(response)
    this.#tag = tag
    return listing
  }
}

export const getDisc = async (id: string): Promise<DiscListing> => listingOf(await ask<DiscDescription>(`api/discs/${id}`))

/** Opens another disc by its path or address. */
export const openDisc = async (spec: string): Promise<DiscListing> => listingOf(await post<DiscDescription>("api/discs", { spec }))

export const post = <T>(path: string, body: unknown): Promise<T> =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })

const listingOf = (disc: DiscDescription): DiscListing => ({ id: disc.id, name: disc.name, info: disc })

export const coverUrl = (disc: string): string => `api/discs/${disc}/cover.jpg`

export const thumbnailUrl = (disc: string, title: number): string => `api/discs/${disc}/titles/${title}/thumbnail.jpg`
