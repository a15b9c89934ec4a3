// The hosts of the Fargate pool as placement sees them, and the wish for a VPC's network on one of them.
import type { Cx } from "../../gate/index.ts"
import { type Scope, scopeKey } from "../../kernel/index.ts"
import type { Host, TaskNeeds } from "../../scheduler/index.ts"
import type { NetworkRow, View } from "../../state/index.ts"

/** All hosts of the pool with the networks that are up on each. */
export const fargateHosts = (view: View): readonly Host[] =>
  view.containerInstances.by("pool", "fargate").map((instance) => ({
    id: instance.arn,
    connected: instance.session.connected,
    networks: new Set(
      view.networks
        .by("machine", instance.machineId ?? "")
        .filter((n) => n.observed.status === "UP" && n.desired === "up")
        .map(networkKey),
    ),
    attributes: new Map(instance.attributes.map(({ name, value = "" }) => [name, value])),
    tasks: view.tasks.count("host", instance.arn),
  }))

/** `<account>/<region>/<vpc id>`: the key of the row and the label of the network. */
export const networkKey = (network: Pick<NetworkRow, "account" | "region" | "vpcId">): string =>
  `${scopeKey(network)}/${network.vpcId}`

/** What a task on this network needs. */
export const needsOf = (network: NetworkRow): TaskNeeds => ({ network: networkKey(network), attributes: [] })

/** The record of the VPC's network, made now if this is the first task that needs it. Undefined without a VPC or host. */
export const wantNetwork = (cx: Cx, scope: Scope, vpcId: string): NetworkRow | undefined => {
  const known = cx.tx.networks.get(`${scopeKey(scope)}/${vpcId}`)
  if (known && known.desired === "up") return known
  const vpc = cx.tx.vpcs.get(`${scopeKey(scope)}/${vpcId}`)
  const shared = cx.tx.machines.by("desired", "up").find((m) => m.place === "shared")
  if (!vpc || !shared) return undefined
  return cx.tx.networks.put({
    vpcId,
    account: scope.account,
    region: scope.region,
    cidr: vpc.cidr,
    gateway: firstAddress(vpc.cidr),
    machineId: shared.id,
    desired: "up",
    generation: (known?.generation ?? 0) + 1,
    observed: { generation: known?.generation ?? 0, status: "UNKNOWN", at: cx.now },
  })
}

/** The first address of a block: the host's own in a VPC. */
const firstAddress = (cidr: string): string => {
  const [base = ""] = cidr.split("/")
  const parts = base.split(".")
  return [...parts.slice(0, 3), String(Number(parts[3]) + 1)].join(".")
}
