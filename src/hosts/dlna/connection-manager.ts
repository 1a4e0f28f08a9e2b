import { protocolInfo } from "./profiles.ts"
import type { ActionCall } from "./soap-request.ts"
import { UPNP_ERRORS, UpnpError } from "./upnp-error.ts"

type Answer = Readonly<Record<string, string | number>>

const PLAIN = ["MPEG_PS_PAL", "MPEG_PS_NTSC", "MPEG_TS_SD_EU_ISO", "MPEG_TS_SD_NA_ISO", "MPEG_TS_HD_NA_ISO"]
const STAMPED = ["MPEG_TS_SD_EU_T", "MPEG_TS_SD_NA_T", "MPEG_TS_HD_NA_T"]
const SYSTEMS = ["24", "50", "60"]
const CONVERTED = ["AVC_TS_MP_SD_AC3_ISO", "AVC_TS_MP_HD_AC3_ISO", "AVC_TS_MP_SD_AAC_MULT5_ISO", "AVC_TS_MP_HD_AAC_MULT5_ISO"]

/** Everything that a title may come as. */
export function sourceProtocols(canConvert: boolean): string {
  const bytes = { seeking: "bytes", isConverted: false } as const
  const made = { seeking: "time", isConverted: true, mimeType: "video/mpeg" } as const
  const plain = [...PLAIN, ...SYSTEMS.flatMap((system) => [`AVC_TS_HD_${system}_AC3_ISO`, `AVC_TS_HD_${system}_EAC3_ISO`])]
  const stamped = [...STAMPED, ...SYSTEMS.flatMap((system) => ["AC3_T", "EAC3_T", "LPCM_T"].map((sound) => `AVC_TS_HD_${system}_${sound}`))]
  return [
    ...plain.map((profile) => protocolInfo({ ...bytes, mimeType: "video/mpeg", profile })),
    ...stamped.map((profile) => protocolInfo({ ...bytes, mimeType: "video/vnd.dlna.mpeg-tts", profile })),
    ...["video/mpeg", "video/mp2t"].map((mimeType) => protocolInfo({ ...bytes, mimeType, profile: null })),
    ...(canConvert
      ? [...CONVERTED, ...SYSTEMS.map((system) => `AVC_TS_HD_${system}_AC3_ISO`), null].map((profile) => protocolInfo({ ...made, profile }))
      : []),
    ...["JPEG_TN", "JPEG_SM"].map((profile) =>
      protocolInfo({ mimeType: "image/jpeg", profile, seeking: "none", isConverted: true, isPicture: true }),
    ),
  ].join(",")
}

/** ConnectionManager:1 of a device that is asked by HTTP: it has one connection, which stands for all (2.4.5). */
export class ConnectionManager {
  readonly #source: string

  constructor(canConvert: boolean) {
    this.#source = sourceProtocols(canConvert)
  }

  get variables(): Readonly<Record<string, string>> {
    return { SourceProtocolInfo: this.#source, SinkProtocolInfo: "", CurrentConnectionIDs: "0" }
  }

  /** @throws UpnpError */
  act(call: ActionCall): Answer {
    switch (call.action) {
      case "GetProtocolInfo":
        return { Source: this.#source, Sink: "" }
      case "GetCurrentConnectionIDs":
        return { ConnectionIDs: "0" }
      case "GetCurrentConnectionInfo":
        if (call.text("ConnectionID") !== "0") throw new UpnpError(UPNP_ERRORS.noSuchConnection, "there is one connection, 0")
        return {
          RcsID: -1,
          AVTransportID: -1,
          ProtocolInfo: "",
          PeerConnectionManager: "",
          PeerConnectionID: -1,
          Direction: "Output",
          Status: "OK",
        }
      default:
        throw new UpnpError(UPNP_ERRORS.invalidAction, `there is no action ${call.action}`)
    }
  }
}
