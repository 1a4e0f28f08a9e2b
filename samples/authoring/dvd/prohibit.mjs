// User operations that a menu forbids: dvdauthor has no word for them.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Ifo } from "./ifo.mjs"
import { listVobus, packAt, prohibitIn } from "./navigation-packs.mjs"

/** All 25 of them: stop and pause too. */
const EVERYTHING = 0x1ffffff

/** Menu `number` of the video manager forbids every user operation, in each language, by its chain and by its navigation packs. */
export function prohibitOperations({ folder, number }) {
  const ifo = new Ifo(join(folder, "VIDEO_TS.IFO"))
  const vobPath = join(folder, "VIDEO_TS.VOB")
  const bytes = readFileSync(vobPath)
  const chains = ifo.menuChains("manager", number)
  const vobs = new Set(chains.flatMap((chain) => ifo.cells(chain).map(({ vob }) => vob)))
  for (const chain of chains) ifo.prohibit(chain, EVERYTHING)
  for (const { sector, vob } of listVobus(bytes)) if (vobs.has(vob)) prohibitIn(packAt(bytes, sector), EVERYTHING)
  writeFileSync(vobPath, bytes)
  ifo.save()
}
