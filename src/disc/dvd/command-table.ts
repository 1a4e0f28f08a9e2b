import type { ByteReader } from "../../base/index.ts"

/** The commands of a program chain, eight bytes each, not decoded here. Numbers that point into them count from 1. */
export type CommandTable = {
  readonly pre: readonly Uint8Array[]
  readonly post: readonly Uint8Array[]
  readonly cell: readonly Uint8Array[]
}

export const NO_COMMANDS: CommandTable = { pre: [], post: [], cell: [] }

const COMMAND_SIZE = 8
/** DVD-Video allows 128 in a chain; authoring tools were seen to write more, and libdvdread warns from 256. */
const MAX_COMMANDS = 255

/** PGC command table; layout: libdvdread `pgc_command_tbl_t`. */
export function parseCommandTable(table: ByteReader): CommandTable {
  const nrOfPre = table.u16("nrOfPreCommands")
  const nrOfPost = table.u16("nrOfPostCommands")
  const nrOfCell = table.u16("nrOfCellCommands")
  const total = nrOfPre + nrOfPost + nrOfCell
  if (total > MAX_COMMANDS) throw table.error("damaged", "commandTable", `${total} commands; a program chain has at most ${MAX_COMMANDS}`)
  table.skip(2, "endAddress")
  const commands = (count: number, field: string) => table.list(count, COMMAND_SIZE, field, (item) => item.bytes(COMMAND_SIZE, field))
  return { pre: commands(nrOfPre, "preCommands"), post: commands(nrOfPost, "postCommands"), cell: commands(nrOfCell, "cellCommands") }
}
