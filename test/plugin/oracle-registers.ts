/** Player registers as libbluray begins with them (`bd_psr_init` of its register.c); the others are 0. */
const INITIAL: Readonly<Record<number, number>> = {
  ...{ 0: 1, 1: 0xff, 2: 0x0fff_0fff, 3: 1, 4: 0xffff, 5: 0xffff, 10: 0xffff, 12: 0xff, 13: 0xff, 14: 0xffff, 15: 0xaaaa },
  ...{ 16: 0xff_ffff, 17: 0xff_ffff, 18: 0xff_ffff, 19: 0xffff, 20: 2, 29: 3, 30: 0x1_ffff, 31: 0x03_0200 },
  ...{ 36: 0xffff, 37: 0xffff, 42: 0xffff, 44: 0xff },
  ...Object.fromEntries(Array.from({ length: 14 }, (_, index) => [48 + index, 0xffff_ffff])),
}
const PSR_COUNT = 128
/** Registers that a suspended playlist keeps, each 32 further on. */
const BACKED_UP = [4, 5, 6, 7, 8, 10, 11, 12]

/**
 * The registers of libbluray's HDMV machine, put together from what it logs: each write of a player register (`bd_psr_write`), when the machine saves,
 * restores and drops the backups, and each instruction that changed a general register. There is no other way to see them from outside.
 */
export class OracleRegisters {
  readonly psr: number[] = Array.from({ length: PSR_COUNT }, (_, register) => INITIAL[register] ?? 0)
  readonly #gpr = new Map<number, number>()
  /** General registers that the instruction that was logged last names; null: none, or no register. */
  #operands: readonly (number | null)[] = []

  /** General registers that are not 0, in ascending order. */
  get gpr(): [register: number, value: number][] {
    return [...this.#gpr].filter(([, value]) => value !== 0).sort(([a], [b]) => a - b)
  }

  take(text: string): void {
    const written = /: bd_psr_write\(\): PSR(\d+) .*-> 0x([0-9a-f]+)/.exec(text)
    if (written !== null) this.psr[Number(written[1])] = Number.parseInt(written[2] ?? "", 16)
    else if (text.endsWith(": PSR save event")) for (const register of BACKED_UP) this.psr[register + 32] = this.psr[register] ?? 0
    else if (/: PSR restore: psr4 =/.test(text)) {
      // Title comes first of those that are restored.
      for (const register of BACKED_UP) this.psr[register] = this.psr[register + 32] ?? 0
      this.#dropBackups()
    } else if (/: _jump_title\(\d+\)$/.test(text)) this.#dropBackups()
    else if (/^hdmv_vm\.c/.test(text)) this.#instruction(text)
  }

  #dropBackups(): void {
    for (const register of BACKED_UP) this.psr[register + 32] = INITIAL[register + 32] ?? 0
  }

  #instruction(text: string): void {
    const [, operands] = /: \d{4}: {2}[0-9a-f]{8} [0-9a-f]{8},[0-9a-f]{8} {2}\S+ (.*)/.exec(text) ?? []
    if (operands !== undefined) this.#operands = operands.split(",").map(generalRegister)
    const changed = /: {5}: {2}\[(.*)\]/.exec(text)
    if (changed === null) return
    for (const [, name, value = ""] of (changed[1] ?? "").matchAll(/(dst|src) 0x[0-9a-f]+ <== 0x([0-9a-f]+)/g)) {
      const register = this.#operands[name === "dst" ? 0 : 1]
      if (register != null) this.#gpr.set(register, Number.parseInt(value, 16))
    }
  }
}

function generalRegister(operand: string): number | null {
  const [, register] = /^\s*r(\d+)/.exec(operand) ?? []
  return register === undefined ? null : Number(register)
}
