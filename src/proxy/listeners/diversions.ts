// A port of a load balancer's address that another program has, because it listens on all addresses of this machine: what
// comes there is led to a port that is free, by rules of the packet filter in this network namespace. Needs root and iptables.
import { execFile } from "node:child_process"
import type { Closable } from "./keep-open.ts"

const run = (args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile("iptables", ["-w", "-t", "nat", ...args], { encoding: "utf8" }, (error, stdout, stderr) => {
      if (error) reject(new Error(`iptables: ${stderr.trim() || error.message}`))
      else resolve(stdout)
    })
  })

/** What comes from elsewhere passes the first, what this machine's own programs send the second. */
const chains = ["PREROUTING", "OUTPUT"] as const

/** See the head of the file. */
export class Diversions {
  readonly #mark: string

  /** `mark`: the comment of our rules; whoever knows it removes them when we are gone for good. */
  constructor(mark: string) {
    this.#mark = mark
  }

  /** Removes the rules of an earlier life. */
  async sweep(): Promise<void> {
    for (const chain of chains) {
      const rules = (await run(["-S", chain])).split("\n").map((line) => line.trim().split(/\s+/))
      for (const [add, , ...rule] of rules)
        if (add === "-A" && rule[rule.indexOf("--comment") + 1] === this.#mark) await run(["-D", chain, ...rule])
    }
  }

  /** Leads TCP connections to the port of an address to another port of it; rejects when that is not possible. */
  async open(address: string, port: number, to: number): Promise<Closable> {
    const match = ["-d", `${address}/32`, "-p", "tcp", "-m", "tcp", "--dport", String(port)]
    const rule = [
      ...match,
      "-m",
      "comment",
      "--comment",
      this.#mark,
      "-j",
      "DNAT",
      "--to-destination",
      `${address}:${to}`,
    ]
    const made: string[] = []
    const close = async () => {
      for (const chain of made.splice(0)) await run(["-D", chain, ...rule])
    }
    try {
      for (const chain of chains) {
        await run(["-A", chain, ...rule])
        made.push(chain)
      }
    } catch (error) {
      await close().catch(() => {})
      throw error
    }
    return { close }
  }
}
