import { networkInterfaces } from "node:os"

/** An IPv4 address of this machine, with the network that it reaches. */
export type NetworkAddress = {
  /** The interface's: `eth0`. */
  readonly name: string
  readonly address: string
  readonly netmask: string
}

/**
 * This machine's IPv4 addresses on the interfaces asked for, by name (`eth0`) or address; null: all but loopback. Televisions speak IPv4, also where the
 * network has both.
 */
export function networkAddresses(wanted: readonly string[] | null): readonly NetworkAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(
        ({ family, address, internal }) =>
          family === "IPv4" && (wanted === null ? !internal : wanted.includes(name) || wanted.includes(address)),
      )
      .map(({ address, netmask }) => ({ name, address, netmask })),
  )
}

/** Whether an IPv4 address lies in the network of one of ours. */
export function isInNetwork(address: string, of: NetworkAddress): boolean {
  const [here, there, mask] = [ipv4Number(of.address), ipv4Number(address), ipv4Number(of.netmask)]
  return here !== null && there !== null && mask !== null && ((here ^ there) & mask) === 0
}

/** 32 bits, signed; null: not an address in its usual form. */
function ipv4Number(address: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)
  if (match === null) return null
  const parts = match.slice(1).map(Number)
  if (parts.some((part) => part > 255)) return null
  return parts.reduce((number, part) => (number << 8) | part, 0)
}
