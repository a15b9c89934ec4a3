// What proxies carry traffic for, as they said themselves: facts beside the wishes of load-balancers.ts. Written by
// fleet/proxy-channel, read by controllers/load-balancer and, for shifts of traffic, by controllers/service.
import { defineTable } from "../table.ts"

/** A load balancer as one proxy has it. */
export interface CarriedBalancerRow {
  readonly account: string
  readonly region: string
  /** Its ARN; of a classic one its key; of an interface endpoint its id. */
  readonly balancer: string
  /** In whose networks the proxy is. */
  readonly machineId: string
  /** The addresses that the proxy was last told and has taken over. */
  readonly nodes: readonly string[]
  /** The listeners with it, by their ids of the protocol. */
  readonly listeners: readonly string[]
  /** The ways into these listeners of which something is known. */
  readonly ways: readonly CarriedWay[]
  /** How it shares traffic where a rule forwards to more than one target group. Absent where none does. */
  readonly shares?: readonly CarriedShare[]
}

export interface CarriedShare {
  /** The ARN of the rule. */
  readonly rule: string
  /** Weights by the ARNs of target groups. */
  readonly weights: Readonly<Record<string, number>>
}

export interface CarriedWay {
  readonly listener: string
  /** `address`: its own addresses. `localhost`: the loopback of this machine. */
  readonly way: "address" | "localhost"
  readonly status: "open" | "failed"
  readonly reason?: string
}

export const carriedBalancers = defineTable<CarriedBalancerRow>()({
  name: "carriedBalancers",
  version: 1,
  key: (c) => `${c.balancer} ${c.machineId}`,
  indexes: { balancer: (c) => c.balancer, machine: (c) => c.machineId },
})
