// POST /_roadstead/reset: stops all tasks, waits until they are gone, and empties the records of all accounts. Machines,
// their keys and networks stay, as the agents are still there; the events of removed log streams are swept by log-sweep.ts.
import {
  classicKey,
  iamKey,
  type MetricPoints,
  parameterKey,
  parameterVersionKey,
  type State,
  serviceEventKey,
  type Tx,
  targetKey,
  type View,
} from "../state/index.ts"

export interface ResetOptions {
  readonly state: State
  /** The cloud clock's time. */
  readonly now: () => number
  readonly points?: Pick<MetricPoints, "clear">
}

/** Resolves when nothing of the accounts is left. */
export const reset = async ({ state, now, points }: ResetOptions): Promise<void> => {
  state.transact((tx) => {
    emptyServices(tx)
    endInstances(tx)
    for (const task of [...tx.tasks.by("live", "live")]) {
      if (task.desiredStatus === "STOPPED") continue
      tx.tasks.patch(task.arn, {
        desiredStatus: "STOPPED",
        stopCode: "UserInitiated",
        stoppedReason: "Roadstead was reset.",
        stopRequestedAt: Math.floor(now()),
      })
    }
  })
  await allStopped(state)
  state.transact(empty)
  await state.durable(state.position)
  await points?.clear()
}

const allStopped = (state: State): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (state.view((view) => isAnyAwaited(view) || hasInstances(view))) return
      stop()
      resolve()
    }
    const { stop } = state.watch("committed", () => undefined, look)
    look()
  })

/**
 * Whether a task is still to be heard of. From a host that is away nothing may ever be heard: what it runs is stopped when
 * it comes back, as no record names it any more.
 */
const isAnyAwaited = (view: View): boolean =>
  view.tasks.by("live", "live").some(({ containerInstanceArn = "" }) => {
    const host = view.containerInstances.get(containerInstanceArn)
    return !host || host.pool !== undefined || host.session.connected
  })

/** EC2 instances are machines of accounts: they go too, with all that is on them. */
const endInstances = (tx: Tx): void => {
  for (const row of [...tx.instances.all()]) {
    tx.instances.patch(`${row.account}/${row.region}/${row.id}`, { desired: "terminated" })
  }
}

const hasInstances = (view: View): boolean => [...view.machines.all()].some((machine) => machine.instance !== undefined)

/** First of all: a service that is there starts what is stopped. */
const emptyServices = (tx: Tx): void => {
  // Nobody waits until targets have drained.
  for (const row of [...tx.targets.all()]) tx.targets.delete(targetKey(row.groupArn, row.id, row.port))
  for (const row of [...tx.services.all()]) tx.services.delete(row.arn)
  for (const row of [...tx.deployments.all()]) tx.deployments.delete(`${row.serviceArn} ${row.id}`)
  for (const row of [...tx.taskSets.all()]) tx.taskSets.delete(row.arn)
  for (const row of [...tx.serviceRevisions.all()]) tx.serviceRevisions.delete(row.arn)
  for (const row of [...tx.serviceEvents.all()]) tx.serviceEvents.delete(serviceEventKey(row))
}

/** VPCs and all that is in them; a region's default VPC is made anew, with the same ids, when it is next looked for. */
const emptyVpcs = (tx: Tx): void => {
  for (const row of [...tx.sandboxes.all()]) tx.sandboxes.delete(`${row.account}/${row.region}/${row.id}`)
  for (const row of [...tx.sandboxPools.all()]) tx.sandboxPools.delete(`${row.account}/${row.region}/${row.subnetId}`)
  const tables = [
    ...[tx.vpcs, tx.subnets, tx.dhcpOptions, tx.networkAcls, tx.securityGroups, tx.routeTables],
    ...[tx.internetGateways, tx.natGateways, tx.addresses, tx.networkInterfaces, tx.instances, tx.launchTemplates],
    ...[tx.vpcEndpoints, tx.vpcEndpointServices],
  ]
  for (const table of tables) {
    for (const row of [...table.all()]) table.delete(`${row.account}/${row.region}/${row.id}`)
  }
  for (const { name } of [...tx.settings.all()]) if (name.startsWith("ec2/")) tx.settings.delete(name)
}

/** Before their VPCs: the proxies hear of it as of any other removal. */
const emptyBalancers = (tx: Tx): void => {
  for (const table of [tx.listenerRules, tx.listeners, tx.loadBalancers, tx.targetGroups, tx.certificates]) {
    for (const row of [...table.all()]) table.delete(row.arn)
  }
  for (const table of [tx.targets, tx.targetHealth]) {
    for (const row of [...table.all()]) table.delete(targetKey(row.groupArn, row.id, row.port))
  }
  for (const row of [...tx.carriedBalancers.all()]) tx.carriedBalancers.delete(`${row.balancer} ${row.machineId}`)
  for (const row of [...tx.classicLoadBalancers.all()]) tx.classicLoadBalancers.delete(classicKey(row, row.name))
}

const emptySecrets = (tx: Tx): void => {
  const named = (row: { account: string; region: string; name: string }) => `${row.account}/${row.region}/${row.name}`
  for (const row of [...tx.secretVersions.all()]) tx.secretVersions.delete(`${row.secretArn} ${row.id}`)
  for (const row of [...tx.secrets.all()]) tx.secrets.delete(named(row))
  for (const row of [...tx.parameterVersions.all()]) tx.parameterVersions.delete(parameterVersionKey(row))
  for (const row of [...tx.parameters.all()]) tx.parameters.delete(parameterKey(row))
}

/**
 * Users, groups, roles and policies. The keys of users stay known as deleted, without their secrets: in relaxed mode they would
 * be strangers' else, and let in. Sessions tell by their tokens that they are over.
 */
const emptyIam = (tx: Tx): void => {
  for (const table of [tx.iamUsers, tx.iamGroups, tx.iamRoles, tx.iamPolicies, tx.iamInstanceProfiles]) {
    for (const row of [...table.all()]) table.delete(iamKey(row.account, row.name))
  }
  for (const row of [...tx.iamAccounts.all()]) tx.iamAccounts.delete(row.account)
  for (const row of [...tx.iamUses.all()]) tx.iamUses.delete(row.id)
  for (const row of [...tx.taskCredentials.all()]) tx.taskCredentials.delete(`${row.taskArn} ${row.use}`)
  for (const row of [...tx.accessKeys.all()]) {
    const { kind } = row.principal
    if (row.sessionToken !== undefined) tx.accessKeys.delete(row.accessKeyId)
    else if (kind === "user") tx.accessKeys.patch(row.accessKeyId, { status: "Deleted", secretAccessKey: "" })
  }
}

const inRepository = (at: { account: string; region: string; repository: string }, id: string): string =>
  `${at.account}/${at.region}/${at.repository} ${id}`

const empty = (tx: Tx): void => {
  emptyBalancers(tx)
  emptySecrets(tx)
  emptyIam(tx)
  for (const row of [...tx.tasks.all()]) tx.tasks.delete(row.arn)
  for (const row of [...tx.runTaskTokens.all()]) tx.runTaskTokens.delete(`${row.clusterArn} ${row.token}`)
  for (const row of [...tx.taskDefinitions.all()]) tx.taskDefinitions.delete(row.arn)
  for (const row of [...tx.families.all()]) tx.families.delete(`${row.account}/${row.region}/${row.family}`)
  for (const row of [...tx.clusters.all()]) tx.clusters.delete(row.arn)
  for (const row of [...tx.accountSettings.all()]) {
    tx.accountSettings.delete(`${row.account}/${row.region} ${row.principalArn} ${row.name}`)
  }
  for (const row of [...tx.logStreams.all()]) {
    tx.logStreams.delete(`${row.account}/${row.region}/${row.group} ${row.name}`)
  }
  for (const row of [...tx.logResourcePolicies.all()]) {
    tx.logResourcePolicies.delete(`${row.account}/${row.region}/${row.name}`)
  }
  for (const row of [...tx.logGroups.all()]) tx.logGroups.delete(`${row.account}/${row.region}/${row.name}`)
  for (const row of [...tx.ecrImages.all()]) tx.ecrImages.delete(inRepository(row, row.digest))
  for (const row of [...tx.ecrLayers.all()]) tx.ecrLayers.delete(inRepository(row, row.digest))
  for (const row of [...tx.ecrUploads.all()]) tx.ecrUploads.delete(inRepository(row, row.id))
  for (const row of [...tx.ecrRepositories.all()]) tx.ecrRepositories.delete(`${row.account}/${row.region}/${row.name}`)
  for (const row of [...tx.ecrRegistries.all()]) tx.ecrRegistries.delete(`${row.account}/${row.region}`)
  for (const row of [...tx.outbox.all()]) tx.outbox.delete(row.id)
  emptyVpcs(tx)
  for (const row of [...tx.containerInstances.all()]) {
    if (row.pool) continue
    tx.containerInstances.delete(row.arn)
    tx.instanceHealth.delete(row.arn)
  }
}
