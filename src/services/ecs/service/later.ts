// Settings of services that Roadstead does not have yet. What ECS itself would refuse is refused in its words, what is
// left by its name: nothing is kept that would do nothing.
// Texts marked [probed] were recorded at the real API by badmintoncryer/cdk-preflight, rules/ecs (September 2026).
import type { ServiceVolumeConfiguration } from "@aws-sdk/client-ecs"
import type { TaskDefinitionRow } from "../../../state/index.ts"
import { checkAtMost, invalidParameter, notYet } from "../faults.ts"

export interface LaterInput {
  readonly serviceRegistries?: readonly object[] | undefined
  readonly serviceConnectConfiguration?:
    | { readonly enabled: boolean | undefined; readonly namespace?: string | undefined }
    | undefined
  readonly volumeConfigurations?: readonly ServiceVolumeConfiguration[] | undefined
  readonly vpcLatticeConfigurations?: readonly object[] | undefined
  readonly gatewayConnectors?: readonly object[] | undefined
  readonly monitoring?: object | undefined
}

/** What is wrong with a call, whatever its task definition. */
export const checkLater = (input: LaterInput): void => {
  checkAtMost("service registries", input.serviceRegistries ?? [], 1) // [probed] pf-ecs-svc-registries-multiple
  const connect = input.serviceConnectConfiguration
  if (connect?.enabled && !connect.namespace) throw invalidParameter("Namespace is missing") // [probed] pf-ecs-svc-connect-without-namespace
}

/** What does not go with the task definition. */
const checkAgainst = (input: LaterInput, { definition }: TaskDefinitionRow): void => {
  for (const { name } of input.volumeConfigurations ?? []) {
    const volumes = (definition.volumes ?? []).filter((volume) => volume.configuredAtLaunch)
    // [probed] pf-ecs-svc-ebs-volume-without-size-or-snapshot, -ebs-name-not-in-taskdef
    if (volumes.length === 0) {
      throw invalidParameter(
        "Volume configuration provided but no matching configuredAtLaunch volume found in task definition.",
      )
    }
    if (!volumes.some((volume) => volume.name === name)) {
      throw invalidParameter(
        `The volume name '${name}' in your request does not have a matching volume in your Task Definition that is configurable at launch.`,
      )
    }
  }
}

/** Refuses what a call asks of what is not built; with the task definition, where the service has one. */
export const refuseLater = (input: LaterInput, definition?: TaskDefinitionRow): void => {
  if (definition) checkAgainst(input, definition)
  if (input.serviceRegistries?.length) throw notYet("service registries of services")
  if (input.serviceConnectConfiguration?.enabled) throw notYet("Service Connect")
  if (input.volumeConfigurations?.length) throw notYet("volumes that are configured at launch (volumeConfigurations)")
  if (input.vpcLatticeConfigurations?.length) throw notYet("VPC Lattice")
  if (input.gatewayConnectors?.length) throw notYet("gateway connectors")
  if (input.monitoring) throw notYet("the monitoring configuration of services")
}
