/** Writes to stdout and waits until it takes more, so that a slow reader slows us and memory stays small. */
export function write(bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error === null || error === undefined ? resolve() : reject(error)))
  })
}

/** One JSON value. */
export const writeJson = (value: unknown): Promise<void> => write(`${JSON.stringify(value, null, 2)}\n`)

/** "1:02:05". */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const part = (value: number) => String(value).padStart(2, "0")
  return `${Math.floor(whole / 3600)}:${part(Math.floor(whole / 60) % 60)}:${part(whole % 60)}`
}

/** "4.2 GB". */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"]
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
