import { Warnings } from "../base/index.ts"
import { type FileSystem, openFileSystem } from "../filesystem/index.ts"
import { openNode } from "../source/node/index.ts"

/** The files of any image, video disc or not. The caller closes it, and with it the source. */
export async function openFiles(spec: string): Promise<FileSystem> {
  const input = await openNode(spec)
  try {
    return await openFileSystem(input, new Warnings())
  } catch (error) {
    await input.close()
    throw error
  }
}
