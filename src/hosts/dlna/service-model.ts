import { escapeXml } from "./renderer/xml.ts"

/** A service as its description document says it: the standard's actions, in its order, and the variables that they speak of. */
export type ServiceModel = {
  readonly name: "ContentDirectory" | "ConnectionManager"
  readonly actions: readonly ActionModel[]
  readonly variables: readonly VariableModel[]
}

/** Arguments by name, each with the variable whose type it has. */
export type ActionModel = {
  readonly name: string
  readonly in: Readonly<Record<string, string>>
  readonly out: Readonly<Record<string, string>>
}

export type VariableModel = {
  readonly name: string
  readonly type: "string" | "ui4" | "i4"
  readonly isEvented?: boolean
  readonly allowed?: readonly string[]
}

export const serviceType = ({ name }: ServiceModel): string => `urn:schemas-upnp-org:service:${name}:1`

/** The service description document (UPnP Device Architecture 1.0, 2.3). */
export function describeService({ actions, variables }: ServiceModel): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<scpd xmlns="urn:schemas-upnp-org:service-1-0"><specVersion><major>1</major><minor>0</minor></specVersion><actionList>${actions.map(describeAction).join("")}</actionList><serviceStateTable>${variables.map(describeVariable).join("")}</serviceStateTable></scpd>
`
}

function describeAction(action: ActionModel): string {
  const list = (args: Readonly<Record<string, string>>, direction: "in" | "out") =>
    Object.entries(args).map(
      ([name, variable]) =>
        `<argument><name>${name}</name><direction>${direction}</direction><relatedStateVariable>${variable}</relatedStateVariable></argument>`,
    )
  const all = [...list(action.in, "in"), ...list(action.out, "out")].join("")
  return `<action><name>${action.name}</name><argumentList>${all}</argumentList></action>`
}

function describeVariable({ name, type, isEvented = false, allowed }: VariableModel): string {
  const values = (allowed ?? []).map((value) => `<allowedValue>${escapeXml(value)}</allowedValue>`).join("")
  const list = values === "" ? "" : `<allowedValueList>${values}</allowedValueList>`
  return `<stateVariable sendEvents="${isEvented ? "yes" : "no"}"><name>${name}</name><dataType>${type}</dataType>${list}</stateVariable>`
}

/** Which part of a list is asked for, and what comes back of it. */
const PAGE_WANTED = {
  Filter: "A_ARG_TYPE_Filter",
  StartingIndex: "A_ARG_TYPE_Index",
  RequestedCount: "A_ARG_TYPE_Count",
  SortCriteria: "A_ARG_TYPE_SortCriteria",
} as const
const PAGE_ANSWERED = {
  Result: "A_ARG_TYPE_Result",
  NumberReturned: "A_ARG_TYPE_Count",
  TotalMatches: "A_ARG_TYPE_Count",
  UpdateID: "A_ARG_TYPE_UpdateID",
} as const

/** ContentDirectory:1, 2.4 and 2.5: what is required, and Search. */
export const CONTENT_DIRECTORY: ServiceModel = {
  name: "ContentDirectory",
  actions: [
    { name: "GetSearchCapabilities", in: {}, out: { SearchCaps: "SearchCapabilities" } },
    { name: "GetSortCapabilities", in: {}, out: { SortCaps: "SortCapabilities" } },
    { name: "GetSystemUpdateID", in: {}, out: { Id: "SystemUpdateID" } },
    { name: "Browse", in: { ObjectID: "A_ARG_TYPE_ObjectID", BrowseFlag: "A_ARG_TYPE_BrowseFlag", ...PAGE_WANTED }, out: PAGE_ANSWERED },
    {
      name: "Search",
      in: { ContainerID: "A_ARG_TYPE_ObjectID", SearchCriteria: "A_ARG_TYPE_SearchCriteria", ...PAGE_WANTED },
      out: PAGE_ANSWERED,
    },
  ],
  variables: [
    { name: "A_ARG_TYPE_ObjectID", type: "string" },
    { name: "A_ARG_TYPE_Result", type: "string" },
    { name: "A_ARG_TYPE_SearchCriteria", type: "string" },
    { name: "A_ARG_TYPE_BrowseFlag", type: "string", allowed: ["BrowseMetadata", "BrowseDirectChildren"] },
    { name: "A_ARG_TYPE_Filter", type: "string" },
    { name: "A_ARG_TYPE_SortCriteria", type: "string" },
    { name: "A_ARG_TYPE_Index", type: "ui4" },
    { name: "A_ARG_TYPE_Count", type: "ui4" },
    { name: "A_ARG_TYPE_UpdateID", type: "ui4" },
    { name: "SearchCapabilities", type: "string" },
    { name: "SortCapabilities", type: "string" },
    { name: "SystemUpdateID", type: "ui4", isEvented: true },
    { name: "ContainerUpdateIDs", type: "string", isEvented: true },
  ],
}

/** ConnectionManager:1, 2.2 and 2.4: what is required. */
export const CONNECTION_MANAGER: ServiceModel = {
  name: "ConnectionManager",
  actions: [
    { name: "GetProtocolInfo", in: {}, out: { Source: "SourceProtocolInfo", Sink: "SinkProtocolInfo" } },
    { name: "GetCurrentConnectionIDs", in: {}, out: { ConnectionIDs: "CurrentConnectionIDs" } },
    {
      name: "GetCurrentConnectionInfo",
      in: { ConnectionID: "A_ARG_TYPE_ConnectionID" },
      out: {
        RcsID: "A_ARG_TYPE_RcsID",
        AVTransportID: "A_ARG_TYPE_AVTransportID",
        ProtocolInfo: "A_ARG_TYPE_ProtocolInfo",
        PeerConnectionManager: "A_ARG_TYPE_ConnectionManager",
        PeerConnectionID: "A_ARG_TYPE_ConnectionID",
        Direction: "A_ARG_TYPE_Direction",
        Status: "A_ARG_TYPE_ConnectionStatus",
      },
    },
  ],
  variables: [
    { name: "SourceProtocolInfo", type: "string", isEvented: true },
    { name: "SinkProtocolInfo", type: "string", isEvented: true },
    { name: "CurrentConnectionIDs", type: "string", isEvented: true },
    {
      name: "A_ARG_TYPE_ConnectionStatus",
      type: "string",
      allowed: ["OK", "ContentFormatMismatch", "InsufficientBandwidth", "UnreliableChannel", "Unknown"],
    },
    { name: "A_ARG_TYPE_ConnectionManager", type: "string" },
    { name: "A_ARG_TYPE_Direction", type: "string", allowed: ["Input", "Output"] },
    { name: "A_ARG_TYPE_ProtocolInfo", type: "string" },
    { name: "A_ARG_TYPE_ConnectionID", type: "i4" },
    { name: "A_ARG_TYPE_AVTransportID", type: "i4" },
    { name: "A_ARG_TYPE_RcsID", type: "i4" },
  ],
}
