import { useEffect, useState } from "preact/hooks"
import type { LibraryListing } from "../../hosts/browser/catalogue-message.ts"
import { ApiError, LibraryReader } from "../api.ts"
import type { Problem } from "../player/player.ts"

/** Discs are still being read; nothing is known to happen. In ms. */
const ASK_WHILE_READING = 2_000
const ASK_EVERY = 10_000

/** What the server has. It is asked again while `isShown`, as long as the page can be seen. */
export function useLibrary(isShown: boolean): { readonly library: LibraryListing | null; readonly problem: Problem | null } {
  const [library, setLibrary] = useState<LibraryListing | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [reader] = useState(() => new LibraryReader())
  const isReading = (library?.library?.reading ?? 0) > 0
  const isKnown = library !== null
  useEffect(() => {
    if (isKnown && !isShown) return
    let isOver = false
    let timer = 0
    const ask = async () => {
      clearTimeout(timer)
      try {
        const next = await reader.read()
        if (isOver) return
        if (next !== null) setLibrary(next)
        setProblem(null)
      } catch (error) {
        if (!isOver) setProblem(error instanceof ApiError ? error.problem : { code: "internal", message: String(error) })
      }
      if (!isOver) timer = window.setTimeout(() => void askIfSeen(), isReading ? ASK_WHILE_READING : ASK_EVERY)
    }
    const askIfSeen = async () => {
      if (document.visibilityState === "visible") await ask()
    }
    document.addEventListener("visibilitychange", askIfSeen)
    void ask()
    return () => {
      isOver = true
      clearTimeout(timer)
      document.removeEventListener("visibilitychange", askIfSeen)
    }
  }, [isShown, isReading, isKnown, reader])
  return { library, problem }
}
