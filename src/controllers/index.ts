// The loops that make the world match the records.
import type { Scope } from "../kernel/index.ts"
import { certificateController } from "./certificate/index.ts"
import { clusterController } from "./cluster/index.ts"
import { containerInstanceController } from "./container-instance/index.ts"
import type { ClockPorts, Controller } from "./controller.ts"
import { ecrLifecycleController } from "./ecr-lifecycle/index.ts"
import { instanceController } from "./instance/index.ts"
import { instanceRoleController } from "./instance-role/index.ts"
import { loadBalancerController } from "./load-balancer/index.ts"
import { machinesController } from "./machines/index.ts"
import { parameterController } from "./parameter/index.ts"
import { sandboxController } from "./sandbox/index.ts"
import { secretController } from "./secret/index.ts"
import { serviceController } from "./service/index.ts"
import { targetController } from "./target/index.ts"
import { taskController } from "./task/index.ts"
import { taskCredentialsController } from "./task-credentials/index.ts"
import { taskDefinitionController } from "./task-definition/index.ts"

export type { Controller } from "./controller.ts"
export { type ControllerCounts, type Runner, startControllers } from "./runner.ts"

/** All controllers. `home` is the default account and region: whose the machines are. */
export const controllers = (home: Scope, clocks: ClockPorts = {}): readonly Controller[] => [
  machinesController(home),
  instanceController,
  instanceRoleController(clocks),
  serviceController,
  containerInstanceController,
  taskController,
  taskCredentialsController(clocks),
  sandboxController,
  taskDefinitionController,
  clusterController,
  secretController,
  parameterController,
  ecrLifecycleController,
  certificateController(clocks),
  loadBalancerController,
  targetController,
]
