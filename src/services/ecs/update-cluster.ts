// Changing a cluster: its settings and configuration, and the capacity providers that it may use.
import type { ClusterSetting } from "@aws-sdk/client-ecs"
import type { Op } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { ClusterRow, View } from "../../state/index.ts"
import { capacityStrategy } from "./capacity.ts"
import { clusterProviders } from "./capacity-providers.ts"
import { clusterConfiguration, clusterSettings } from "./cluster-configuration.ts"
import { describeCluster } from "./clusters.ts"
import { invalidParameter, notYet } from "./faults.ts"
import { activeCluster } from "./resolve.ts"
import { primaryOf, revisionOf } from "./service/find.ts"

/** What the answers of these operations show besides what is always shown. */
const shown = ["SETTINGS", "CONFIGURATIONS", "TAGS"] as const

const settingsOf = (row: ClusterRow, given: readonly ClusterSetting[] | undefined) =>
  clusterSettings(given, row.settings[0]?.value ?? "disabled")

/** Replaces settings and configuration, each only when it is given. */
export const UpdateCluster: Op<"ecs", "UpdateCluster"> = (cx, input) => {
  const row = activeCluster(cx, input.cluster)
  if (input.serviceConnectDefaults) throw notYet("serviceConnectDefaults of ecs:UpdateCluster (service discovery)")
  const configuration = clusterConfiguration(input.configuration)
  const changed = cx.tx.clusters.patch(row.arn, {
    settings: settingsOf(row, input.settings),
    ...(configuration && { configuration }),
  })
  return { cluster: describeCluster(cx.tx, changed, shown) }
}

/** Changes containerInsights. */
export const UpdateClusterSettings: Op<"ecs", "UpdateClusterSettings"> = (cx, input) => {
  const row = activeCluster(cx, input.cluster)
  if (!input.settings?.length) throw invalidParameter("settings can not be empty.") // text from memory
  const changed = cx.tx.clusters.patch(row.arn, { settings: settingsOf(row, input.settings) })
  return { cluster: describeCluster(cx.tx, changed, shown) }
}

const isUsed = (view: View, cluster: ClusterRow, provider: string): boolean =>
  view.tasks.count("provider", `${cluster.arn} ${provider}`) > 0 ||
  view.services.by("listed", cluster.arn).some((service) => {
    const primary = primaryOf(view, service)
    const strategy = primary && revisionOf(view, primary).capacityProviderStrategy
    return strategy?.some(({ capacityProvider }) => capacityProvider === provider) === true
  })

/** Replaces the whole list of providers and the default strategy. A provider with tasks stays. */
export const PutClusterCapacityProviders: Op<"ecs", "PutClusterCapacityProviders"> = (cx, input) => {
  const row = activeCluster(cx, input.cluster)
  const capacityProviders = clusterProviders(cx.scope, input.capacityProviders)
  const strategy = capacityStrategy(input.defaultCapacityProviderStrategy, capacityProviders)
  const removed = row.capacityProviders.filter((provider) => !capacityProviders.includes(provider))
  if (removed.some((provider) => isUsed(cx.tx, row, provider))) {
    throw fault("ResourceInUseException", "The specified capacity provider is in use and cannot be removed.")
  }
  const changed = cx.tx.clusters.patch(row.arn, { capacityProviders, defaultCapacityProviderStrategy: strategy })
  return { cluster: describeCluster(cx.tx, changed, shown) }
}
