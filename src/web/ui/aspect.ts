import type { TitleInfo } from "../../disc/disc-info.ts"
import type { DiscListing } from "../../hosts/browser/protocol.ts"
import type { PlayerState } from "../player/player.ts"

const WIDE = "16:9"

/** Display aspect of the picture, for its frame before the first picture and for pixels that are not square. */
export function aspectOf(state: PlayerState | null, title: TitleInfo | null): string {
  return cssAspect(state?.streams.find(({ kind }) => kind === "video")?.video?.aspect ?? titleAspect(title) ?? WIDE)
}

/**
 * Aspect of what the picture is shown in. A disc with menus changes between shapes: its stage is as wide as its widest title all the time, so that
 * the page stays in place.
 */
export function stageAspectOf(state: PlayerState | null, title: TitleInfo | null, disc: DiscListing | null): string {
  if (disc === null) return aspectOf(state, title)
  const aspects = disc.info.titles.flatMap((one) => titleAspect(one) ?? [])
  return cssAspect(aspects.toSorted((a, b) => ratioOf(b) - ratioOf(a))[0] ?? WIDE)
}

function titleAspect(title: TitleInfo | null): string | null {
  return title?.streams.find(({ kind }) => kind === "video")?.aspect ?? null
}

function ratioOf(aspect: string): number {
  const [width, height] = aspect.split(":").map(Number)
  return (width ?? 1) / (height ?? 1)
}

const cssAspect = (aspect: string): string => aspect.replace(":", " / ")
