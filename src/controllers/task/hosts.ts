// The hosts of the Fargate pool as placement sees them.
import { scopeKey } from "../../kernel/index.ts"
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
