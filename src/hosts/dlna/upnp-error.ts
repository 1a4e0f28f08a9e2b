/** What an action answers when it cannot do what was asked: codes of UPnP Device Architecture 1.0, 3.2.2, and of each service. */
export class UpnpError extends Error {
  readonly code: number

  constructor(code: number, description: string) {
    super(description)
    this.code = code
  }
}

export const UPNP_ERRORS = {
  invalidAction: 401,
  invalidArgs: 402,
  actionFailed: 501,
  noSuchObject: 701,
  badSearchCriteria: 708,
  badSortCriteria: 709,
  noSuchContainer: 710,
  cannotProcess: 720,
  noSuchConnection: 706,
} as const
