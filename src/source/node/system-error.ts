import { DiscError, type DiscErrorCode } from "../../base/index.ts"

const BY_ERRNO: Readonly<Record<string, readonly [DiscErrorCode, string]>> = {
  ENOENT: ["not-found", "there is no such file or folder"],
  ENOTDIR: ["not-found", "there is no such file or folder"],
  ELOOP: ["read-failed", "its symbolic links lead in a circle"],
  EACCES: ["not-permitted", "this user may not read it; change its permissions, or for a drive add the user to the group that owns it"],
  EPERM: ["not-permitted", "this user may not read it; change its permissions"],
  EMFILE: ["limit", "too many files are open; close some programs and try again"],
  ENOMEDIUM: ["read-failed", "there is no disc in the drive"],
  ENXIO: ["read-failed", "the drive is not there or holds no disc"],
  ENODEV: ["read-failed", "the drive is not there or holds no disc"],
  EIO: ["read-failed", "the drive could not read here; clean the disc and try again"],
}

/** errno of "no medium found", which libuv has no name for. */
const ENOMEDIUM = -123

/** What the system said, as one of ours. */
export function systemError(cause: unknown, path: string, offset?: number): DiscError {
  if (cause instanceof DiscError) return cause
  const { code, errno, message } = cause as NodeJS.ErrnoException
  const known = BY_ERRNO[errno === ENOMEDIUM ? "ENOMEDIUM" : (code ?? "")]
  const [discCode, text] = known ?? (["read-failed", `the system could not read it: ${code ?? message}`] as const)
  return new DiscError(discCode, text, offset === undefined ? { path } : { path, offset }, { cause })
}
