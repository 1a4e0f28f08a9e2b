/** Longer than any title; beyond it a device's number is nonsense. */
const MAX_HOURS = 999

/** `H+:MM:SS` (AVTransport:1 2.2.13 to 2.2.16); whole seconds: fractions are optional, and some devices stumble over them. */
export function formatUpnpTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number) => String(value).padStart(2, "0")
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

/** In seconds, of `H+:MM:SS[.F+]` or `H+:MM:SS[.F0/F1]`; null for NOT_IMPLEMENTED and everything else. */
export function parseUpnpTime(text: string | null): number | null {
  const match = /^\+?(\d{1,3}):([0-5]?\d):([0-5]?\d)(?:\.(?:(\d{1,9})\/(\d{1,9})|(\d{1,9})))?$/.exec(text?.trim() ?? "")
  if (match === null) return null
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1, 4).map(Number)
  if (hours > MAX_HOURS) return null
  const [, , , , over, under, decimals] = match
  const fraction =
    decimals !== undefined ? Number(`0.${decimals}`) : over !== undefined && Number(under) > Number(over) ? Number(over) / Number(under) : 0
  return hours * 3600 + minutes * 60 + seconds + fraction
}
