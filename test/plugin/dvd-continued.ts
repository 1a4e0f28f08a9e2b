// A process of its own that goes on from a bookmark: `{ disc, bookmark, plan }` on standard input, what follows as JSON on standard output.
import { readFileSync } from "node:fs"
import { openDisc } from "../../src/plugin/node.ts"
import { FIRST, Player, whatFollows } from "./dvd-player.ts"

const { disc: path, bookmark, plan } = JSON.parse(readFileSync(0, "utf8"))
const disc = await openDisc(path)
process.stdout.write(JSON.stringify(await whatFollows(new Player(disc.play({ bookmark })), FIRST, plan)))
await disc.close()
