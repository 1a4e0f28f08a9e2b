import type { ByteReader } from "../../base/index.ts"

/** The pictures of a button in one of its states: objects from start to end, backwards where end is the smaller. `null`: nothing is drawn. */
export type ButtonPictures = { readonly startObjectIdRef: number | null; readonly endObjectIdRef: number | null }

export type Button = {
  readonly id: number
  /** The number key that selects it. */
  readonly numericSelectValue: number | null
  /** Activated as soon as it is selected. */
  readonly autoAction: boolean
  readonly x: number
  readonly y: number
  /** Neighbours; a button's own number where there is none. */
  readonly upperButtonIdRef: number | null
  readonly lowerButtonIdRef: number | null
  readonly leftButtonIdRef: number | null
  readonly rightButtonIdRef: number | null
  /** `repeat`: the animation goes on from its start. */
  readonly normal: ButtonPictures & { readonly repeat: boolean }
  /** Sounds are numbers in sound.bdmv. */
  readonly selected: ButtonPictures & { readonly repeat: boolean; readonly soundIdRef: number | null }
  readonly activated: ButtonPictures & { readonly soundIdRef: number | null }
  /** HDMV commands that an activation runs, 12 bytes each. */
  readonly navigationCommands: readonly Uint8Array[]
}

/** Buttons in one place, of which one at a time is enabled. */
export type ButtonOverlapGroup = { readonly defaultValidButtonIdRef: number | null; readonly buttons: readonly Button[] }

const NAVIGATION_COMMAND_SIZE = 12
const NO_ID = 0xffff
const NO_SOUND = 0xff

/** Layout: libbluray `ig_decode.c`. Reads one group; the reader stands behind it then. @throws DiscError `damaged` */
export function readButtonOverlapGroup(data: ByteReader): ButtonOverlapGroup {
  const defaultValidButtonIdRef = readIdRef(data, "default_valid_button_id_ref")
  return { defaultValidButtonIdRef, buttons: Array.from({ length: data.u8("number_of_buttons") }, () => readButton(data)) }
}

function readButton(data: ByteReader): Button {
  return {
    id: data.u16("button_id"),
    numericSelectValue: readIdRef(data, "button_numeric_select_value"),
    autoAction: flag(data, "auto_action_flag"),
    x: data.u16("button_horizontal_position"),
    y: data.u16("button_vertical_position"),
    upperButtonIdRef: readIdRef(data, "upper_button_id_ref"),
    lowerButtonIdRef: readIdRef(data, "lower_button_id_ref"),
    leftButtonIdRef: readIdRef(data, "left_button_id_ref"),
    rightButtonIdRef: readIdRef(data, "right_button_id_ref"),
    normal: { ...readPictures(data, "normal"), repeat: flag(data, "normal_repeat_flag") },
    selected: {
      soundIdRef: soundRef(data, "selected_state_sound_id_ref"),
      ...readPictures(data, "selected"),
      repeat: flag(data, "selected_repeat_flag"),
    },
    activated: { soundIdRef: soundRef(data, "activated_state_sound_id_ref"), ...readPictures(data, "activated") },
    navigationCommands: data.list(data.u16("number_of_navigation_commands"), NAVIGATION_COMMAND_SIZE, "navigation_command", (command) =>
      command.bytes(NAVIGATION_COMMAND_SIZE, "navigation_command").slice(),
    ),
  }
}

function readPictures(data: ByteReader, state: string): ButtonPictures {
  return {
    startObjectIdRef: readIdRef(data, `${state}_start_object_id_ref`),
    endObjectIdRef: readIdRef(data, `${state}_end_object_id_ref`),
  }
}

function flag(data: ByteReader, field: string): boolean {
  return (data.u8(field) & 0x80) !== 0
}

/** A 16-bit reference; `null` for none. @throws DiscError `damaged` */
export function readIdRef(data: ByteReader, field: string): number | null {
  const id = data.u16(field)
  return id === NO_ID ? null : id
}

function soundRef(data: ByteReader, field: string): number | null {
  const id = data.u8(field)
  return id === NO_SOUND ? null : id
}
