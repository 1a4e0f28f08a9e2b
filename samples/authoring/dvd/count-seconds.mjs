// Registers that count seconds: dvdauthor has no word for them.
// Commands: http://www.mpucoder.com/DVD/vmi.html.
import { join } from "node:path"
import { Ifo } from "./ifo.mjs"

/** Where title set `titleSet` sets `register` to `mark`, it becomes a counter that begins at 0 instead. */
export function countSeconds({ folder, titleSet, register, mark }) {
  const ifo = new Ifo(join(folder, `VTS_${String(titleSet).padStart(2, "0")}_0.IFO`))
  // Bytes 1, 6 and 7 hold a link that dvdauthor has put into the same command.
  const isSet = (at) => ifo.bytes[at] === 0x71 && ifo.bytes[at + 3] === register && ifo.bytes.readUInt16BE(at + 4) === mark
  const places = Array.from({ length: ifo.bytes.length - 7 }, (_, at) => at).filter(isSet)
  if (places.length !== 1) throw new Error(`${ifo.path}: register ${register} is set to the mark ${places.length} times, not once`)
  const [at] = places
  ifo.bytes[at] = 0x53
  ifo.bytes.fill(0, at + 2, at + 5)
  ifo.bytes[at + 5] = 0x80 | register
  ifo.save()
}
