// Writes stub discs of all real Blu-rays whose structures are in the test data into a folder: `npm run monkey` plays them.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { dataPath } from "../support/data.ts"
import { writePlayableDisc } from "./stub-disc.ts"

const folder = process.argv[2]
if (folder === undefined) {
  console.error("which folder?")
  process.exit(2)
}
for (const name of readdirSync(dataPath("bdpl"))) await writePlayableDisc(dataPath("bdpl", name), join(folder, name))
