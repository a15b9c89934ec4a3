// Amazon ECS: the handler table, and what other rooms may use of this one. Operations that are not named are absent.
import { implement, read, type ServiceTable, write } from "../../gate/index.ts"
import * as settings from "./account-settings.ts"
import * as agent from "./agent-operations.ts"
import * as attributes from "./attributes.ts"
import * as may from "./authorise.ts"
import * as starting from "./authorise-tasks.ts"
import * as providers from "./capacity-providers.ts"
import * as clusters from "./clusters.ts"
import * as instances from "./container-instances.ts"
import { RegisterContainerInstance } from "./register-container-instance.ts"
import { runTask } from "./run-task.ts"
import { serviceOperations } from "./service/index.ts"
import { startTask } from "./start-task.ts"
import * as tags from "./tags.ts"
import * as queries from "./task-definition-queries.ts"
import * as definitions from "./task-definitions.ts"
import * as protection from "./task-protection.ts"
import * as tasks from "./tasks.ts"
import * as updates from "./update-cluster.ts"
import { withoutEffect } from "./without-effect.ts"

export type { EcsPorts } from "./agent-operations.ts"
export { containerInstanceDigest, containerInstanceStateChange } from "./container-instance-event.ts"
export { describeTask, taskHealth, taskStateChangeDetail } from "./describe-task.ts"
export { containerInstanceHealthChange, healthDigest } from "./instance-health.ts"
export { hostsOfTasks, sizeOfTask } from "./instance-room.ts"
export {
  balancerCaller,
  breakerThreshold,
  computedDesiredCount,
  deploymentStateChange,
  ecsPrincipal,
  eligibleInstances,
  hasSaid,
  infrastructureRole,
  keepDigests,
  networkProblem,
  productionFrom,
  productionOf,
  routeOf,
  type Shifting,
  sayOfService,
  serviceAction,
  share,
  shiftingOf,
  startServiceTasks,
  taskSetSteady,
  weightsOf,
  zonesOfService,
} from "./service/index.ts"
export { clusterEnd, deletedLifetime, taskDefinitionEnd } from "./sweep.ts"
export { taskStateChange } from "./task-event.ts"

/** The ECS table. `ports` are what the process gives it. */
export const ecsService = (ports: agent.EcsPorts): ServiceTable<"ecs"> =>
  implement(
    "ecs",
    {
      ...serviceOperations(ports),
      GetTaskProtection: read(
        protection.GetTaskProtection,
        may.onTasks("GetTaskProtection", (input) => input.tasks ?? []),
      ),
      UpdateTaskProtection: write(
        protection.UpdateTaskProtection,
        may.onTasks("UpdateTaskProtection", (input) => input.tasks ?? []),
      ),
      DeleteAttributes: write(attributes.DeleteAttributes, may.onAttributes("DeleteAttributes")),
      ListAttributes: read(attributes.ListAttributes, may.onCluster("ListAttributes")),
      PutAttributes: write(attributes.PutAttributes, may.onAttributes("PutAttributes")),
      UpdateContainerInstancesState: write(
        instances.UpdateContainerInstancesState,
        may.onInstances("UpdateContainerInstancesState", (input) => input.containerInstances ?? []),
      ),
      CreateCluster: write(clusters.CreateCluster, may.createCluster),
      DeleteAccountSetting: write(settings.DeleteAccountSetting, may.onSetting("DeleteAccountSetting")),
      DeleteCluster: write(clusters.DeleteCluster, may.onCluster("DeleteCluster")),
      DeleteTaskDefinitions: write(definitions.DeleteTaskDefinitions, may.deleteTaskDefinitions),
      DeregisterContainerInstance: write(
        instances.DeregisterContainerInstance,
        may.onCluster("DeregisterContainerInstance"),
      ),
      DeregisterTaskDefinition: write(definitions.DeregisterTaskDefinition, may.onAnything("DeregisterTaskDefinition")),
      DescribeCapacityProviders: read(providers.DescribeCapacityProviders, may.describeCapacityProviders),
      DescribeClusters: read(clusters.DescribeClusters, may.describeClusters),
      DescribeContainerInstances: read(
        instances.DescribeContainerInstances,
        may.onInstances("DescribeContainerInstances", (input) => input.containerInstances ?? []),
      ),
      DescribeTaskDefinition: read(queries.DescribeTaskDefinition, may.onAnything("DescribeTaskDefinition")),
      DescribeTasks: read(
        tasks.DescribeTasks,
        may.onTasks("DescribeTasks", (input) => input.tasks ?? []),
      ),
      DiscoverPollEndpoint: read(agent.discoverPollEndpoint(ports), may.onAnything("DiscoverPollEndpoint")),
      ListAccountSettings: read(settings.ListAccountSettings, may.onAnything("ListAccountSettings")),
      ListClusters: read(clusters.ListClusters, may.onAnything("ListClusters")),
      ListContainerInstances: read(instances.ListContainerInstances, may.onCluster("ListContainerInstances")),
      ListTagsForResource: read(tags.ListTagsForResource, may.onResource("ListTagsForResource")),
      ListTaskDefinitionFamilies: read(
        queries.ListTaskDefinitionFamilies,
        may.onAnything("ListTaskDefinitionFamilies"),
      ),
      ListTaskDefinitions: read(queries.ListTaskDefinitions, may.onAnything("ListTaskDefinitions")),
      ListTasks: read(tasks.ListTasks, may.listTasks),
      PutAccountSetting: write(settings.PutAccountSetting, may.onSetting("PutAccountSetting")),
      PutAccountSettingDefault: write(settings.PutAccountSettingDefault, may.onSetting("PutAccountSettingDefault")),
      PutClusterCapacityProviders: write(updates.PutClusterCapacityProviders, may.putClusterCapacityProviders),
      RegisterContainerInstance: write(RegisterContainerInstance, may.registerContainerInstance),
      RegisterTaskDefinition: write(definitions.RegisterTaskDefinition, starting.registerTaskDefinition),
      RunTask: write(runTask(ports), starting.runTask),
      StartTask: write(startTask(ports), starting.startTask),
      StopTask: write(
        tasks.StopTask,
        may.onTasks("StopTask", (input) => [input.task]),
      ),
      SubmitAttachmentStateChanges: write(
        agent.SubmitAttachmentStateChanges,
        may.onCluster("SubmitAttachmentStateChanges"),
      ),
      SubmitContainerStateChange: write(agent.SubmitContainerStateChange, may.onCluster("SubmitContainerStateChange")),
      SubmitTaskStateChange: write(agent.submitTaskStateChange(ports), may.onCluster("SubmitTaskStateChange")),
      TagResource: write(tags.TagResource, may.onTagged),
      UntagResource: write(tags.UntagResource, may.onUntagged),
      UpdateCluster: write(updates.UpdateCluster, may.onCluster("UpdateCluster")),
      UpdateClusterSettings: write(updates.UpdateClusterSettings, may.onCluster("UpdateClusterSettings")),
    },
    withoutEffect,
  )
