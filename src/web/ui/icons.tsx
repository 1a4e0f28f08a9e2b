/** Line icons, 24 × 24, in the current colour. */
const PATHS = {
  play: "M7 4.5v15l13-7.5z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  next: "M5 5v14l9-7zM16 5h3v14h-3z",
  previous: "M19 5v14l-9-7zM5 5h3v14H5z",
  volume: "M4 9v6h4l5 4.5v-15L8 9zM16 8.5a5 5 0 0 1 0 7M18.5 6a8.5 8.5 0 0 1 0 12",
  muted: "M4 9v6h4l5 4.5v-15L8 9zM17 9.5l5 5M22 9.5l-5 5",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  audio: "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  subtitle: "M3 5h18v14H3zM6.5 13h4M12.5 13h5M6.5 16h7",
  angle: "M4 7h10v10H4zM14 10.5l6-3.5v10l-6-3.5",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  disc: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  keys: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  replay: "M5 12a7 7 0 1 0 2.2-5.1M5 4v4.5h4.5",
  warning: "M12 4L2.5 20h19zM12 10v4.5M12 17.2v.1",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M4 5h16v14H4zM8 9.5h8M8 14.5h8",
  popUp: "M4 5h16v14H4zM8 15.5h8M9 11l3-3 3 3",
  film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.5h4M4 14.5h4M16 9.5h4M16 14.5h4",
  remote: "M8.5 2.5h7v19h-7zM12 5.5v.1M12 10v5M9.5 12.5h5M11 18.5h2",
  up: "M6 14.5l6-6 6 6",
  down: "M6 9.5l6 6 6-6",
  left: "M14.5 6l-6 6 6 6",
  right: "M9.5 6l6 6-6 6",
  back: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
  folder: "M3 6h6l2 2.5h10V19H3z",
  cast: "M3 8V5h18v14h-7M3 12a7 7 0 0 1 7 7M3 15.5A3.5 3.5 0 0 1 6.5 19M3 19h.01",
  stop: "M6 6h12v12H6z",
  check: "M5 12.5l4.5 4.5L19 7.5",
} as const

export type IconName = keyof typeof PATHS

const FILLED: ReadonlySet<IconName> = new Set(["play", "pause", "next", "previous", "stop"])

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" data-filled={FILLED.has(name)}>
      <path d={PATHS[name]} />
    </svg>
  )
}
