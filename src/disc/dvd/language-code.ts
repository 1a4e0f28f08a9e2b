import type { ByteReader } from "../../base/index.ts"

/** Two ASCII letters (ISO 639-1), lower case. null: zeros, 0xffff or anything that is no letter. */
export function readLanguageCode(reader: ByteReader, field: string): string | null {
  const code = reader.ascii(2, field)
  return /^[a-z]{2}$/i.test(code) ? code.toLowerCase() : null
}
