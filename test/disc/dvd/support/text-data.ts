import { IfoEditor } from "./ifo-editor.ts"

export type TextUnit = {
  readonly language: string
  readonly characterSet: number
  readonly items: readonly (readonly [code: number, text: Uint8Array | null])[]
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** A volume and two titles named in English (Latin-1) and Japanese (Shift JIS). */
export const TEXT_UNITS: readonly TextUnit[] = [
  {
    language: "en",
    characterSet: 0x11,
    items: [
      [0x01, null],
      [0x30, latin1("Caf\xe9 Film")],
      [0x38, latin1("a comment")],
      [0x02, null],
      [0x30, latin1("The film")],
      [0x04, null],
      [0x30, latin1("Chapter one")],
      [0x02, null],
      [0x30, latin1("Extras")],
    ],
  },
  {
    language: "ja",
    characterSet: 0x12,
    items: [
      [0x01, null],
      [0x30, Uint8Array.of(0x89, 0x66, 0x89, 0xe6)],
    ],
  },
]

/** A TXTDT_MGI of these units, in the layout that `txtdt-mgi.ts` describes. */
export function textData(units: readonly TextUnit[]): Uint8Array {
  const head = 20 + units.length * 8
  const bodies = units.map(unitBytes)
  const all = new Uint8Array(head + bodies.reduce((sum, body) => sum + body.length, 0))
  const view = new DataView(all.buffer)
  all.set(latin1("TEXT_TEST"))
  view.setUint16(14, units.length)
  view.setUint32(16, all.length - 1)
  let at = head
  for (const [index, { language, characterSet }] of units.entries()) {
    const pointer = 20 + index * 8
    all.set(latin1(language), pointer)
    view.setUint8(pointer + 3, characterSet)
    view.setUint32(pointer + 4, at)
    all.set(bodies[index] ?? [], at)
    at += bodies[index]?.length ?? 0
  }
  return all
}

function unitBytes({ items }: TextUnit): Uint8Array {
  const texts = items.flatMap(([, text]) => (text === null ? [] : [...text, 0x09]))
  const body = new Uint8Array(204 + 4 + items.length * 4 + texts.length)
  const view = new DataView(body.buffer)
  view.setUint32(0, body.length - 1)
  view.setUint16(204, items.length)
  let offset = 4 + items.length * 4
  for (const [index, [code, text]] of items.entries()) {
    view.setUint8(208 + index * 4, code)
    if (text === null) continue
    view.setUint16(208 + index * 4 + 2, offset)
    offset += text.length + 1
  }
  body.set(texts, 208 + items.length * 4)
  return body
}

/** The video manager's IFO with text data in a sector of its own at the end. */
export function withTextData(vmg: Uint8Array, units: readonly TextUnit[] = TEXT_UNITS): Uint8Array {
  const sector = Math.ceil(vmg.length / 2048)
  const text = textData(units)
  const bytes = new Uint8Array((sector + Math.ceil(text.length / 2048)) * 2048)
  bytes.set(vmg)
  bytes.set(text, sector * 2048)
  return new IfoEditor(bytes).set32(0xd4, sector).bytes
}
