// The operations on services, for the handler table of ECS, and what controllers/service uses.
import { read, write } from "../../../gate/index.ts"
import type { EcsPorts } from "../agent-operations.ts"
import { inCluster, listServicesByNamespace } from "../authorise.ts"
import * as may from "./authorise.ts"
import { createService } from "./create-service.ts"
import * as deployments from "./service-deployments.ts"
import { DeleteService, DescribeServices, ListServices, ListServicesByNamespace } from "./services.ts"
import { ContinueServiceDeployment } from "./shift/continue.ts"
import * as sets from "./task-sets.ts"
import { updateService } from "./update-service.ts"

export { balancerCaller, ecsPrincipal } from "./balancer-role.ts"
export { computedDesiredCount } from "./describe-task-set.ts"
export { eligibleInstances } from "./eligible.ts"
export { keepDigests } from "./pinned-images.ts"
export { deploymentStateChange, hasSaid, sayOfService, serviceAction, taskSetSteady } from "./service-events.ts"
export { infrastructureRole, networkProblem, type Shifting, shiftingOf } from "./shift/network.ts"
export { productionFrom, productionOf } from "./shift/production.ts"
export { routeOf, weightsOf } from "./shift/routes.ts"
export { share } from "./shift/weights.ts"
export { startServiceTasks } from "./start-tasks.ts"
export { breakerThreshold } from "./threshold.ts"
export { zonesOfService } from "./zones.ts"

/** See the head of the file. */
export const serviceOperations = (ports: EcsPorts) => ({
  ContinueServiceDeployment: write(
    ContinueServiceDeployment,
    may.onServicesOf("ContinueServiceDeployment", (input) => [input.serviceDeploymentArn]),
  ),
  CreateService: write(createService(ports), may.createService),
  CreateTaskSet: write(sets.createTaskSet(ports), may.createTaskSet),
  DeleteTaskSet: write(
    sets.DeleteTaskSet,
    may.onTaskSets("DeleteTaskSet", (input) => [input.taskSet]),
  ),
  DescribeTaskSets: read(
    sets.DescribeTaskSets,
    may.onTaskSets("DescribeTaskSets", (input) => input.taskSets ?? []),
  ),
  UpdateServicePrimaryTaskSet: write(
    sets.UpdateServicePrimaryTaskSet,
    may.onServices("UpdateServicePrimaryTaskSet", (input) => [input.service]),
  ),
  UpdateTaskSet: write(
    sets.UpdateTaskSet,
    may.onTaskSets("UpdateTaskSet", (input) => [input.taskSet]),
  ),
  DeleteService: write(
    DeleteService,
    may.onServices("DeleteService", (input) => [input.service]),
  ),
  DescribeServiceDeployments: read(
    deployments.DescribeServiceDeployments,
    may.onServicesOf("DescribeServiceDeployments", (input) => input.serviceDeploymentArns ?? []),
  ),
  DescribeServiceRevisions: read(
    deployments.DescribeServiceRevisions,
    may.onServicesOf("DescribeServiceRevisions", (input) => input.serviceRevisionArns ?? []),
  ),
  DescribeServices: read(
    DescribeServices,
    may.onServices("DescribeServices", (input) => input.services ?? []),
  ),
  ListServiceDeployments: read(
    deployments.ListServiceDeployments,
    may.onServices("ListServiceDeployments", (input) => [input.service]),
  ),
  ListServices: read(ListServices, inCluster("ListServices")),
  ListServicesByNamespace: read(ListServicesByNamespace, listServicesByNamespace),
  StopServiceDeployment: write(
    deployments.StopServiceDeployment,
    may.onServicesOf("StopServiceDeployment", (input) => [input.serviceDeploymentArn]),
  ),
  UpdateService: write(updateService(ports), may.updateService),
})
