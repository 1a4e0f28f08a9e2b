import { type Ticks, ticks, type Warnings } from "../base/index.ts"
import { PgDecoder } from "../graphics/pg/index.ts"
import { decodeSubpicture, subpictureColours } from "../graphics/subpicture/index.ts"
import type { SubtitleDecoder } from "./title-media.ts"

/** Sub-picture units of a DVD stream, with the palette of the program chain that plays. */
export function subpictureDecoder(
  palette: readonly number[],
  plane: { readonly width: number; readonly height: number },
  warnings: Warnings,
): SubtitleDecoder {
  const options = { colours: subpictureColours(palette), planeWidth: plane.width, planeHeight: plane.height, warnings }
  return {
    plane: "subpicture",
    decode: (unit: Uint8Array, pts: Ticks) =>
      decodeSubpicture(unit, options).map(({ delayTicks, picture, forced }) => ({
        at: ticks(pts + delayTicks),
        picture,
        forcedPicture: forced ? picture : null,
      })),
  }
}

/** Presentation Graphics of a Blu-ray stream. `path` is what warnings name. */
export function presentationGraphicsDecoder(path: string, warnings: Warnings): SubtitleDecoder {
  const decoder = new PgDecoder(warnings, path)
  return {
    plane: "pg",
    decode: (segments: Uint8Array, pts: Ticks) =>
      decoder.push(segments, pts).map((shown) => ({ at: ticks(shown.pts), picture: shown.picture, forcedPicture: shown.forcedPicture })),
  }
}
