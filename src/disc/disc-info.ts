import type { Warning } from "../base/index.ts"
import type { CodecName } from "../mpeg/access-unit.ts"

/** What `opentray info --json` prints; times in seconds, since this is the outermost edge. */
export type DiscInfo = {
  readonly kind: DiscKind
  readonly label: string
  /** Human name from disc library metadata, where there is one; by ISO 639-2 language. */
  readonly names: Readonly<Record<string, string>>
  /** Stable across copies of the same disc: a hash over its structure files. */
  readonly fingerprint: string
  /** What structure files show; what packets show joins when titles are looked into (played, or by `Disc.scan`). */
  readonly protection: readonly ProtectionMark[]
  readonly warnings: readonly Warning[]
  /** Number of the title a person most likely wants; null when there is none. */
  readonly mainTitle: number | null
  readonly titles: readonly TitleInfo[]
  readonly menus: readonly MenuInfo[]
}

/** What a disc is; a Blu-ray 3D plays its base view. */
export type DiscKind = "dvd-video" | "blu-ray" | "uhd-blu-ray" | "blu-ray-3d" | "avchd"

/**
 * Marks are only shown; what stops playing is scrambled content (`TitleInfo.scrambled`). `css`: scrambled packets were found on a DVD; `aacs`: there
 * are scrambled units on a Blu-ray, or its AACS folder; `copy-management`: what the author says of copying, which scrambles nothing; `region`:
 * where the disc is meant to play; `bd-plus`, `any`: their folders.
 */
export type ProtectionMark = {
  readonly kind: "css" | "copy-management" | "region" | "aacs" | "bd-plus" | "any"
  readonly detail: string
}

/** A title as a player lists it; times in seconds, sizes in bytes. */
export type TitleInfo = {
  /** The disc's number, from 1. Blu-ray: titles are playlists; numbering is described in ARCHITECTURE.md. */
  readonly number: number
  readonly duration: number
  readonly chapters: readonly ChapterInfo[]
  readonly angles: number
  readonly size: number
  readonly streams: readonly StreamInfo[]
  /** Titles with the same content, or of which this is a piece, carry the number of the title that stands for them; null: this one stands for itself. */
  readonly sameAs: number | null
  readonly partOf: number | null
  /** true: its packets are scrambled; false: looked at and clear; null: not looked at yet. */
  readonly scrambled: boolean | null
  readonly dvd?: { readonly titleSet: number; readonly titleInSet: number; readonly programChain: number }
  readonly bluray?: { readonly playlist: string; readonly clips: readonly string[] }
}

/** In seconds from the title's beginning. */
export type ChapterInfo = { readonly start: number; readonly duration: number }

/** An elementary stream as the disc's tables describe it; what they do not say is absent. */
export type StreamInfo = {
  readonly kind: "video" | "audio" | "subtitle"
  readonly codec: CodecName
  /** The disc's own number among its kind, from 1. */
  readonly number: number
  readonly language: string | null
  readonly languageTag: string | null
  /** `0xe0`, `0x80` (DVD private stream 1 sub-stream), `0x1100` (PID). */
  readonly id: string
  /** DVD sub-pictures: the stream for each way of showing the picture; `id` is that for a screen of the picture's own shape. */
  readonly subpictureIds?: { readonly fourByThree: string; readonly wide: string; readonly letterbox: string; readonly panScan: string }
  readonly label: string | null
  readonly width?: number
  readonly height?: number
  readonly frameRate?: string
  readonly aspect?: string
  readonly interlaced?: boolean
  readonly channels?: number
  readonly sampleRate?: number
  readonly bitsPerSample?: number
  readonly forced?: boolean
  /** Blu-ray: secondary (picture in picture), base or enhancement layers, dynamic range; DVD: commentary, for the visually impaired, ... */
  readonly flags?: readonly string[]
}

/** A menu that the disc has; title set and language where it is a DVD's. */
export type MenuInfo = {
  readonly name: string
  readonly titleSet: number | null
  readonly language: string | null
  /** The disc's opening or menu is a Java program (BD-J), which is named and not run. */
  readonly needsJava?: boolean
}
