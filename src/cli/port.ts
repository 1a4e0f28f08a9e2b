import { DiscError } from "../base/index.ts"

/** The value of `--port`. @throws DiscError `bad-argument` */
export function port(text: string): number {
  const number = Number(text)
  if (text.trim() !== "" && Number.isInteger(number) && number >= 0 && number <= 65_535) return number
  throw new DiscError("bad-argument", `--port takes 0 to 65535, not "${text}"`)
}
