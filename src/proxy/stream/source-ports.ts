// Ports of load balancers' own addresses for connections to targets. The kernel, asked for any port of an address, takes one
// that nothing at all has on that address, ends that are still waited for included: 28,000 a minute to all targets together,
// and it searches them one by one, which took 5 ms a connection after 20,000. Said by us, a port serves once for each target.
import { readFileSync } from "node:fs"
import type { RandomSource } from "../../kernel/index.ts"

/** A port that nobody else here uses for connections to that target. */
export interface SourcePort {
  readonly port: number
  release(): void
}

export interface SourcePorts {
  /** Undefined: all are in use. Some other program may have it all the same, or the kernel may still wait for its end. */
  take(address: string, target: string): SourcePort | undefined
}

/** First and last. */
export type PortRange = readonly [number, number]

/** As Linux has it unless somebody changes it. */
const usual: PortRange = [32_768, 60_999]

/** Where few programs listen; those that do are passed over. */
const lowest = 10_240
const fewest = 8_192

/**
 * Beside the kernel's own range: a port that was said for one address is no longer given out for connections from any other,
 * of whatever program, until a minute after its end.
 */
export const beside = ([first, last]: PortRange): PortRange => {
  if (first - lowest >= fewest) return [lowest, first - 1]
  return 65_535 - last >= fewest ? [last + 1, 65_535] : [first, last]
}

/** For our network namespace. */
export const portRange = (): PortRange => {
  try {
    const [first, last] = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").trim().split(/\s+/).map(Number)
    return beside(first && last && first <= last ? [first, last] : usual)
  } catch {
    // No Linux: below what is usual there too.
    return beside(usual)
  }
}

/** In turn from anywhere, so that a port rests for as long as possible, also after a restart. */
export const newSourcePorts = (random: RandomSource, [first, last]: PortRange = portRange()): SourcePorts => {
  const size = last - first + 1
  const nexts = new Map<string, number>()
  const used = new Map<string, Set<number>>()
  const anywhere = (): number => {
    const bytes = new Uint8Array(4)
    random(bytes)
    return first + (new DataView(bytes.buffer).getUint32(0) % size)
  }
  return {
    take: (address, target) => {
      const key = `${address} ${target}`
      const taken = used.get(key) ?? new Set<number>()
      if (taken.size >= size) return undefined
      let port = nexts.get(address) ?? anywhere()
      while (taken.has(port)) port = port === last ? first : port + 1
      nexts.set(address, port === last ? first : port + 1)
      taken.add(port)
      used.set(key, taken)
      let held = true
      const release = () => {
        if (!held) return
        held = false
        taken.delete(port)
        if (taken.size === 0 && used.get(key) === taken) used.delete(key)
      }
      return { port, release }
    },
  }
}
