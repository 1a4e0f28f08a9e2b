import { useEffect, useMemo, useRef, useState } from "preact/hooks"
import type { DiscSummary, LibraryListing } from "../../hosts/browser/catalogue-message.ts"
import { bookmarkedFolder, folderAddress } from "../bookmark.ts"
import { ContinueRow } from "./continue-row.tsx"
import { DiscCard, follow } from "./disc-card.tsx"
import { moveInGrid } from "./grid-keys.ts"
import { Icon } from "./icons.tsx"
import { LeftOut, StillReading } from "./library-notes.tsx"
import { nameInLibrary } from "./names.ts"

type Props = {
  readonly listing: LibraryListing
  /** `title` where one is to be begun, not the disc. */
  readonly onOpen: (disc: DiscSummary, title: number | null) => void
}

/** The shelf: what was begun, folders, and every disc in them; a word in the search field leaves those that have it. */
export function Home({ listing, onOpen }: Props) {
  const { discs, library } = listing
  const [folder, goTo] = useFolder()
  const [search, setSearch] = useState("")
  const root = useRef<HTMLElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const here = useMemo(() => discs.filter((disc) => isBelow(disc, folder)), [discs, folder])
  const found = useMemo(() => (words.length === 0 ? here : here.filter((disc) => hasWords(disc, words))), [here, search])
  const folders = useMemo(() => foldersIn(here, folder.length), [here, folder])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (document.querySelector("dialog[open]") !== null || event.ctrlKey || event.metaKey || event.altKey) return
      const isTyping = event.target instanceof HTMLInputElement
      if (event.key === "/" && !isTyping) field.current?.focus()
      else if (event.key === "Escape" && search !== "") setSearch("")
      else if (event.key === "ArrowDown" && !root.current?.contains(document.activeElement)) firstCard(root.current)?.focus()
      else if (isTyping || root.current === null || !moveInGrid(event, root.current)) return
      event.preventDefault()
    }
    document.addEventListener("keydown", onKey)
    return () => document.removeEventListener("keydown", onKey)
  }, [search])
  useScrollPlace(folder.join("/"))
  const isTop = folder.length === 0
  return (
    <main class="home">
      <div class="home-bar">
        <Path folder={folder} onGo={goTo} />
        <label class="search">
          <Icon name="search" size={18} />
          <input
            ref={field}
            type="search"
            placeholder={isTop ? "Search your discs" : "Search here"}
            aria-label="Search"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
          <span class="search-key" aria-hidden="true">
            /
          </span>
        </label>
      </div>
      <StillReading reading={library?.reading ?? 0} />
      <section ref={root} class="shelves" aria-label="Library">
        {isTop && words.length === 0 && <ContinueRow discs={discs} onOpen={onOpen} />}
        {words.length === 0 && folders.length > 0 && <Folders folders={folders} above={folder} onGo={goTo} />}
        {found.length > 0 && (
          <section class="shelf" aria-label="Discs">
            <h2>
              {words.length > 0 ? "Found" : isTop ? "All discs" : "Discs"} <em>{found.length.toLocaleString()}</em>
            </h2>
            <div class="grid">
              {found.map((disc) => (
                <DiscCard key={disc.id} disc={disc} below={disc.folder.slice(folder.length)} onOpen={() => onOpen(disc, null)} />
              ))}
            </div>
          </section>
        )}
        {found.length === 0 && <Nothing isSearch={words.length > 0} isReading={(library?.reading ?? 0) > 0} />}
      </section>
      <LeftOut problems={library?.problems ?? []} />
    </main>
  )
}

/** The folder that is shown stands in the address, so that "back" goes back. */
function useFolder(): readonly [readonly string[], (folder: readonly string[]) => void] {
  const [folder, setFolder] = useState(bookmarkedFolder)
  useEffect(() => {
    const onPop = () => setFolder(bookmarkedFolder())
    addEventListener("popstate", onPop)
    return () => removeEventListener("popstate", onPop)
  }, [])
  return [
    folder,
    (next) => {
      history.pushState(null, "", folderAddress(next))
      setFolder(next)
    },
  ]
}

/** How far down each folder was left. */
const scrolled = new Map<string, number>()

/** Who comes back from a disc finds the shelf as it was. */
function useScrollPlace(folder: string): void {
  useEffect(() => {
    scrollTo(0, scrolled.get(folder) ?? 0)
    const onScroll = () => scrolled.set(folder, scrollY)
    addEventListener("scroll", onScroll, { passive: true })
    return () => removeEventListener("scroll", onScroll)
  }, [folder])
}

const firstCard = (root: HTMLElement | null) => root?.querySelector<HTMLElement>("a[data-card]") ?? null

const isBelow = (disc: DiscSummary, folder: readonly string[]): boolean => folder.every((name, depth) => disc.folder[depth] === name)

/** Each word somewhere in what a person might remember: the name, the label, the file, the folders. */
function hasWords(disc: DiscSummary, words: readonly string[]): boolean {
  const text = [nameInLibrary(disc), ...Object.values(disc.names), disc.label, disc.name, ...disc.folder].join(" ").toLowerCase()
  return words.every((word) => text.includes(word))
}

type FolderCount = { readonly name: string; readonly count: number }

function foldersIn(discs: readonly DiscSummary[], depth: number): readonly FolderCount[] {
  const counts = new Map<string, number>()
  for (const { folder } of discs) {
    const name = folder[depth]
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => ({ name, count }))
}

type GoTo = (folder: readonly string[]) => void

function Folders({ folders, above, onGo }: { folders: readonly FolderCount[]; above: readonly string[]; onGo: GoTo }) {
  return (
    <section class="shelf" aria-label="Folders">
      <h2>Folders</h2>
      <div class="folders">
        {folders.map(({ name, count }) => (
          <a class="folder" data-card key={name} href={folderAddress([...above, name])} onClick={follow(() => onGo([...above, name]))}>
            <Icon name="folder" size={22} />
            <strong>{name}</strong>
            <small>{count === 1 ? "1 disc" : `${count.toLocaleString()} discs`}</small>
          </a>
        ))}
      </div>
    </section>
  )
}

function Path({ folder, onGo }: { folder: readonly string[]; onGo: GoTo }) {
  const steps = [
    { name: "Library", to: [] as readonly string[] },
    ...folder.map((name, depth) => ({ name, to: folder.slice(0, depth + 1) })),
  ]
  return (
    <nav class="path" aria-label="Folder">
      {steps.map(({ name, to }, index) =>
        index === steps.length - 1 ? (
          <span key={index} aria-current="page">
            {name}
          </span>
        ) : (
          <a key={index} href={folderAddress(to)} onClick={follow(() => onGo(to))}>
            {name}
          </a>
        ),
      )}
    </nav>
  )
}

function Nothing({ isSearch, isReading }: { isSearch: boolean; isReading: boolean }) {
  if (isReading && !isSearch) return null
  return (
    <div class="nothing">
      <Icon name={isSearch ? "search" : "disc"} size={40} />
      <h2>{isSearch ? "No disc has these words" : "No discs here yet"}</h2>
      <p>
        {isSearch
          ? "Names, labels, files and folders are searched."
          : "Copy a disc image (.iso) or a folder with VIDEO_TS or BDMV here: it appears by itself."}
      </p>
    </div>
  )
}
