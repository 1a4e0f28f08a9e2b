import type { BlurayDisc, IndexObject, MovieObject } from "../../disc/bluray/index.ts"
import { decodeCommands } from "./decode-command.ts"
import { printCommand } from "./print-command.ts"

/** The disc's whole program for people, line by line: what first playback, top menu and titles run, then every movie object's commands. */
export function* printPrograms(bluray: Pick<BlurayDisc, "index" | "movieObjects">): Iterable<string> {
  const { index, movieObjects } = bluray
  if (index === null) yield "index.bdmv: cannot be read"
  else {
    yield `First playback: ${printObject(index.firstPlayback)}`
    yield `Top menu: ${printObject(index.topMenu)}`
    for (const [number, title] of index.titles.entries()) {
      const flags = `${title.searchProhibited ? ", search prohibited" : ""}${title.hidden ? ", hidden" : ""}`
      yield `Title ${number + 1}: ${printObject(title)}${flags}`
    }
  }
  if (movieObjects === null) yield "MovieObject.bdmv: cannot be read"
  for (const [id, object] of (movieObjects?.objects ?? []).entries()) {
    yield `Movie object ${id}${printFlags(object)}:`
    for (const [line, command] of decodeCommands(object.commands).entries()) {
      yield `  ${String(line).padStart(4)}: ${command.bytes.replace(/.{8}/g, "$& ")} ${printCommand(command)}`
    }
  }
}

function printObject(object: IndexObject): string {
  switch (object.objectType) {
    case "none":
      return "nothing"
    case "hdmv":
      return `${object.playbackType}, ${object.movieObjectId === null ? "no movie object" : `movie object ${object.movieObjectId}`}`
    default:
      return `${object.playbackType}, BD-J ${object.bdjoFileName}.bdjo`
  }
}

function printFlags({ resumeIntentionFlag, menuCallMask, titleSearchMask }: MovieObject): string {
  const flags = [
    ...(resumeIntentionFlag ? ["can be resumed"] : []),
    ...(menuCallMask ? ["no menu call"] : []),
    ...(titleSearchMask ? ["no title search"] : []),
  ]
  return flags.length === 0 ? "" : ` (${flags.join(", ")})`
}
