/** Half a card: those of one row begin at the same height, but for rounding. */
const SAME_ROW = 8

/** Arrow keys among the links of a grid that wraps as wide as the window is. Gives whether the key was one of them. */
export function moveInGrid(event: KeyboardEvent, grid: HTMLElement): boolean {
  const links = [...grid.querySelectorAll<HTMLElement>("a[data-card]")]
  const at = links.indexOf(document.activeElement as HTMLElement)
  if (at < 0) return false
  const to = target(event.key, links, at)
  if (to === undefined) return false
  to.focus()
  to.scrollIntoView({ block: "nearest" })
  return true
}

function target(key: string, links: readonly HTMLElement[], at: number): HTMLElement | undefined {
  switch (key) {
    case "ArrowRight":
      return links[at + 1]
    case "ArrowLeft":
      return links[at - 1]
    case "Home":
      return links[0]
    case "End":
      return links.at(-1)
    case "ArrowDown":
      return inNextRow(links, at, 1)
    case "ArrowUp":
      return inNextRow(links, at, -1)
    default:
      return undefined
  }
}

/** The link of the row above or below that is nearest across. */
function inNextRow(links: readonly HTMLElement[], at: number, step: 1 | -1): HTMLElement | undefined {
  const from = links[at]?.getBoundingClientRect()
  if (from === undefined) return undefined
  let [best, bestDistance, row] = [undefined as HTMLElement | undefined, Number.POSITIVE_INFINITY, Number.NaN]
  for (let index = at + step; links[index] !== undefined; index += step) {
    const link = links[index] as HTMLElement
    const { top, left } = link.getBoundingClientRect()
    if ((top - from.top) * step < SAME_ROW) continue
    if (Number.isNaN(row)) row = top
    else if (Math.abs(top - row) > SAME_ROW) break
    const distance = Math.abs(left - from.left)
    if (distance < bestDistance) [best, bestDistance] = [link, distance]
  }
  return best
}
