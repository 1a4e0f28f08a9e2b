/** What each error means to the person before the page, and what they can do. Codes are those of `docs/errors.md`, and the page's own. */
const PROBLEMS: Readonly<Record<string, { readonly title: string; readonly advice: string }>> = {
  "not-a-disc": {
    title: "This is no disc that opentray knows",
    advice: "Choose a DVD or Blu-ray image, or the folder that holds VIDEO_TS or BDMV.",
  },
  damaged: { title: "The disc is damaged here", advice: "Another title may still play. If this is a copy, try making it again." },
  protected: {
    title: "This title is copy-protected",
    advice: "opentray does not decrypt. It plays discs and copies that are not scrambled.",
  },
  unsupported: { title: "opentray cannot play this yet", advice: "Other titles of the disc may play." },
  "read-failed": { title: "The disc could not be read", advice: "Check the drive, the cable or the network, then try again." },
  "source-changed": { title: "The file changed while it played", advice: "Open it again once it has been written completely." },
  "no-ranges": {
    title: "That server cannot play discs",
    advice: "It does not serve parts of files (HTTP ranges). Download the image, or use another server.",
  },
  "not-found": { title: "That is not on the disc", advice: "Choose a title from the list." },
  "not-permitted": { title: "That is not allowed", advice: "Other discs can be opened from the computer that opentray runs on." },
  limit: { title: "Too much at once", advice: "Close another player and try again." },
  aborted: { title: "Stopped", advice: "Start the title again." },
  unavailable: {
    title: "The converter is missing",
    advice: "This browser cannot play the disc's format itself. Install opentray with its optional parts: npm install node-av.",
  },
  "bad-argument": { title: "That request makes no sense", advice: "Reload the page." },
  "no-media-source": {
    title: "This browser cannot play discs",
    advice: "It has neither MediaSource nor ManagedMediaSource. A current Chrome, Firefox, Edge or Safari has.",
  },
  connection: { title: "The connection to opentray was lost", advice: "See whether it is still running, then reload the page." },
  stream: {
    title: "The picture stopped arriving",
    advice: "Start the title again; if it happens at the same place, the disc may be damaged there.",
  },
  internal: { title: "Something is wrong in opentray itself", advice: "Please report it with what you did." },
}

export const PROBLEM_CODES: readonly string[] = Object.keys(PROBLEMS)

export function explain(code: string): { readonly title: string; readonly advice: string } {
  return PROBLEMS[code] ?? { title: "Something went wrong", advice: "Try again." }
}
