import type { DiscListing } from "../../hosts/browser/protocol.ts"

const KINDS: Readonly<Record<string, string>> = {
  "dvd-video": "DVD",
  "blu-ray": "Blu-ray",
  "uhd-blu-ray": "Ultra HD Blu-ray",
  "blu-ray-3d": "Blu-ray 3D",
  avchd: "AVCHD",
}

export const kindOf = ({ info }: DiscListing): string => KINDS[info.kind] ?? info.kind

/** What people call the disc: its name in their language, else its label made readable, else the file's name. */
export function nameOf({ info, name }: DiscListing): string {
  const language = navigator.language.slice(0, 2)
  const named = Object.entries(info.names).find(([code]) => code.startsWith(language)) ?? Object.entries(info.names)[0]
  return named?.[1] ?? (info.label.replaceAll("_", " ").trim() || name)
}
