// A task as a host of the simulation has it.
import type { AcsContainer, AcsNetworkInterface } from "../../src/protocol/index.ts"

export type Status = "PENDING" | "RUNNING" | "STOPPED"
export interface Report {
  readonly status: "RUNNING" | "STOPPED"
  readonly reason?: string
  readonly exitCode?: number
}

export interface HostTask {
  readonly arn: string
  readonly clusterArn: string
  readonly containers: readonly Pick<AcsContainer, "name" | "healthCheckType">[]
  readonly behaviour: string
  /** Of its network interface. */
  readonly address?: string
  status: Status
  stopping: boolean
  health?: "HEALTHY" | "UNHEALTHY"
  /** Reports that were not acknowledged, the oldest first. Kept in the agent's memory on disk. */
  readonly unsaid: Report[]
  saying: boolean
}

export const addressOf = ({ ipv4Addresses }: AcsNetworkInterface): string => ipv4Addresses[0]?.privateAddress ?? ""

export const present = <T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
