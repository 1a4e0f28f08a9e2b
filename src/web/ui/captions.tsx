import type { CaptionLine } from "../../plugin/items.ts"

const ROWS = 15
const COLUMNS = 32
/** Captions stand in the middle four fifths of the picture, which every television shows. */
const MARGIN = 10
const SAFE = 100 - 2 * MARGIN

/** Closed captions over the picture, each stretch of text in its place of the grid. */
export function Captions({ lines }: { lines: readonly CaptionLine[] }) {
  if (lines.length === 0) return null
  return (
    <div class="captions" data-testid="captions">
      {lines.map(({ row, column, text, colour, italics, underline, background, opacity }) => (
        <span
          key={`${row}/${column}`}
          style={{
            top: `${MARGIN + ((row - 1) * SAFE) / ROWS}%`,
            left: `${MARGIN + ((column - 1) * SAFE) / COLUMNS}%`,
            color: colour,
            fontStyle: italics ? "italic" : "normal",
            textDecoration: underline ? "underline" : "none",
            background:
              opacity === "transparent" ? "none" : `color-mix(in srgb, ${background} ${opacity === "opaque" ? 100 : 50}%, transparent)`,
          }}
        >
          {text}
        </span>
      ))}
    </div>
  )
}
