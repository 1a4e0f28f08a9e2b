import type { DiscSummary } from "../../hosts/browser/catalogue-message.ts"
import type { DiscListing } from "../../hosts/browser/protocol.ts"

const KINDS: Readonly<Record<string, string>> = {
  "dvd-video": "DVD",
  "blu-ray": "Blu-ray",
  "uhd-blu-ray": "Ultra HD Blu-ray",
  "blu-ray-3d": "Blu-ray 3D",
  avchd: "AVCHD",
}

export const kindName = (kind: string): string => KINDS[kind] ?? kind

export const kindOf = ({ info }: DiscListing): string => kindName(info.kind)

const EXTENSION = /\.(iso|img|udf)$/i

/** What people call a disc of their library: its name in their language, else what they called the file or folder. */
export function nameInLibrary({ names, name }: Pick<DiscSummary, "names" | "name">): string {
  return ownName(names) ?? (name.replace(EXTENSION, "").replaceAll(/[._]+/g, " ").trim() || name)
}

/** What people call the disc: its name in their language, else its label made readable, else the file's name. */
export function nameOf({ info, name }: DiscListing): string {
  return ownName(info.names) ?? (info.label.replaceAll("_", " ").trim() || name)
}

function ownName(names: DiscSummary["names"]): string | undefined {
  const language = navigator.language.slice(0, 2)
  return (Object.entries(names).find(([code]) => code.startsWith(language)) ?? Object.entries(names)[0])?.[1]
}
