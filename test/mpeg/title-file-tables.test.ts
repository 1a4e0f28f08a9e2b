import { expect, test } from "vitest"
import { associationPayloads, mapPayloads, writeTablePacket } from "../../src/mpeg/title-file/program-tables.ts"
import type { TitleStream } from "../../src/mpeg/title-file/title-stream.ts"
import { parseProgramAssociation, parseProgramMap } from "../../src/mpeg/transport-stream/program-map.ts"
import { SectionAssembler } from "../../src/mpeg/transport-stream/sections.ts"

/** What a reader gets from 32 packets of a table's PID, whose counters begin at `counter`. */
function read<T>(payloads: readonly Uint8Array[], counter: number, parse: (bytes: Uint8Array, length: number) => T | null): T[] {
  const found: T[] = []
  const assembler = new SectionAssembler()
  for (let index = 0; index < 32; index++) {
    const packet = new Uint8Array(192)
    packet.set([0x47, 0x01, 0x00, 0x10 | ((counter + index) & 15)], 4)
    writeTablePacket(packet, 0, payloads)
    const begins = (packet[5]! & 0x40) !== 0
    expect(
      assembler.push(packet, 8, 192, begins, (bytes, length) =>
        found.push(...[parse(bytes.slice(0, length), length)].flatMap((value) => value ?? [])),
      ),
    ).toBe(true)
  }
  return found
}

const streams = (count: number): TitleStream[] =>
  Array.from({ length: count }, (_, index) => ({
    pid: 0x1200 + index,
    kind: "graphics",
    streamType: 0x90,
    language: index % 2 === 0 ? "eng" : null,
  }))

test("the association names the program map", () => {
  const [table] = read(associationPayloads(), 5, parseProgramAssociation)
  expect(table?.programs).toEqual([{ number: 1, mapPid: 0x100 }])
})

test.each([2, 40, 80])("a map of %i streams is whole wherever a reader begins", (count) => {
  for (const counter of [0, 3, 15]) {
    const tables = read(mapPayloads(streams(count), 0x1001), counter, parseProgramMap)
    expect(tables.length).toBeGreaterThan(3)
    for (const table of tables) {
      expect(table.pcrPid).toBe(0x1001)
      expect(table.streams.map(({ pid, streamType, language }) => ({ pid, streamType, language }))).toEqual(
        streams(count).map(({ pid, streamType, language }) => ({ pid, streamType, language })),
      )
    }
  }
})

test("what a section has no room for goes: first the languages, then the last streams", () => {
  const many = read(mapPayloads(streams(150), 0x1001), 0, parseProgramMap)[0]
  expect(many?.streams.map(({ pid }) => pid)).toEqual(streams(150).map(({ pid }) => pid))
  expect(many?.streams.every(({ language }) => language === null)).toBe(true)
  const most = read(mapPayloads(streams(300), 0x1001), 0, parseProgramMap)[0]
  expect(most?.streams.map(({ pid }) => pid)).toEqual(streams(200).map(({ pid }) => pid))
})
