// The list of all tables. A table that is not named here does not exist.
import { accessKeys } from "./tables/access-keys.ts"
import { accountSettings } from "./tables/account-settings.ts"
import { carriedBalancers } from "./tables/carried-balancers.ts"
import { certificates } from "./tables/certificates.ts"
import { classicLoadBalancers } from "./tables/classic-load-balancers.ts"
import { clusters } from "./tables/clusters.ts"
import { containerInstances, instanceHealth } from "./tables/container-instances.ts"
import { dhcpOptions, networkInterfaces, subnets, vpcs } from "./tables/ec2.ts"
import { addresses, internetGateways, natGateways, routeTables } from "./tables/ec2-routing.ts"
import { networkAcls, securityGroups } from "./tables/ec2-security.ts"
import { ecrImages, ecrLayers, ecrRegistries, ecrRepositories, ecrUploads } from "./tables/ecr.ts"
import { iamGroups, iamInstanceProfiles, iamRoles, iamUsers } from "./tables/iam.ts"
import { iamAccounts, iamPolicies, iamUses } from "./tables/iam-policies.ts"
import { instances, launchTemplates } from "./tables/instances.ts"
import { listenerRules, listeners, loadBalancers } from "./tables/load-balancers.ts"
import { logGroups, logResourcePolicies, logStreams } from "./tables/logs.ts"
import { machines, networks } from "./tables/machines.ts"
import { outbox, settings } from "./tables/outbox.ts"
import { parameters, parameterVersions } from "./tables/parameters.ts"
import { sandboxes, sandboxPools } from "./tables/sandboxes.ts"
import { secrets, secretVersions } from "./tables/secrets.ts"
import { deployments, serviceEvents, serviceRevisions, services } from "./tables/services.ts"
import { targetGroups, targetHealth, targets } from "./tables/target-groups.ts"
import { taskCredentials } from "./tables/task-credentials.ts"
import { families, taskDefinitions } from "./tables/task-definitions.ts"
import { taskSets } from "./tables/task-sets.ts"
import { runTaskTokens, tasks } from "./tables/tasks.ts"
import { vpcEndpointServices, vpcEndpoints } from "./tables/vpc-endpoints.ts"
import type { Store, TxOf, ViewOf } from "./types.ts"

export const schema = {
  accessKeys,
  accountSettings,
  addresses,
  carriedBalancers,
  certificates,
  classicLoadBalancers,
  clusters,
  containerInstances,
  dhcpOptions,
  deployments,
  ecrImages,
  ecrLayers,
  ecrRegistries,
  ecrRepositories,
  ecrUploads,
  families,
  iamAccounts,
  iamGroups,
  iamInstanceProfiles,
  iamPolicies,
  iamRoles,
  iamUsers,
  iamUses,
  instanceHealth,
  instances,
  internetGateways,
  launchTemplates,
  listenerRules,
  listeners,
  loadBalancers,
  logGroups,
  logResourcePolicies,
  logStreams,
  machines,
  natGateways,
  networkAcls,
  networkInterfaces,
  networks,
  outbox,
  parameters,
  parameterVersions,
  routeTables,
  runTaskTokens,
  sandboxes,
  sandboxPools,
  secrets,
  secretVersions,
  securityGroups,
  serviceEvents,
  serviceRevisions,
  services,
  settings,
  subnets,
  targetGroups,
  targetHealth,
  targets,
  taskCredentials,
  taskDefinitions,
  taskSets,
  tasks,
  vpcEndpoints,
  vpcEndpointServices,
  vpcs,
} as const

/** Reading Roadstead's records. */
export type View = ViewOf<typeof schema>
/** Reading and writing them in a transaction. */
export type Tx = TxOf<typeof schema>
/** The hub. */
export type State = Store<typeof schema>
/** The names of the tables. */
export type TableName = keyof typeof schema
