// Prepared sandboxes of the Fargate pool: interfaces that are kept for tasks which may come, whose containers a host makes
// ahead of them; and per subnet how many are kept. Nothing of them is an interface of EC2 before a task has it.
import { defineTable } from "../table.ts"
import { type NetworkInterfaceRow, type Owned, scoped } from "./ec2.ts"

/** An interface in waiting. A task that takes it makes it its own, and removes this. */
export interface SandboxRow extends Omit<Owned, "tags"> {
  /** Of the interface. */
  readonly id: string
  /** The host of the pool that is to make it ready. */
  readonly containerInstanceArn: string
  /** The record that it becomes, but for what the task says. */
  readonly networkInterface: NetworkInterfaceRow
}

export const sandboxes = defineTable<SandboxRow>()({
  name: "sandboxes",
  version: 1,
  key: (s) => `${scoped(s)}/${s.id}`,
  indexes: {
    subnet: (s) => `${scoped(s)}/${s.networkInterface.subnetId}`,
    host: (s) => s.containerInstanceArn,
    /** No other interface is to get the address meanwhile. */
    address: (s) => `${scoped(s)}/${s.networkInterface.vpcId}/${s.networkInterface.privateIp}`,
  },
})

/** The demand of a subnet, and what is kept for it. */
export interface SandboxPoolRow extends Omit<Owned, "tags"> {
  readonly subnetId: string
  /** Tasks that asked for a sandbox since the pool is there, and those of them that found none. */
  readonly asked: number
  readonly missed: number
  /** What of `missed` was answered by keeping more. */
  readonly answered: number
  /** How many are kept. */
  readonly wanted: number
  /** When the window began in which demand is counted, and `asked` then. */
  readonly window: { readonly from: number; readonly asked: number }
  /** Since when no task is in the subnet. */
  readonly emptySince?: number
}

export const sandboxPools = defineTable<SandboxPoolRow>()({
  name: "sandboxPools",
  version: 1,
  key: (p) => `${scoped(p)}/${p.subnetId}`,
  indexes: { scope: scoped },
})
