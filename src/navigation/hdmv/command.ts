/** A value as the program means it: the number itself, or the register that holds it. */
export type Operand =
  | { readonly kind: "immediate"; readonly value: number }
  /** General purpose registers 0 to 4095. */
  | { readonly kind: "gpr"; readonly register: number }
  /** Player status and setting registers 0 to 127. */
  | { readonly kind: "psr"; readonly register: number }
  /** The command has fewer operands than its operation takes. Reads as 0, cannot be written. */
  | { readonly kind: "absent" }
  /** A register number that does not exist. Reads as 0, cannot be written. */
  | { readonly kind: "invalid"; readonly word: number }

export const COMPARISONS = ["bc", "eq", "ne", "ge", "gt", "le", "lt"] as const
/** Unsigned. `bc` is true when the left side has no bit that the right side has not. */
export type Comparison = (typeof COMPARISONS)[number]

export const SET_OPERATORS = [
  "move",
  "swap",
  "add",
  "sub",
  "mul",
  "div",
  "mod",
  "rnd",
  "and",
  "or",
  "xor",
  "bitset",
  "bitclear",
  "shl",
  "shr",
] as const
/** Unsigned 32 bits: sums and products stop at 2^32 - 1, differences at 0; `rnd` gives 1 to the source. */
export type SetOperator = (typeof SET_OPERATORS)[number]

/** One type for each name, so that each can be told from the others. */
type Plain<Op extends string> = Op extends string ? { readonly op: Op } : never
type Targeted<Op extends string> = Op extends string ? { readonly op: Op; readonly target: Operand } : never

/** What a navigation command of a movie object or a button does. */
export type HdmvOperation =
  | Plain<"nop" | "break" | "resume" | "terminate-playlist" | "popup-off" | "still-on" | "still-off">
  | Targeted<"goto" | "jump-object" | "jump-title" | "call-object" | "call-title" | "play-playlist" | "link-play-item" | "link-mark">
  | Targeted<"enable-button" | "disable-button" | "set-output-mode" | "send-to-bd-plus">
  | (Targeted<"play-playlist-at-item" | "play-playlist-at-mark"> & { readonly at: Operand })
  /** The next command is left out when the comparison is false. */
  | { readonly op: "compare"; readonly comparison: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly op: "set"; readonly operator: SetOperator; readonly destination: Operand; readonly source: Operand }
  /** Of the streams and the angle only those that are not null change; values count by their lowest 12 bits. */
  | {
      readonly op: "set-stream"
      readonly audio: Operand | null
      readonly pg: Operand | null
      readonly pgShown: boolean
      readonly ig: Operand | null
      readonly angle: Operand | null
    }
  /** `videoSize`: bit 7 says that the size in bits 3 to 0 is to be set. */
  | {
      readonly op: "set-secondary-stream"
      readonly video: Operand | null
      readonly videoShown: boolean
      readonly videoSize: Operand
      readonly audio: Operand | null
      readonly audioHeard: boolean
      readonly pipPg: Operand | null
      readonly pgShown: boolean
      readonly pipPgShown: boolean
    }
  | { readonly op: "set-button-page"; readonly button: Operand | null; readonly page: Operand | null; readonly skipOutEffects: boolean }
  /** After `seconds` (0: never) the movie object `target` runs. */
  | { readonly op: "set-navigation-timer"; readonly target: Operand; readonly seconds: Operand }
  /** 3D: how streams lie in depth. The words as they are. */
  | { readonly op: "set-stream-ss"; readonly target: Operand; readonly source: Operand }
  /** Not assigned; does nothing. */
  | Plain<"unknown">

export type HdmvCommand = HdmvOperation & {
  /** The twelve bytes in hex. */
  readonly bytes: string
  /** Set bits that have no meaning here, as 24 hex digits; null: none. */
  readonly unexamined: string | null
}
