/** A register as a command names it. */
export type RegisterReference = {
  /** General (GPRM 0 to 15) or system (SPRM 0 to 23; higher numbers are encodable and read as 0). */
  readonly kind: "gprm" | "sprm"
  readonly register: number
}

/** A 16-bit value as the program means it: the number itself, or the register that holds it. */
export type Operand = RegisterReference | { readonly kind: "immediate"; readonly value: number }

export const COMPARISONS = ["&", "==", "!=", ">=", ">", "<=", "<"] as const
/** Unsigned; `&` is true when a bit is set in both. */
export type Comparison = (typeof COMPARISONS)[number]
export type Condition = { readonly comparison: Comparison; readonly left: RegisterReference; readonly right: Operand }

export const SET_OPERATORS = ["=", "<->", "+=", "-=", "*=", "/=", "%=", "rnd", "&=", "|=", "^="] as const
/** `<->` exchanges with the operand's register; `rnd` gives 1 to operand; sums and products stop at 65535, differences at 0. */
export type SetOperator = (typeof SET_OPERATORS)[number]

/** What a command writes. */
export type SetAction =
  | { readonly op: "set"; readonly operator: SetOperator; readonly register: number; readonly operand: Operand }
  /** Of the three only those that are not null change. The sub-picture's bit 6 is its display flag. */
  | { readonly op: "set-streams"; readonly audio: Operand | null; readonly subpicture: Operand | null; readonly angle: Operand | null }
  /** After `seconds` of title time the title goes to its program chain `pgcn`. */
  | { readonly op: "set-navigation-timer"; readonly seconds: Operand; readonly pgcn: number }
  /** A counter goes up by one each second. */
  | { readonly op: "set-register-mode"; readonly register: number; readonly counter: boolean; readonly value: Operand }
  | { readonly op: "set-karaoke-mixing"; readonly value: Operand }
  /** The value is the button's number x 1024. */
  | { readonly op: "set-button"; readonly value: Operand }

/** Links without a target of their own, by their number. */
export const LINKS = {
  0: "LinkNoLink",
  1: "LinkTopC",
  2: "LinkNextC",
  3: "LinkPrevC",
  5: "LinkTopPG",
  6: "LinkNextPG",
  7: "LinkPrevPG",
  9: "LinkTopPGC",
  10: "LinkNextPGC",
  11: "LinkPrevPGC",
  12: "LinkGoUpPGC",
  13: "LinkTailPGC",
  16: "LinkRSM",
} as const
export type LinkName = (typeof LINKS)[keyof typeof LINKS]

/** A place outside the titles. `menu`: 2 title, 3 root, 4 sub-picture, 5 audio, 6 angle, 7 chapter. */
export type SystemTarget =
  | { readonly to: "first-play" }
  | { readonly to: "vmgm-menu"; readonly menu: number }
  /** `titleSet` 0: the one that is current; `title`: the title of it that the menu is for. */
  | { readonly to: "vtsm-menu"; readonly titleSet: number; readonly title: number; readonly menu: number }
  | { readonly to: "vmgm-pgc"; readonly pgcn: number }

/** Where a command sends the program. `button` 0 leaves the highlighted button alone. Lines count from 1. */
export type Transfer =
  | { readonly op: "goto"; readonly line: number }
  | { readonly op: "break" }
  /** Goes to `line` if the player grants `level`. */
  | { readonly op: "set-parental-level"; readonly level: number; readonly line: number }
  | { readonly op: "link"; readonly link: LinkName; readonly button: number }
  | { readonly op: "link-pgc"; readonly pgcn: number }
  | { readonly op: "link-part"; readonly part: number; readonly button: number }
  | { readonly op: "link-program"; readonly program: number; readonly button: number }
  | { readonly op: "link-cell"; readonly cell: number; readonly button: number }
  | { readonly op: "exit" }
  | { readonly op: "jump-title"; readonly title: number }
  | { readonly op: "jump-title-of-set"; readonly title: number }
  | { readonly op: "jump-part-of-set"; readonly title: number; readonly part: number }
  | { readonly op: "jump-system"; readonly target: SystemTarget }
  /** As a jump, but the title can be resumed; `resumeCell` 0: where it was left. */
  | { readonly op: "call-system"; readonly target: SystemTarget; readonly resumeCell: number }

/** The eight instruction types by their number. */
export const COMMAND_FORMS = [
  "special",
  "link",
  "set-system",
  "set",
  "set-compare-link",
  "compare-set-link",
  "compare-set-always-link",
] as const

/** A navigation command: at most one condition, one thing that it writes, one place to go. */
export type DvdCommand =
  | {
      readonly form: (typeof COMMAND_FORMS)[number]
      readonly condition: Condition | null
      /**
       * What the condition governs. `both` and `set`: it is evaluated first. `transfer`: it is evaluated after the set action,
       * which happens always; in `set` the transfer happens always.
       */
      readonly governs: "both" | "set" | "transfer"
      readonly set: SetAction | null
      readonly transfer: Transfer | null
      /** Set bits that have no meaning here, as 16 hex digits; null: none. */
      readonly unexamined: string | null
    }
  /** Not assigned; does nothing. The eight bytes in hex. */
  | { readonly form: "unknown"; readonly bytes: string }
