const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * Names whose character set the disc does not say (ISO 9660 d-characters and beyond, Rock Ridge): UTF-8 where the bytes are
 * valid UTF-8, as today's writers make them, else Latin-1, as mkisofs wrote them for long.
 */
export function decodeUnlabelled(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return decodeLatin1(bytes)
  }
}

/** Each byte is the character of that number. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = ""
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** UTF-16, high byte first (Joliet, OSTA compressed Unicode 16); a last odd byte is left out. */
export function decodeUtf16Be(bytes: Uint8Array): string {
  let text = ""
  for (let i = 0; i + 1 < bytes.length; i += 2) text += String.fromCharCode(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0))
  return text
}
