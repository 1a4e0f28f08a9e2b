import { ask, post } from "./api.ts"

/** A player in the house that films can be sent to. */
export type Renderer = { readonly id: string; readonly name: string; readonly kind: string }

/** Times in seconds, volume 0 to 100; null where the device does not say. */
export type RendererStatus = {
  readonly state: "playing" | "paused" | "stopped" | "transitioning" | "gone"
  readonly disc: string | null
  readonly title: number | null
  readonly time: number | null
  readonly duration: number | null
  readonly volume: number | null
  readonly error: string | { readonly code: string; readonly message: string } | null
  /** The page that is a menu's remote control. */
  readonly remote?: string
}

export type RendererAct =
  | {
      readonly action: "play"
      readonly disc: string
      readonly title: number
      readonly time?: number
      readonly audio?: number
      readonly subtitle?: number
    }
  | { readonly action: "menu"; readonly disc: string }
  | { readonly action: "pause" | "resume" | "stop" }
  | { readonly action: "seek"; readonly time: number }
  | { readonly action: "volume"; readonly volume: number }

/** `thorough`: waits some seconds for devices that have not answered yet. */
export const listRenderers = (thorough = false): Promise<readonly Renderer[]> => ask(`api/renderers${thorough ? "?search=1" : ""}`)

export const rendererStatus = (id: string): Promise<RendererStatus> => ask(`api/renderers/${encodeURIComponent(id)}`)

export const actOnRenderer = (id: string, act: RendererAct): Promise<RendererStatus> => post(`api/renderers/${encodeURIComponent(id)}`, act)
