// The settings of a revision that services, deployments and task sets show in the same members. Reads only.
import type { Deployment, NetworkConfiguration } from "@aws-sdk/client-ecs"
import type { ServiceRevisionRow, View } from "../../../state/index.ts"
import { present, thaw } from "../shape.ts"
import { isOnFargate } from "./revision.ts"

const platformFamilyOf = (view: View, revision: ServiceRevisionRow): string => {
  const family = view.taskDefinitions.get(revision.taskDefinitionArn)?.definition.runtimePlatform?.operatingSystemFamily
  return family === undefined || family === "LINUX" ? "Linux" : family
}

/** See the head of the file. */
export const shownSettings = (view: View, revision: ServiceRevisionRow) =>
  present({
    taskDefinition: revision.taskDefinitionArn,
    launchType: revision.launchType,
    capacityProviderStrategy: revision.capacityProviderStrategy?.map((item) => ({ ...item })) as
      | Deployment["capacityProviderStrategy"]
      | undefined,
    platformVersion: isOnFargate(revision) ? (revision.platformVersion ?? "LATEST") : undefined,
    platformFamily: isOnFargate(revision) ? platformFamilyOf(view, revision) : undefined,
    networkConfiguration: revision.networkConfiguration && thaw<NetworkConfiguration>(revision.networkConfiguration),
  })
